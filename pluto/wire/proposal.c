/* The SA payload: what is written, what is chosen. */
#include "pluto/wire/proposal.h"

#include <string.h>

enum { LAST = 0, MORE_PROPOSALS = 2, MORE_TRANSFORMS = 3, ATTR_TV = 0x8000 };

/* One proposal of the peer, read. */
struct offer {
	uint8_t number, protocol;
	struct span spi;
	bool strange;		/* holds a transform type that nobody knows */
	uint8_t n;
	struct transform t[PROPOSAL_MAX_TRANSFORMS];
};

static void
write_transform(struct wire_writer *w, const struct transform *t, bool last)
{
	wire_put_u8(w, last ? LAST : MORE_TRANSFORMS);
	wire_put_u8(w, 0);
	wire_put_u16(w, t->key_bits != 0 ? 12 : 8);
	wire_put_u8(w, t->type);
	wire_put_u8(w, 0);
	wire_put_u16(w, t->id);
	if (t->key_bits == 0)
		return;
	wire_put_u16(w, ATTR_TV | ATTR_KEY_LENGTH);
	wire_put_u16(w, t->key_bits);
}

static void
write_proposal(struct wire_writer *w, const struct proposal *p, uint8_t number, struct span spi,
	       bool with_ke, bool last)
{
	struct transform kept[PROPOSAL_MAX_TRANSFORMS];
	uint8_t n = 0;
	size_t mark;

	for (unsigned i = 0; i < p->n; i++)
		if (with_ke || p->t[i].type != T_KE)
			kept[n++] = p->t[i];
	wire_put_u8(w, last ? LAST : MORE_PROPOSALS);
	wire_put_u8(w, 0);
	mark = wire_begin_len16(w);
	wire_put_u8(w, number);
	wire_put_u8(w, p->protocol);
	wire_put_u8(w, (uint8_t)spi.len);
	wire_put_u8(w, n);
	wire_put(w, spi);
	for (unsigned i = 0; i < n; i++)
		write_transform(w, &kept[i], i + 1 == n);
	wire_end_len16(w, mark, 4);
}

void
proposal_write(struct ike_build *b, const struct proposal_list *l, struct span spi, bool with_ke)
{
	size_t mark = ike_build_open(b, P_SA);

	for (unsigned i = 0; i < l->n; i++)
		write_proposal(&b->w, &l->p[i], (uint8_t)(i + 1), spi, with_ke, i + 1 == l->n);
	ike_build_close(b, mark);
}

static void
add(struct proposal *p, uint8_t type, uint16_t id, uint16_t bits)
{
	p->t[p->n++] = (struct transform){ .type = type, .id = id, .key_bits = bits };
}

void
proposal_write_chosen(struct ike_build *b, const struct chosen *c, struct span spi)
{
	struct proposal p = { .protocol = c->protocol };
	size_t mark = ike_build_open(b, P_SA);

	add(&p, T_ENCR, c->encr, c->encr_bits);
	if (c->prf != 0)
		add(&p, T_PRF, c->prf, 0);
	if (c->integ != 0)
		add(&p, T_INTEG, c->integ, 0);
	if (c->ke != 0)
		add(&p, T_KE, c->ke, 0);
	if (c->protocol != PROTO_IKE)
		add(&p, T_ESN, c->esn ? ESN_YES : ESN_NO, 0);
	write_proposal(&b->w, &p, c->number, spi, true, true);
	ike_build_close(b, mark);
}

/* Attributes of one transform; an attribute nobody knows makes it useless. */
static bool
read_attributes(struct wire_reader *r, struct transform *t)
{
	bool useful = true;

	while (wire_ok(r) && wire_left(r) > 0) {
		uint16_t type = wire_u16(r, "attribute type"), value = wire_u16(r, "attribute value");

		if (!(type & ATTR_TV))
			wire_skip(r, value, "attribute");
		if (type == (ATTR_TV | ATTR_KEY_LENGTH) && value != 0)
			t->key_bits = value;
		else
			useful = false;
	}
	return useful;
}

static void
read_transform(struct wire_reader *r, struct offer *o)
{
	uint8_t last = wire_u8(r, "transform: last"), zero = wire_u8(r, "transform: reserved");
	uint16_t len = wire_u16(r, "transform length");
	struct transform t = { 0 };
	struct wire_reader in;
	bool useful;

	(void)last;
	(void)zero;
	if (wire_ok(r) && len < 8)
		wire_bad(r, "transform length");
	in = wire_sub(r, (size_t)len - 4, "transform");
	t.type = wire_u8(&in, "transform type");
	wire_skip(&in, 1, "transform: reserved");
	t.id = wire_u16(&in, "transform ID");
	useful = read_attributes(&in, &t);
	if (!wire_done(&in) && wire_ok(r))
		wire_bad(r, in.what);
	if (t.type == 0 || t.type >= T_N_TYPES)
		o->strange = true;
	else if (useful && wire_ok(r) && o->n < PROPOSAL_MAX_TRANSFORMS)
		o->t[o->n++] = t;
}

static void
read_offer(struct wire_reader *r, struct offer *o)
{
	uint8_t last = wire_u8(r, "proposal: last"), zero = wire_u8(r, "proposal: reserved");
	uint16_t len = wire_u16(r, "proposal length");
	struct wire_reader in;
	uint8_t spi_len, count;

	(void)last;
	(void)zero;
	if (wire_ok(r) && len < 8)
		wire_bad(r, "proposal length");
	in = wire_sub(r, (size_t)len - 4, "proposal");
	*o = (struct offer){ .number = wire_u8(&in, "proposal number") };
	o->protocol = wire_u8(&in, "proposal protocol");
	spi_len = wire_u8(&in, "proposal SPI size");
	count = wire_u8(&in, "number of transforms");
	o->spi = wire_bytes(&in, spi_len, "proposal SPI");
	for (unsigned i = 0; i < count && wire_ok(&in); i++)
		read_transform(&in, o);
	if (!wire_done(&in) && wire_ok(r))
		wire_bad(r, in.what);
}

static bool
offers(const struct offer *o, const struct transform *want)
{
	for (unsigned i = 0; i < o->n; i++)
		if (o->t[i].type == want->type && o->t[i].id == want->id
		    && o->t[i].key_bits == want->key_bits)
			return true;
	return false;
}

static bool
has_type(const struct offer *o, uint8_t type, uint16_t not_id)
{
	for (unsigned i = 0; i < o->n; i++)
		if (o->t[i].type == type && o->t[i].id != not_id)
			return true;
	return false;
}

static bool
asks_for(const struct proposal *p, uint8_t type)
{
	for (unsigned i = 0; i < p->n; i++)
		if (p->t[i].type == type)
			return true;
	return false;
}

/* Our first transform of TYPE that the peer offers; PREFER wins when both have it. */
static const struct transform *
first_common(const struct proposal *ours, const struct offer *o, uint8_t type, uint16_t prefer)
{
	const struct transform *found = NULL;

	for (unsigned i = 0; i < ours->n; i++) {
		const struct transform *t = &ours->t[i];

		if (t->type != type || !offers(o, t))
			continue;
		if (prefer != 0 && t->id == prefer)
			return t;
		if (found == NULL)
			found = t;
	}
	return found;
}

static void
take(struct chosen *c, const struct transform *t)
{
	switch (t->type) {
	case T_ENCR:
		c->encr = t->id;
		c->encr_bits = t->key_bits;
		break;
	case T_PRF:
		c->prf = t->id;
		break;
	case T_INTEG:
		c->integ = t->id;
		break;
	case T_KE:
		c->ke = t->id;
		break;
	case T_ESN:
		c->esn = t->id == ESN_YES;
		break;
	default:
		break;
	}
}

/* What one of our proposals and one of theirs have in common, if it is whole. */
static bool
match(const struct proposal *ours, const struct offer *o, uint16_t prefer_ke, bool with_ke,
      struct chosen *out)
{
	*out = (struct chosen){ .number = o->number, .protocol = o->protocol };
	for (uint8_t type = T_ENCR; type < T_N_TYPES; type++) {
		const struct transform *t;

		if (type == T_KE && !with_ke)
			continue;
		if (!asks_for(ours, type)) {
			if (has_type(o, type, 0))	/* 0 is "none" for each type */
				return false;
			continue;
		}
		t = first_common(ours, o, type, type == T_KE ? prefer_ke : 0);
		if (t == NULL && type == T_ESN && !has_type(o, T_ESN, UINT16_MAX))
			continue;	/* left out means plain 32-bit numbers */
		if (t == NULL)
			return false;
		take(out, t);
	}
	out->spi_len = (uint8_t)o->spi.len;
	if (o->spi.len > 0)
		memcpy(out->spi, o->spi.ptr, o->spi.len);
	return true;
}

enum { MAX_OFFERS = 24 };
struct offer_list { unsigned n; struct offer o[MAX_OFFERS]; };

static bool
read_offers(struct span body, struct offer_list *l, struct parse_error *e)
{
	struct wire_reader r = wire_reader(body);

	l->n = 0;
	while (wire_ok(&r) && wire_left(&r) > 0) {
		struct offer o;

		read_offer(&r, &o);
		if (wire_ok(&r) && l->n < MAX_OFFERS)
			l->o[l->n++] = o;
	}
	if (wire_ok(&r) && l->n > 0)
		return true;
	*e = (struct parse_error){ .what = r.what != NULL ? r.what : "SA without proposals",
		.err = wire_ok(&r) ? WIRE_SHORT : r.err, .notify = N_INVALID_SYNTAX };
	return false;
}

static bool
usable(const struct offer *o, uint8_t protocol, uint8_t spi_len)
{
	return !o->strange && o->protocol == protocol && o->spi.len == spi_len;
}

bool
proposal_choose(struct span body, const struct proposal_list *ours, uint8_t protocol,
		uint8_t spi_len, uint16_t prefer_ke, bool with_ke, struct chosen *out,
		struct parse_error *e)
{
	struct offer_list l;

	if (!read_offers(body, &l, e))
		return false;
	for (unsigned i = 0; i < ours->n; i++)
		for (unsigned k = 0; k < l.n; k++)
			if (usable(&l.o[k], protocol, spi_len)
			    && match(&ours->p[i], &l.o[k], prefer_ke, with_ke, out))
				return true;
	*e = (struct parse_error){ .what = "proposals", .err = WIRE_VALUE,
		.notify = N_NO_PROPOSAL_CHOSEN };
	return false;
}

/* An answer holds one transform of a type at most. */
static bool
is_single(const struct offer *o)
{
	unsigned seen = 0;

	for (unsigned i = 0; i < o->n; i++) {
		if (seen & 1u << o->t[i].type)
			return false;
		seen |= 1u << o->t[i].type;
	}
	return !o->strange;
}

bool
proposal_check_answer(struct span body, const struct proposal_list *ours, uint8_t protocol,
		      uint8_t spi_len, bool with_ke, struct chosen *out, struct parse_error *e)
{
	struct offer_list l;

	if (!read_offers(body, &l, e))
		return false;
	for (unsigned i = 0; i < ours->n && l.n == 1; i++)
		if (usable(&l.o[0], protocol, spi_len) && is_single(&l.o[0])
		    && match(&ours->p[i], &l.o[0], 0, with_ke, out))
			return true;
	*e = (struct parse_error){ .what = "SA answer is not one that was offered",
		.err = WIRE_VALUE, .notify = N_INVALID_SYNTAX };
	return false;
}

bool
proposal_has_ke(const struct proposal_list *l, uint16_t group)
{
	for (unsigned i = 0; i < l->n; i++)
		for (unsigned k = 0; k < l->p[i].n; k++)
			if (l->p[i].t[k].type == T_KE && l->p[i].t[k].id == group)
				return true;
	return false;
}
