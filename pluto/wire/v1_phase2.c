/* Quick Mode: ESP or AH, perhaps with IPCOMP beside it, is offered, and the choice
 * told. */
#include "pluto/wire/v1_attr.h"
#include "pluto/wire/v1_suite.h"

enum { CPI_LEN = 2 };

static bool
only_esn(const struct proposal *p)
{
	bool yes = false, no = false;

	for (unsigned i = 0; i < p->n; i++)
		if (p->t[i].type == T_ESN)
			*(p->t[i].id == ESN_YES ? &yes : &no) = true;
	return yes && !no;
}

/* Extended sequence numbers only where nothing else will do: old peers do not
 * know the attribute (RFC 4304). */
static unsigned
expand_one(const struct proposal *p, struct v1_suite *out, unsigned n)
{
	bool esn = only_esn(p), ah = p->protocol == PROTO_AH, alone = true;

	for (unsigned i = 0; i < p->n; i++)
		alone = alone && (p->t[i].type != T_INTEG || p->t[i].id == INTEG_NONE);
	for (unsigned e = 0; e < p->n; e++)
		for (unsigned i = 0; i < p->n; i++) {
			bool cipher = ah ? e == i : p->t[e].type == T_ENCR;
			bool integ = alone ? e == i : p->t[i].type == T_INTEG
				&& v1_auth_of(p->t[i].id) != 0;

			if (cipher && integ && n < V1_MAX_TRANSFORMS)
				out[n++] = (struct v1_suite){ ah ? 0 : p->t[e].id,
					ah ? 0 : p->t[e].key_bits, alone ? 0 : p->t[i].id, esn };
		}
	return n;
}

unsigned
v1_suites(const struct v1_phase2 *want, struct v1_suite out[V1_MAX_TRANSFORMS])
{
	unsigned n = 0;

	for (unsigned i = 0; i < want->esp->n; i++)
		n = expand_one(&want->esp->p[i], out, n);
	return n;
}

uint8_t
v1_phase2_protocol(const struct v1_phase2 *p)
{
	return p->esp->n > 0 && p->esp->p[0].protocol == PROTO_AH ? V1_PROTO_AH : V1_PROTO_ESP;
}

uint8_t
v1_suite_id(const struct v1_suite *s, uint8_t protocol)
{
	uint16_t auth = v1_auth_of(s->integ);

	if (protocol == V1_PROTO_ESP)
		return (uint8_t)s->encr;
	return (uint8_t)(auth <= 2 ? auth + 1 : auth);
}

static void
put_common(struct ike_build *b, const struct v1_phase2 *p)
{
	v1_put_attr(b, V1_A2_LIFE_TYPE, V1_LIFE_SECONDS);
	v1_put_attr(b, V1_A2_LIFE, p->life_s);
	v1_put_attr(b, V1_A2_ENCAPS, p->encaps);
	if (p->group != 0)
		v1_put_attr(b, V1_A2_GROUP, p->group);
}

static void
put_transform(struct ike_build *b, const struct v1_phase2 *p, const struct v1_suite *s, unsigned i,
	      bool more)
{
	size_t mark = v1_open_transform(b, more, (uint8_t)i, v1_suite_id(s, v1_phase2_protocol(p)));

	put_common(b, p);
	if (s->integ != 0)
		v1_put_attr(b, V1_A2_AUTH, v1_auth_of(s->integ));
	if (s->bits != 0)
		v1_put_attr(b, V1_A2_KEY_LENGTH, s->bits);
	if (s->esn)
		v1_put_attr(b, V1_A2_ESN, ESN_YES);
	v1_close(b, mark);
}

static void
put_sa(struct ike_build *b, const struct v1_phase2 *p, uint8_t number, struct span spi, bool more)
{
	struct v1_suite s[V1_MAX_TRANSFORMS];
	unsigned n = v1_suites(p, s);
	size_t mark = v1_open_proposal(b, more, number, v1_phase2_protocol(p), spi, (uint8_t)n);

	for (unsigned i = 0; i < n; i++)
		put_transform(b, p, &s[i], i, i + 1 < n);
	v1_close(b, mark);
}

static size_t
open_comp(struct ike_build *b, uint8_t number, uint16_t cpi, bool more)
{
	const uint8_t octets[CPI_LEN] = { (uint8_t)(cpi >> 8), (uint8_t)cpi };

	return v1_open_proposal(b, more, number, V1_PROTO_IPCOMP, SPAN_OF(octets), 1);
}

/* RFC 2407 4.2.1: proposals of one number belong together; the next number is
 * what the peer may take instead. */
void
v1_phase2_write(struct ike_build *b, const struct v1_phase2 *p, struct span spi, uint16_t cpi)
{
	v1_put_sa_head(b);
	put_sa(b, p, 0, spi, p->compress);
	if (p->compress) {
		size_t proposal = open_comp(b, 0, cpi, true);
		size_t transform = v1_open_transform(b, false, 0, V1_IPCOMP_DEFLATE);

		put_common(b, p);
		v1_close(b, transform);
		v1_close(b, proposal);
		put_sa(b, p, 1, spi, false);
	}
}

static void
put_chosen(struct ike_build *b, uint8_t number, uint8_t id, struct span attributes)
{
	size_t mark = v1_open_transform(b, false, number, id);

	wire_put(&b->w, attributes);
	v1_close(b, mark);
}

void
v1_phase2_write_chosen(struct ike_build *b, const struct v1_chosen2 *c, struct span spi,
		       uint16_t cpi)
{
	const struct v1_suite s = { .encr = c->sa.encr, .integ = c->sa.integ };
	uint8_t protocol = c->sa.protocol == PROTO_AH ? V1_PROTO_AH : V1_PROTO_ESP;
	size_t mark;

	v1_put_sa_head(b);
	mark = v1_open_proposal(b, c->compress, c->proposal, protocol, spi, 1);
	put_chosen(b, c->transform, v1_suite_id(&s, protocol), c->attributes);
	v1_close(b, mark);
	if (!c->compress)
		return;
	mark = open_comp(b, c->proposal, cpi, false);
	put_chosen(b, c->comp_transform, V1_IPCOMP_DEFLATE, c->comp_attributes);
	v1_close(b, mark);
}
