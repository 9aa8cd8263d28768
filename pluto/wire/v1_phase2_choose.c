/* Quick Mode: one of what is offered is chosen, and the peer's choice is looked at. */
#include "pluto/wire/parse.h"
#include "pluto/wire/v1_attr.h"
#include "pluto/wire/v1_suite.h"

enum { SPI_LEN = 4, MOST_PROPOSALS = 32 };

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
is_suite(const struct v1_transform *t, const struct v1_attrs *a, const struct v1_suite *s,
	 uint8_t protocol)
{
	return t->id == v1_suite_id(s, protocol) && a->value[V1_A2_KEY_LENGTH] == s->bits
		&& a->value[V1_A2_AUTH] == v1_auth_of(s->integ)
		&& a->value[V1_A2_ESN] == (s->esn ? ESN_YES : 0);
}

static void
take(struct v1_chosen2 *out, const struct v1_transform *t, const struct v1_attrs *a,
     const struct v1_suite *s)
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
place_of(const struct v1_transform *t, const struct v1_attrs *a, const struct v1_suite *s, unsigned n,
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
	struct v1_suite s[V1_MAX_TRANSFORMS];
	unsigned n = v1_suites(ours, s), best = n;
	struct v1_transform t;
	struct v1_attrs a;

	if (p->protocol != v1_phase2_protocol(ours) || p->spi.len != SPI_LEN)
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
