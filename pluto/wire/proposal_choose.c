/* An SA payload from a peer against what we allow: the choice, or the check. */
#include "pluto/wire/proposal.h"

#include "pluto/wire/parse.h"

enum { OFFER_MAX_PROPOSALS = 64 };

/* How one of the peer's proposals meets one of ours. Nothing of it is stored,
 * so that no offer is too long for us. */
struct meeting {
	uint8_t number, protocol;
	struct span spi;
	uint32_t hit;		/* bit i: transform i of ours is in it */
	unsigned types;		/* bit T: it has transforms of type T */
	unsigned none;		/* bit T: and NONE is one of them */
	unsigned extra;		/* bit T: more than one of them */
	bool unknown_type;	/* RFC 7296 3.3.6: then it is not for us */
	bool unmatched;		/* a transform that is not ours, NONE apart */
};

struct rules {
	uint8_t protocol, spi_len;
	bool with_ke;
};

#define TYPE_BIT(type) (1u << (type))

/* Attributes of a transform: the key length, 0 without one. False when there is
 * something that we do not understand: RFC 7296 3.3.6, the transform is then
 * one that we do not have. */
static bool
read_attributes(struct wire_reader *r, uint16_t *key_bits)
{
	bool understood = true, seen = false;

	*key_bits = 0;
	while (wire_ok(r) && wire_left(r) != 0) {
		uint16_t type = wire_u16(r, "attribute type");
		uint16_t value = wire_u16(r, "attribute value");
		bool tv = (type & 0x8000) != 0;

		if (!tv)
			wire_skip(r, value, "attribute");
		/* A key length of 0 is not the same as no key length. */
		if (!tv || (type & 0x7fff) != ATTR_KEY_LENGTH || seen ||
		    value == 0)
			understood = false;
		else
			*key_bits = value;
		seen = true;
	}
	return understood;
}

static bool
same(const struct transform *a, const struct transform *b)
{
	return a->type == b->type && a->id == b->id && a->key_bits == b->key_bits;
}

static void
note(struct meeting *m, const struct proposal *ours, const struct transform *t,
     bool understood)
{
	uint32_t hit = 0;
	bool none = understood && t->id == 0 && t->key_bits == 0 &&
	    (t->type == T_INTEG || t->type == T_KE || t->type == T_ESN);

	if (t->type < T_ENCR || t->type > T_ESN) {
		m->unknown_type = true;
		return;
	}
	for (unsigned i = 0; understood && i < ours->n; i++)
		if (same(&ours->t[i], t))
			hit |= 1u << i;
	m->hit |= hit;
	if (m->types & TYPE_BIT(t->type))
		m->extra |= TYPE_BIT(t->type);
	m->types |= TYPE_BIT(t->type);
	if (none)
		m->none |= TYPE_BIT(t->type);
	if (hit == 0 && !none)
		m->unmatched = true;
}

/* Checks the "last" octet of a substructure against what really follows. */
static void
check_last(struct wire_reader *r, uint8_t last, uint8_t more, bool is_last,
	   const char *what)
{
	if (wire_ok(r) && last != (is_last ? 0 : more))
		wire_bad(r, what);
}

static void
read_transform(struct wire_reader *r, bool is_last, bool with_ke,
	       const struct proposal *ours, struct meeting *m)
{
	uint8_t last = wire_u8(r, "transform");
	struct transform t = { 0 };
	struct wire_reader body;
	uint16_t len;
	bool understood;

	wire_skip(r, 1, "transform reserved");
	len = wire_u16(r, "transform length");
	check_last(r, last, 3, is_last, "last transform");
	if (len < 8)
		wire_bad(r, "transform length");
	if (!wire_ok(r))
		return;
	body = wire_sub(r, len - 4u, "transform");
	t.type = wire_u8(&body, "transform type");
	wire_skip(&body, 1, "transform reserved");
	t.id = wire_u16(&body, "transform ID");
	understood = read_attributes(&body, &t.key_bits);
	if (!wire_ok(&body))
		wire_bad(r, body.what);
	else if (with_ke || t.type != T_KE)
		note(m, ours, &t, understood);
}

/* The next proposal of the body. */
static void
read_proposal(struct wire_reader *r, bool with_ke, const struct proposal *ours,
	      struct meeting *m)
{
	uint8_t last = wire_u8(r, "proposal"), spi_size, n;
	struct wire_reader body;
	uint16_t len;

	*m = (struct meeting){ 0 };
	wire_skip(r, 1, "proposal reserved");
	len = wire_u16(r, "proposal length");
	if (len < 8)
		wire_bad(r, "proposal length");
	if (!wire_ok(r))
		return;
	body = wire_sub(r, len - 4u, "proposal");
	m->number = wire_u8(&body, "proposal number");
	m->protocol = wire_u8(&body, "proposal protocol");
	spi_size = wire_u8(&body, "SPI size");
	n = wire_u8(&body, "number of transforms");
	m->spi = wire_bytes(&body, spi_size, "SPI");
	for (unsigned i = 0; i < n && wire_ok(&body); i++)
		read_transform(&body, i + 1u == n, with_ke, ours, m);
	if (wire_ok(r) && !wire_done(&body))
		wire_bad(r, body.what);
	check_last(r, last, 2, wire_left(r) == 0, "last proposal");
}

/* The first transform of a type, in our order, that is in both; NULL if none.
 * WANT, unless 0, is the only ID that counts. */
static const struct transform *
pick(const struct proposal *ours, const struct meeting *m, uint8_t type,
     uint16_t want)
{
	for (unsigned i = 0; i < ours->n; i++)
		if (ours->t[i].type == type && (m->hit >> i & 1) != 0 &&
		    (want == 0 || ours->t[i].id == want))
			return &ours->t[i];
	return NULL;
}

/* Do we have transforms of this type, and one with this ID? */
static bool
have_type(const struct proposal *ours, uint8_t type)
{
	for (unsigned i = 0; i < ours->n; i++)
		if (ours->t[i].type == type)
			return true;
	return false;
}

static bool
have_id(const struct proposal *ours, uint8_t type, uint16_t id)
{
	for (unsigned i = 0; i < ours->n; i++)
		if (ours->t[i].type == type && ours->t[i].id == id)
			return true;
	return false;
}

/* One type: *ID is the choice, 0 when the type does not apply. */
static bool
settle(const struct proposal *ours, const struct meeting *m, uint8_t type,
       uint16_t want, uint16_t *id)
{
	const struct transform *t = pick(ours, m, type, want);
	bool mine = have_type(ours, type), theirs = m->types & TYPE_BIT(type);
	bool optional = type == T_INTEG || type == T_KE || type == T_ESN;

	*id = t != NULL ? t->id : 0;
	if (t != NULL || (!mine && !theirs))
		return true;
	/* NONE, and ESN's "no", are 0, and silence says the same. */
	return optional && want == 0 && (!mine || have_id(ours, type, 0)) &&
	    (!theirs || (m->none & TYPE_BIT(type)) != 0);
}

/* RFC 4303 2.1: SPIs up to 255 are not for SAs; 0 names no IKE SA. */
static bool
spi_is_sound(struct span spi, const struct rules *rules)
{
	struct wire_reader r = wire_reader(spi);

	if (spi.len != rules->spi_len)
		return false;
	if (spi.len == 4)
		return wire_u32(&r, "SPI") > 255;
	return spi.len != 8 || wire_u64(&r, "SPI") != 0;
}

static bool
try(const struct proposal *ours, const struct meeting *m,
    const struct rules *rules, uint16_t want_ke, struct chosen *out)
{
	struct wire_reader spi = wire_reader(m->spi);
	const struct transform *encr = pick(ours, m, T_ENCR, 0);
	struct chosen c = { .number = m->number, .protocol = m->protocol };
	uint16_t esn;

	if (m->protocol != rules->protocol || ours->protocol != rules->protocol ||
	    m->unknown_type || !spi_is_sound(m->spi, rules))
		return false;
	/* RFC 7296 3.3.3: AH has no cipher, all others have one. */
	if (c.protocol == PROTO_AH ? m->types & TYPE_BIT(T_ENCR) : encr == NULL)
		return false;
	c.encr = encr != NULL ? encr->id : 0;
	c.encr_bits = encr != NULL ? encr->key_bits : 0;
	if (!settle(ours, m, T_PRF, 0, &c.prf) ||
	    !settle(ours, m, T_INTEG, 0, &c.integ) ||
	    !settle(ours, m, T_ESN, 0, &esn))
		return false;
	if (c.protocol == PROTO_AH && c.integ == INTEG_NONE)
		return false;
	if (rules->with_ke && !settle(ours, m, T_KE, want_ke, &c.ke))
		return false;
	c.esn = esn == ESN_YES;
	c.esn_unsaid = !(m->types & TYPE_BIT(T_ESN));
	c.spi_len = (uint8_t)m->spi.len;
	wire_copy(&spi, c.spi, c.spi_len, "SPI");
	*out = c;
	return true;
}

/* All proposals of the body against one of ours. FOUND is set, and *OUT with
 * it, at the first that fits; false when the body is malformed. */
static bool
search(struct span body, const struct proposal *ours, const struct rules *rules,
       uint16_t want_ke, bool *found, struct chosen *out, struct parse_error *e)
{
	struct wire_reader r = wire_reader(body);
	struct meeting m;

	if (body.len == 0)
		wire_bad(&r, "proposals");
	for (unsigned i = 0; wire_ok(&r) && wire_left(&r) != 0; i++) {
		if (i == OFFER_MAX_PROPOSALS)
			wire_bad(&r, "number of proposals");
		read_proposal(&r, rules->with_ke, ours, &m);
		if (wire_ok(&r) && !*found)
			*found = try(ours, &m, rules, want_ke, out);
	}
	return parse_done(e, &r);
}

bool
proposal_choose(struct span body, const struct proposal_list *ours,
		uint8_t protocol, uint8_t spi_len, uint16_t prefer_ke,
		bool with_ke, struct chosen *out, struct parse_error *e)
{
	struct rules rules = { protocol, spi_len, with_ke };
	bool found = false;

	*out = (struct chosen){ 0 };
	for (unsigned i = 0; i < ours->n; i++) {
		if (with_ke && prefer_ke != 0 && !search(body, &ours->p[i],
		    &rules, prefer_ke, &found, out, e))
			return false;
		if (!found && !search(body, &ours->p[i], &rules, 0, &found,
		    out, e))
			return false;
		if (found)
			return true;
	}
	return parse_bad(e, "no proposal that we allow", N_NO_PROPOSAL_CHOSEN);
}

/* RFC 7296 2.7: one proposal, one transform of each type, all of them ours. */
static bool
check_one(struct span body, const struct proposal *ours,
	  const struct rules *rules, bool *found, struct chosen *out,
	  struct parse_error *e)
{
	struct wire_reader r = wire_reader(body);
	struct meeting m;

	read_proposal(&r, rules->with_ke, ours, &m);
	if (!parse_done(e, &r))
		return false;
	*found = m.extra == 0 && !m.unmatched && try(ours, &m, rules, 0, out);
	return true;
}

bool
proposal_check_answer(struct span body, const struct proposal_list *ours,
		      uint8_t protocol, uint8_t spi_len, bool with_ke,
		      struct chosen *out, struct parse_error *e)
{
	struct rules rules = { protocol, spi_len, with_ke };
	bool found = false;

	*out = (struct chosen){ 0 };
	for (unsigned i = 0; i < ours->n && !found; i++)
		if (!check_one(body, &ours->p[i], &rules, &found, out, e))
			return false;
	if (!found)
		return parse_bad(e, "an answer that was not offered",
		    N_NO_PROPOSAL_CHOSEN);
	return true;
}
