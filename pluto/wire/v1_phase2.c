/* Quick Mode: ESP or AH, perhaps with IPCOMP beside it, is offered and chosen. */
#include "pluto/wire/parse.h"
#include "pluto/wire/v1_attr.h"
#include "pluto/wire/v1_sa.h"

enum { SPI_LEN = 4, CPI_LEN = 2, MOST_PROPOSALS = 32 };

struct suite { uint16_t encr, bits, integ; bool esn; };

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
expand_one(const struct proposal *p, struct suite *out, unsigned n)
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
				out[n++] = (struct suite){ ah ? 0 : p->t[e].id,
					ah ? 0 : p->t[e].key_bits, alone ? 0 : p->t[i].id, esn };
		}
	return n;
}

static unsigned
expand(const struct v1_phase2 *want, struct suite out[V1_MAX_TRANSFORMS])
{
	unsigned n = 0;

	for (unsigned i = 0; i < want->esp->n; i++)
		n = expand_one(&want->esp->p[i], out, n);
	return n;
}

static uint8_t
protocol_of(const struct v1_phase2 *p)
{
	return p->esp->n > 0 && p->esp->p[0].protocol == PROTO_AH ? V1_PROTO_AH : V1_PROTO_ESP;
}

/* RFC 2407 4.4.3: AH's transforms are named after the hash. */
static uint8_t
transform_id(const struct suite *s, uint8_t protocol)
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
put_transform(struct ike_build *b, const struct v1_phase2 *p, const struct suite *s, unsigned i,
	      bool more)
{
	size_t mark = v1_open_transform(b, more, (uint8_t)i, transform_id(s, protocol_of(p)));

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
	struct suite s[V1_MAX_TRANSFORMS];
	unsigned n = expand(p, s);
	size_t mark = v1_open_proposal(b, more, number, protocol_of(p), spi, (uint8_t)n);

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

static bool
is_tunnel(uint16_t encaps)
{
	return encaps == V1_ENCAPS_TUNNEL || encaps == V1_ENCAPS_UDP_TUNNEL;
}

/* With IPCOMP inside, some say that this is the tunnel, and ESP or AH around it in
 * transport mode: the packets are the same. COMP: it is in the proposal. */
static bool
fits_encaps(uint16_t theirs, uint16_t ours, bool comp)
{
	uint16_t around = ours == V1_ENCAPS_UDP_TUNNEL ? V1_ENCAPS_UDP_TRANSPORT
		: V1_ENCAPS_TRANSPORT;

	return theirs == ours || (comp && theirs == around);
}

static bool
fits_common(const struct v1_attrs *a, const struct v1_phase2 *ours, bool comp)
{
	return !a->odd && fits_encaps((uint16_t)a->value[V1_A2_ENCAPS], ours->encaps, comp)
		&& (ours->group == 0 || a->value[V1_A2_GROUP] == ours->group);
}

static bool
is_suite(const struct v1_transform *t, const struct v1_attrs *a, const struct suite *s,
	 uint8_t protocol)
{
	return t->id == transform_id(s, protocol) && a->value[V1_A2_KEY_LENGTH] == s->bits
		&& a->value[V1_A2_AUTH] == v1_auth_of(s->integ)
		&& a->value[V1_A2_ESN] == (s->esn ? ESN_YES : 0);
}

static void
take(struct v1_chosen2 *out, const struct v1_transform *t, const struct v1_attrs *a,
     const struct suite *s)
{
	out->transform = t->number;
	out->attributes = t->attributes;
	out->life_s = a->life_s;
	out->sa.encr = s->encr;
	out->sa.encr_bits = s->bits;
	out->sa.integ = s->integ;
	out->sa.esn = s->esn;
	out->sa.ke = a->value[V1_A2_GROUP];
}

/* How good is T to us: the place of its suite among ours, or N. */
static unsigned
place_of(const struct v1_transform *t, const struct v1_attrs *a, const struct suite *s, unsigned n,
	 uint8_t protocol)
{
	unsigned i = 0;

	while (i < n && !is_suite(t, a, &s[i], protocol))
		i++;
	return i;
}

/* The best transform of an ESP or AH proposal into OUT. */
static bool
choose_sa(const struct v1_proposal *p, const struct v1_phase2 *ours, bool comp,
	  struct v1_chosen2 *out, struct parse_error *e)
{
	struct wire_reader r = wire_reader(p->transforms);
	struct suite s[V1_MAX_TRANSFORMS];
	unsigned n = expand(ours, s), best = n;
	struct v1_transform t;
	struct v1_attrs a;

	if (p->protocol != protocol_of(ours) || p->spi.len != SPI_LEN)
		return false;
	for (unsigned i = 0; i < V1_MAX_TRANSFORMS && v1_transform_next(&r, &t); i++) {
		unsigned place;

		if (!v1_attrs_read(t.attributes, V1_A2_LIFE_TYPE, &a, e))
			return false;
		place = fits_common(&a, ours, comp) ? place_of(&t, &a, s, n, p->protocol) : n;
		if (place < best) {
			best = place;
			take(out, &t, &a, &s[place]);
		}
	}
	if (!wire_ok(&r))
		return parse_fail(e, &r, V1_N_BAD_PROPOSAL_SYNTAX);
	out->sa.protocol = p->protocol == V1_PROTO_AH ? PROTO_AH : PROTO_ESP;
	out->sa.spi_len = SPI_LEN;
	r = wire_reader(p->spi);
	wire_copy(&r, out->sa.spi, SPI_LEN, "SPI");
	return best < n;
}

/* The CPI stands in the last two octets, whether the SPI has two or four. */
static bool
read_cpi(struct span spi, uint16_t *cpi)
{
	struct wire_reader r = wire_reader(spi);

	if (spi.len == SPI_LEN && wire_u16(&r, "CPI") != 0)
		wire_bad(&r, "CPI");
	*cpi = wire_u16(&r, "CPI");
	return wire_done(&r) && *cpi != 0;
}

static bool
choose_comp(const struct v1_proposal *p, const struct v1_phase2 *ours, struct v1_chosen2 *out,
	    struct parse_error *e)
{
	struct wire_reader r = wire_reader(p->transforms);
	struct v1_transform t;
	struct v1_attrs a;

	if (!ours->compress || !read_cpi(p->spi, &out->cpi))
		return false;
	for (unsigned i = 0; i < V1_MAX_TRANSFORMS && v1_transform_next(&r, &t); i++) {
		if (!v1_attrs_read(t.attributes, V1_A2_LIFE_TYPE, &a, e))
			return false;
		if (t.id != V1_IPCOMP_DEFLATE || a.odd
		    || is_tunnel((uint16_t)a.value[V1_A2_ENCAPS]) != is_tunnel(ours->encaps))
			continue;
		out->compress = true;
		out->comp_transform = t.number;
		out->comp_attributes = t.attributes;
		return true;
	}
	return false;
}

/* Those of one number: all of them must be to our liking. */
struct bundle { unsigned n; struct v1_proposal p[2]; bool too_many; };

static bool
choose_bundle(const struct bundle *b, const struct v1_phase2 *ours, struct v1_chosen2 *out,
	      struct parse_error *e)
{
	bool sa = false, any_comp = false;

	for (unsigned i = 0; i < b->n; i++)
		any_comp = any_comp || b->p[i].protocol == V1_PROTO_IPCOMP;
	*out = (struct v1_chosen2){ .proposal = b->p[0].number };
	for (unsigned i = 0; i < b->n; i++) {
		bool comp = b->p[i].protocol == V1_PROTO_IPCOMP;

		if (comp ? out->compress || !choose_comp(&b->p[i], ours, out, e)
		    : sa || !choose_sa(&b->p[i], ours, any_comp, out, e))
			return false;
		sa = sa || !comp;
	}
	return sa && !b->too_many;
}

static void
bundle_add(struct bundle *b, const struct v1_proposal *p)
{
	if (b->n > 0 && b->p[0].number != p->number)
		*b = (struct bundle){ 0 };
	if (b->n < 2)
		b->p[b->n++] = *p;
	else
		b->too_many = true;
}

/* The peer's numbers in their order (RFC 2408 4.2: the order is preference). */
static bool
choose(struct wire_reader *r, const struct v1_phase2 *ours, struct v1_chosen2 *out,
       unsigned *numbers, struct parse_error *e)
{
	struct bundle b = { 0 };
	struct v1_proposal p = { 0 };
	bool found = false, more = v1_proposal_next(r, &p);

	for (*numbers = 0; more && *numbers < MOST_PROPOSALS;) {
		uint8_t number = p.number;

		bundle_add(&b, &p);
		more = v1_proposal_next(r, &p);
		if (more && p.number == number)
			continue;
		(*numbers)++;
		found = found || choose_bundle(&b, ours, out, e);
		if (found || e->what != NULL)
			break;
	}
	return found;
}

bool
v1_phase2_choose(struct span body, const struct v1_phase2 *ours, struct v1_chosen2 *out,
		 struct parse_error *e)
{
	struct wire_reader r;
	unsigned numbers;

	*out = (struct v1_chosen2){ 0 };
	if (!v1_sa_open(body, &r, e))
		return false;
	if (choose(&r, ours, out, &numbers, e))
		return true;
	if (!wire_ok(&r))
		return parse_fail(e, &r, V1_N_BAD_PROPOSAL_SYNTAX);
	return e->what == NULL && parse_bad(e, "phase 2 proposal", V1_N_NO_PROPOSAL_CHOSEN);
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
	const struct suite s = { .encr = c->sa.encr, .integ = c->sa.integ };
	uint8_t protocol = c->sa.protocol == PROTO_AH ? V1_PROTO_AH : V1_PROTO_ESP;
	size_t mark;

	v1_put_sa_head(b);
	mark = v1_open_proposal(b, c->compress, c->proposal, protocol, spi, 1);
	put_chosen(b, c->transform, transform_id(&s, protocol), c->attributes);
	v1_close(b, mark);
	if (!c->compress)
		return;
	mark = open_comp(b, c->proposal, cpi, false);
	put_chosen(b, c->comp_transform, V1_IPCOMP_DEFLATE, c->comp_attributes);
	v1_close(b, mark);
}

/* One number, one transform for each protocol. strongSwan, which has taken IPCOMP,
 * repeats itself without under the next number: then the first one counts. */
static bool
is_single(struct span body, struct parse_error *e)
{
	struct wire_reader r, in;
	struct v1_proposal p;
	struct v1_transform t;
	bool comp = false;
	int number = -1;

	if (!v1_sa_open(body, &r, e))
		return false;
	while (v1_proposal_next(&r, &p)) {
		unsigned n = 0;

		in = wire_reader(p.transforms);
		while (n <= 1 && v1_transform_next(&in, &t))
			n++;
		if (n != 1 || (number >= 0 && number != p.number && !comp))
			return false;
		comp = comp || p.protocol == V1_PROTO_IPCOMP;
		number = p.number;
	}
	return wire_ok(&r);
}

bool
v1_phase2_check(struct span body, const struct v1_phase2 *ours, struct v1_chosen2 *out,
		struct parse_error *e)
{
	if (!is_single(body, e))
		return parse_bad(e, "phase 2 answer, more than one transform", V1_N_BAD_PROPOSAL_SYNTAX);
	if (!v1_phase2_choose(body, ours, out, e))
		return false;
	if (out->sa.ke != ours->group)
		return parse_bad(e, "phase 2 answer, altered", V1_N_BAD_PROPOSAL_SYNTAX);
	return true;
}
