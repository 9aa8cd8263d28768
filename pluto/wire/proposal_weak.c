/* What is offered only when it is named, and then last. */
#include "pluto/wire/proposal.h"

static bool
is_weak(const struct transform *t)
{
	return (t->type == T_ENCR && t->id == ENCR_3DES)
		|| (t->type == T_PRF && t->id == PRF_HMAC_MD5)
		|| (t->type == T_INTEG && t->id == INTEG_HMAC_MD5_96)
		|| (t->type == T_KE && (t->id == KE_MODP1024 || t->id == KE_MODP1536));
}

static bool
has_weak(const struct proposal *p)
{
	for (unsigned i = 0; i < p->n; i++)
		if (is_weak(&p->t[i]))
			return true;
	return false;
}

bool
proposal_is_weak(const struct proposal_list *l)
{
	for (unsigned i = 0; i < l->n; i++)
		if (has_weak(&l->p[i]))
			return true;
	return false;
}

/* The order among themselves stays, of the weak and of the others. */
static void
transforms_weak_last(struct proposal *p)
{
	const struct proposal was = *p;
	uint8_t n = 0;

	for (int weak = 0; weak < 2; weak++)
		for (unsigned i = 0; i < was.n; i++)
			if (is_weak(&was.t[i]) == (weak != 0))
				p->t[n++] = was.t[i];
}

void
proposal_weak_last(struct proposal_list *l)
{
	const struct proposal_list was = *l;
	uint8_t n = 0;

	for (int weak = 0; weak < 2; weak++)
		for (unsigned i = 0; i < was.n; i++)
			if (has_weak(&was.p[i]) == (weak != 0))
				l->p[n++] = was.p[i];
	for (unsigned i = 0; i < l->n; i++)
		transforms_weak_last(&l->p[i]);
}
