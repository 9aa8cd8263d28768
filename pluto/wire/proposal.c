/* The SA payload's body, written. */
#include "pluto/wire/proposal.h"

/* "Last substructure" (RFC 7296 3.3.1, 3.3.2): more follow, or none. */
enum { LAST = 0, MORE_PROPOSALS = 2, MORE_TRANSFORMS = 3 };
enum { ATTR_TV = 0x8000 };

static void
write_transform(struct wire_writer *w, struct transform t, bool last)
{
	size_t mark;

	wire_put_u8(w, last ? LAST : MORE_TRANSFORMS);
	wire_put_u8(w, 0);
	mark = wire_begin_len16(w);
	wire_put_u8(w, t.type);
	wire_put_u8(w, 0);
	wire_put_u16(w, t.id);
	if (t.key_bits != 0) {
		wire_put_u16(w, ATTR_TV | ATTR_KEY_LENGTH);
		wire_put_u16(w, t.key_bits);
	}
	wire_end_len16(w, mark, 4);
}

/* One proposal; key exchange transforms only WITH_KE. */
static void
write_proposal(struct wire_writer *w, const struct proposal *p, uint8_t number,
	       struct span spi, bool with_ke, bool last)
{
	size_t mark;
	uint8_t n = 0, written = 0;

	for (unsigned i = 0; i < p->n; i++)
		n = (uint8_t)(n + (with_ke || p->t[i].type != T_KE));
	wire_put_u8(w, last ? LAST : MORE_PROPOSALS);
	wire_put_u8(w, 0);
	mark = wire_begin_len16(w);
	wire_put_u8(w, number);
	wire_put_u8(w, p->protocol);
	wire_put_u8(w, (uint8_t)spi.len);
	wire_put_u8(w, n);
	wire_put(w, spi);
	for (unsigned i = 0; i < p->n; i++)
		if (with_ke || p->t[i].type != T_KE)
			write_transform(w, p->t[i], ++written == n);
	wire_end_len16(w, mark, 4);
}

void
proposal_write(struct ike_build *b, const struct proposal_list *l,
	       struct span spi, bool with_ke)
{
	for (unsigned i = 0; i < l->n; i++)
		write_proposal(&b->w, &l->p[i], (uint8_t)(i + 1), spi, with_ke,
		    i + 1u == l->n);
}

static void
add(struct proposal *p, uint8_t type, uint16_t id, uint16_t bits)
{
	p->t[p->n++] = (struct transform){ type, id, bits };
}

void
proposal_write_chosen(struct ike_build *b, const struct chosen *c,
		      struct span spi)
{
	struct proposal p = { .protocol = c->protocol };

	if (c->encr != 0)
		add(&p, T_ENCR, c->encr, c->encr_bits);
	if (c->prf != 0)
		add(&p, T_PRF, c->prf, 0);
	if (c->integ != INTEG_NONE)
		add(&p, T_INTEG, c->integ, 0);
	if (c->ke != KE_NONE)
		add(&p, T_KE, c->ke, 0);
	if (c->protocol != PROTO_IKE && !c->esn_unsaid)
		add(&p, T_ESN, c->esn ? ESN_YES : ESN_NO, 0);
	write_proposal(&b->w, &p, c->number, spi, true, true);
}

bool
proposal_has_ke(const struct proposal_list *l, uint16_t group)
{
	for (unsigned i = 0; i < l->n; i++)
		for (unsigned k = 0; k < l->p[i].n; k++)
			if (l->p[i].t[k].type == T_KE &&
			    l->p[i].t[k].id == group)
				return true;
	return false;
}
