/* Phase 1: one proposal of many transforms is offered, one is chosen. */
#include "pluto/wire/parse.h"
#include "pluto/wire/v1_attr.h"
#include "pluto/wire/v1_sa.h"

struct suite { uint16_t encr, bits, prf, ke; };

static bool
has_room(unsigned n)
{
	return n < V1_MAX_TRANSFORMS;
}

/* One proposal's ciphers, with each of its hashes and groups. */
static unsigned
expand_one(const struct v1_phase1 *want, const struct proposal *p, struct suite *out, unsigned n)
{
	for (unsigned e = 0; e < p->n; e++)
		for (unsigned h = 0; h < p->n && p->t[e].type == T_ENCR; h++)
			for (unsigned k = 0; k < p->n && p->t[h].type == T_PRF; k++) {
				if (p->t[k].type != T_KE || p->t[k].id == KE_NONE || !has_room(n)
				    || (want->group != 0 && p->t[k].id != want->group)
				    || v1_encr_of(p->t[e].id) == 0 || v1_hash_of(p->t[h].id) == 0)
					continue;
				out[n++] = (struct suite){ p->t[e].id, p->t[e].key_bits,
					p->t[h].id, p->t[k].id };
			}
	return n;
}

/* What we want, in order; how many there are. */
static unsigned
expand(const struct v1_phase1 *want, struct suite out[V1_MAX_TRANSFORMS])
{
	unsigned n = 0;

	for (unsigned i = 0; i < want->ike->n; i++)
		n = expand_one(want, &want->ike->p[i], out, n);
	return n;
}

uint16_t
v1_phase1_first_group(const struct v1_phase1 *p)
{
	struct suite s[V1_MAX_TRANSFORMS];

	return expand(p, s) > 0 ? s[0].ke : KE_NONE;
}

static void
write_transform(struct ike_build *b, const struct v1_phase1 *p, const struct suite *s,
		unsigned i, bool more)
{
	size_t mark = v1_open_transform(b, more, (uint8_t)i, V1_KEY_IKE);

	v1_put_attr(b, V1_A1_LIFE_TYPE, V1_LIFE_SECONDS);
	v1_put_attr(b, V1_A1_LIFE, p->life_s);
	v1_put_attr(b, V1_A1_ENCR, v1_encr_of(s->encr));
	v1_put_attr(b, V1_A1_HASH, v1_hash_of(s->prf));
	v1_put_attr(b, V1_A1_AUTH, p->auth);
	v1_put_attr(b, V1_A1_GROUP, s->ke);
	if (s->bits != 0)
		v1_put_attr(b, V1_A1_KEY_LENGTH, s->bits);
	v1_close(b, mark);
}

void
v1_phase1_write(struct ike_build *b, const struct v1_phase1 *p)
{
	struct suite s[V1_MAX_TRANSFORMS];
	unsigned n = expand(p, s);
	size_t mark;

	v1_put_sa_head(b);
	mark = v1_open_proposal(b, false, 0, V1_PROTO_ISAKMP, (struct span){ 0 }, (uint8_t)n);
	for (unsigned i = 0; i < n; i++)
		write_transform(b, p, &s[i], i, i + 1 < n);
	v1_close(b, mark);
}

/* One transform as a value; false when it is not one that we could want. */
static bool
read_transform(const struct v1_transform *t, struct v1_chosen1 *out, struct parse_error *e)
{
	struct v1_attrs a;

	if (!v1_attrs_read(t->attributes, V1_A1_LIFE_TYPE, &a, e))
		return false;
	*out = (struct v1_chosen1){ .transform = t->number, .attributes = t->attributes,
		.encr = v1_encr_to_v2(a.value[V1_A1_ENCR]), .encr_bits = a.value[V1_A1_KEY_LENGTH],
		.prf = v1_hash_to_v2(a.value[V1_A1_HASH]), .ke = a.value[V1_A1_GROUP],
		.auth = a.value[V1_A1_AUTH], .life_s = a.life_s };
	return !a.odd && t->id == V1_KEY_IKE && out->encr != 0 && out->prf != 0;
}

static bool
is_suite(const struct v1_chosen1 *c, const struct suite *s, uint16_t auth)
{
	return c->encr == s->encr && c->encr_bits == s->bits && c->prf == s->prf
		&& c->ke == s->ke && c->auth == auth;
}

/* The transforms of the one proposal; how many of them could be wanted. */
static bool
read_offer(struct span body, struct v1_chosen1 *out, unsigned *n, unsigned *all,
	   struct parse_error *e)
{
	struct wire_reader r, in;
	struct v1_proposal p, more;
	struct v1_transform t;

	*n = *all = 0;
	if (!v1_sa_open(body, &r, e))
		return false;
	/* RFC 2409 5: exactly one proposal. */
	if (!v1_proposal_next(&r, &p) || v1_proposal_next(&r, &more) || !wire_ok(&r)
	    || p.protocol != V1_PROTO_ISAKMP) {
		wire_bad(&r, "phase 1 proposal");
		return parse_fail(e, &r, V1_N_BAD_PROPOSAL_SYNTAX);
	}
	in = wire_reader(p.transforms);
	while (*all < V1_MAX_TRANSFORMS && v1_transform_next(&in, &t)) {
		(*all)++;
		if (read_transform(&t, &out[*n], e))
			out[(*n)++].proposal = p.number;
		else if (e->what != NULL)
			return false;
	}
	return wire_ok(&in) || parse_fail(e, &in, V1_N_BAD_PROPOSAL_SYNTAX);
}

static bool
choose(const struct v1_chosen1 *offered, unsigned n, const struct v1_phase1 *ours,
       struct v1_chosen1 *out)
{
	struct suite s[V1_MAX_TRANSFORMS];
	unsigned mine = expand(ours, s);

	for (unsigned i = 0; i < mine; i++)
		for (unsigned k = 0; k < n; k++)
			if (is_suite(&offered[k], &s[i], ours->auth)) {
				*out = offered[k];
				return true;
			}
	return false;
}

bool
v1_phase1_choose(struct span body, const struct v1_phase1 *ours, struct v1_chosen1 *out,
		 struct parse_error *e)
{
	struct v1_chosen1 offered[V1_MAX_TRANSFORMS];
	unsigned n, all;

	*out = (struct v1_chosen1){ 0 };
	return read_offer(body, offered, &n, &all, e)
		&& (choose(offered, n, ours, out)
		    || parse_bad(e, "phase 1 transform", V1_N_NO_PROPOSAL_CHOSEN));
}

void
v1_phase1_write_chosen(struct ike_build *b, const struct v1_chosen1 *c)
{
	size_t proposal, transform;

	v1_put_sa_head(b);
	proposal = v1_open_proposal(b, false, c->proposal, V1_PROTO_ISAKMP, (struct span){ 0 }, 1);
	transform = v1_open_transform(b, false, c->transform, V1_KEY_IKE);
	wire_put(&b->w, c->attributes);
	v1_close(b, transform);
	v1_close(b, proposal);
}

bool
v1_phase1_check(struct span body, const struct v1_phase1 *ours, struct v1_chosen1 *out,
		struct parse_error *e)
{
	struct v1_chosen1 offered[V1_MAX_TRANSFORMS];
	unsigned n, all;

	*out = (struct v1_chosen1){ 0 };
	if (!read_offer(body, offered, &n, &all, e))
		return false;
	if (all != 1 || !choose(offered, n, ours, out) || out->life_s != ours->life_s)
		return parse_bad(e, "phase 1 answer, altered", V1_N_BAD_PROPOSAL_SYNTAX);
	return true;
}
