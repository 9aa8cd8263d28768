/* --ike, --esp and --ah to proposals, and a choice to text. */
#include "pluto/wire/proposal.h"

#include <stdio.h>
#include <string.h>

#include "pluto/wire/proposal_words.h"

/* One alternative between commas: the rows its words mean. */
struct alternative {
	const struct proposal_word *row[PROPOSAL_MAX_TRANSFORMS];
	unsigned n;
	unsigned kinds;		/* bit K: a word of kind K occurs */
};

struct complaint {
	char *err;
	size_t errlen;
};

#define KIND_BIT(kind) (1u << (kind))

static bool
complain(const struct complaint *c, const char *word, size_t len,
	 const char *what)
{
	snprintf(c->err, c->errlen, "%.*s: %s", (int)(len < 80 ? len : 80), word,
	    what);
	return false;
}

/* Good for ESP or AH alone, where somebody insists. */
static bool
not_for_ike(const struct proposal_word *r)
{
	return (r->kind == WORD_CIPHER && r->id != ENCR_AES_CBC &&
		r->id != ENCR_3DES) ||
	    (r->kind == WORD_AEAD && r->id == ENCR_AES_CCM_16);
}

/* "null" is a cipher where ESP's stands, and nothing anywhere else. */
static bool
is_misplaced(const struct alternative *a, const struct proposal_word *r,
	     uint8_t protocol)
{
	bool cipher = protocol == PROTO_ESP && a->n == 0;

	return (r->kind == WORD_CIPHER && r->id == ENCR_NULL && !cipher) ||
	    (r->kind == WORD_NOTHING && cipher);
}

static bool
take_word(struct alternative *a, const char *word, size_t len,
	  uint8_t protocol, const struct complaint *c)
{
	const struct proposal_word *row = NULL;
	bool any = false;

	while ((row = proposal_word_next(word, len, row)) != NULL) {
		if (is_misplaced(a, row, protocol))
			continue;
		if (row->kind == WORD_WEAK ||
		    (protocol == PROTO_IKE && not_for_ike(row)))
			return complain(c, word, len, row->kind == WORD_WEAK ?
			    "too weak to be offered" : "not for --ike");
		if (a->n == PROPOSAL_MAX_TRANSFORMS)
			return complain(c, word, len, "too many algorithms");
		a->row[a->n++] = row;
		a->kinds |= KIND_BIT(row->kind);
		any = true;
	}
	return any || complain(c, word, len, "expected a cipher, a hash or a "
	    "group, such as aes_gcm256, sha2_512, x25519");
}

/* Words are parted by "-", ";" (the classic spelling) or "+". */
static bool
split(const char *text, size_t len, uint8_t protocol, struct alternative *a,
      const struct complaint *c)
{
	size_t begin = 0;

	*a = (struct alternative){ 0 };
	for (size_t i = 0; i <= len; i++) {
		if (i < len && strchr("-;+", text[i]) == NULL)
			continue;
		if (!take_word(a, text + begin, i - begin, protocol, c))
			return false;
		begin = i + 1;
	}
	return true;
}

static bool
check_ah(const struct alternative *a, const char *text, size_t len,
	 const struct complaint *c)
{
	unsigned others = KIND_BIT(WORD_AEAD) | KIND_BIT(WORD_CIPHER) |
	    KIND_BIT(WORD_PRF);

	if ((a->kinds & others) != 0)
		return complain(c, text, len, "AH has a hash, and neither cipher "
		    "nor prf");
	return (a->kinds & KIND_BIT(WORD_HASH)) != 0 ||
	    complain(c, text, len, "expected a hash, such as sha2_256");
}

/* What words may stand together. */
static bool
check(const struct alternative *a, uint8_t protocol, const char *text,
      size_t len, const struct complaint *c)
{
	unsigned ciphers = KIND_BIT(WORD_AEAD) | KIND_BIT(WORD_CIPHER);

	if (protocol == PROTO_AH)
		return check_ah(a, text, len, c);
	if ((a->kinds & ciphers) == 0)
		return complain(c, text, len, "expected a cipher, such as "
		    "aes_gcm256");
	/* RFC 5282 8, RFC 7296 3.3: the peer could not tell which integrity
	 * algorithm goes with which cipher. */
	if ((a->kinds & ciphers) == ciphers)
		return complain(c, text, len, "AEAD and other ciphers must be "
		    "parted by a comma");
	if (protocol == PROTO_IKE && (a->kinds & KIND_BIT(WORD_ESN)) != 0)
		return complain(c, text, len, "esn is for --esp");
	if (protocol == PROTO_IKE)
		return true;
	if ((a->kinds & KIND_BIT(WORD_PRF)) != 0)
		return complain(c, text, len, "a prf is for --ike");
	if ((a->kinds & KIND_BIT(WORD_AEAD)) != 0 &&
	    (a->kinds & KIND_BIT(WORD_HASH)) != 0)
		return complain(c, text, len, "an AEAD cipher has no other "
		    "integrity algorithm");
	return true;
}

/* False when there is no room; what is there already is not added again. */
static bool
add(struct proposal *p, uint8_t type, uint16_t id, uint16_t bits)
{
	for (unsigned i = 0; i < p->n; i++)
		if (p->t[i].type == type && p->t[i].id == id &&
		    p->t[i].key_bits == bits)
			return true;
	if (p->n == PROPOSAL_MAX_TRANSFORMS)
		return false;
	p->t[p->n++] = (struct transform){ type, id, bits };
	return true;
}

/* The transforms of a type that the words of KIND say. */
static bool
add_words(struct proposal *p, uint8_t type, const struct alternative *a,
	  enum word_kind kind)
{
	bool ok = true;

	for (unsigned i = 0; i < a->n; i++) {
		const struct proposal_word *r = a->row[i];

		if (r->kind == kind)
			ok = add(p, type,
			    type == T_INTEG ? r->bits_or_integ : r->id,
			    type == T_ENCR ? r->bits_or_integ : 0) && ok;
	}
	return ok;
}

/* The transforms of a type that we have without being told. */
static bool
add_default(struct proposal *p, uint8_t type, bool aead)
{
	const struct proposal_list *l = proposal_default(p->protocol);
	const struct proposal *from = &l->p[aead || l->n == 1 ? 0 : 1];
	bool ok = true;

	for (unsigned i = 0; i < from->n; i++)
		if (from->t[i].type == type)
			ok = add(p, type, from->t[i].id, 0) && ok;
	return ok;
}

static bool
add_or_default(struct proposal *p, uint8_t type, const struct alternative *a,
	       enum word_kind kind)
{
	bool aead = (a->kinds & KIND_BIT(WORD_AEAD)) != 0;

	return (a->kinds & KIND_BIT(kind)) != 0 ? add_words(p, type, a, kind)
						: add_default(p, type, aead);
}

/* An alternative to a proposal; what it does not say is the default. A hash is
 * the PRF too, unless a PRF is named. */
static bool
complete(const struct alternative *a, struct proposal *p)
{
	bool aead = (a->kinds & KIND_BIT(WORD_AEAD)) != 0;
	bool prf = (a->kinds & KIND_BIT(WORD_PRF)) != 0;
	bool ok = add_words(p, T_ENCR, a, aead ? WORD_AEAD : WORD_CIPHER);

	if (!aead)
		ok = add_or_default(p, T_INTEG, a, WORD_HASH) && ok;
	if (p->protocol == PROTO_IKE)
		ok = add_or_default(p, T_PRF, a, prf ? WORD_PRF : WORD_HASH) && ok;
	ok = add_or_default(p, T_KE, a, WORD_KE) && ok;
	if (p->protocol != PROTO_IKE)
		ok = add_or_default(p, T_ESN, a, WORD_ESN) && ok;
	return ok;
}

bool
proposal_parse(const char *text, uint8_t protocol, struct proposal_list *out,
	       char *err, size_t errlen)
{
	struct complaint c = { err, errlen };
	const char *end = text + strlen(text);
	struct proposal_list l = { 0 };

	/* The classic "!" at the end: these and no others, as always here. */
	if (end != text && end[-1] == '!')
		end--;
	for (const char *at = text; at <= end;) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		size_t len = (size_t)((comma != NULL ? comma : end) - at);
		struct alternative a;

		if (l.n == PROPOSAL_MAX)
			return complain(&c, at, len, "too many proposals");
		l.p[l.n].protocol = protocol;
		if (!split(at, len, protocol, &a, &c) || !check(&a, protocol, at, len, &c))
			return false;
		if (!complete(&a, &l.p[l.n++]))
			return complain(&c, at, len, "too many algorithms");
		at += len + 1;
	}
	proposal_weak_last(&l);
	*out = l;
	return true;
}

uint16_t
proposal_group(const char *word)
{
	const struct proposal_word *row = proposal_word_next(word, strlen(word), NULL);

	return row != NULL && row->kind == WORD_KE ? row->id : KE_NONE;
}

bool
proposal_set_group(struct proposal *p, uint16_t group)
{
	uint8_t kept = 0;

	for (unsigned i = 0; i < p->n; i++)
		if (p->t[i].type != T_KE)
			p->t[kept++] = p->t[i];
	p->n = kept;
	return add(p, T_KE, group, 0);
}

const char *
chosen_text(const struct chosen *c, char *out, size_t outlen)
{
	bool aead = c->integ == INTEG_NONE;
	const char *integ = "", *prf = "", *ke = "";
	const char *cipher = proposal_word_for(aead ? WORD_AEAD : WORD_CIPHER, c->encr,
	    c->encr_bits);

	/* An integrity algorithm is called after the hash it is made of. */
	for (uint16_t h = PRF_HMAC_MD5; !aead && h <= PRF_HMAC_SHA2_512; h++) {
		const char *w = proposal_word_for(WORD_HASH, h, 0);
		const struct proposal_word *row =
		    proposal_word_next(w, strlen(w), NULL);

		if (row != NULL && row->bits_or_integ == c->integ)
			integ = w;
	}
	if (c->prf != 0)
		prf = proposal_word_for(aead ? WORD_HASH : WORD_PRF, c->prf, 0);
	/* Said once when it is the same hash. */
	if (!aead && c->prf != 0 &&
	    strcmp(integ, proposal_word_for(WORD_HASH, c->prf, 0)) == 0)
		prf = "";
	if (c->ke != KE_NONE)
		ke = proposal_word_for(WORD_KE, c->ke, 0);
	if (c->protocol == PROTO_AH)
		cipher = "ah";
	snprintf(out, outlen, "%s%s%s%s%s%s%s%s", cipher, *integ ? "-" : "", integ,
	    *prf ? "-" : "", prf, *ke ? "-" : "", ke, c->cpi != 0 ? " deflate" : "");
	return out;
}
