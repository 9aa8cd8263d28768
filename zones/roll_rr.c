/* A row for each type of record that holds a host's key. */
#include "zones/roll_rr.h"

#include <stdlib.h>
#include <string.h>

#include "lib/rr_key.h"
#include "lib/rr_txt_oe.h"
#include "zones/output.h"

enum { RDATA_MAX = 4096, TEXT_MAX = 4096 };

static bool
ipseckey_key(struct span rdata, struct pubkey *out)
{
	struct rr_ipseckey rr;
	const char *err;

	return rr_ipseckey_read(rdata, &rr, &err) &&
		pubkey_from_dns(rr.algorithm, rr.key, out, &err);
}

static bool
txt_key(struct span rdata, struct pubkey *out)
{
	struct rr_txt_oe rr;
	const char *err;
	bool ok;

	if (rr_txt_oe_read(rdata, &rr, &err) != TXT_OE_GATEWAY)
		return false;
	ok = pubkey_from_dns(IPSECKEY_RSA, chunk_span(rr.key), out, &err);
	rr_txt_oe_free(&rr);
	return ok;
}

static bool
key_key(struct span rdata, struct pubkey *out)
{
	struct rr_key rr;
	const char *err;

	return rr_key_read(rdata, &rr, &err) && rr_key_is_hosts(&rr, &err) &&
		pubkey_from_dns(IPSECKEY_RSA, rr.key, out, &err);
}

static unsigned
ipseckey_precedence(struct span rdata)
{
	struct rr_ipseckey rr;
	const char *err;

	return rr_ipseckey_read(rdata, &rr, &err) ? rr.precedence : 0;
}

static unsigned
txt_precedence(struct span rdata)
{
	struct rr_txt_oe rr;
	const char *err;
	unsigned precedence;

	if (rr_txt_oe_read(rdata, &rr, &err) != TXT_OE_GATEWAY)
		return 0;
	precedence = rr.precedence;
	rr_txt_oe_free(&rr);
	return precedence;
}

static unsigned
key_precedence(struct span rdata)
{
	(void)rdata;
	return 0;
}

static int
ipseckey_text(struct span like, unsigned precedence, uint8_t alg, struct chunk key, char *out)
{
	struct rr_ipseckey rr;
	const char *err;

	if (!rr_ipseckey_read(like, &rr, &err))
		return -1;
	rr.precedence = (uint8_t)precedence;
	rr.algorithm = alg;
	rr.key = chunk_span(key);
	return rr_ipseckey_text(&rr, out, TEXT_MAX);
}

static int
txt_text(struct span like, unsigned precedence, uint8_t alg, struct chunk key, char *out)
{
	struct rr_txt_oe rr;
	const char *err;

	(void)alg;
	if (rr_txt_oe_read(like, &rr, &err) != TXT_OE_GATEWAY)
		return -1;
	rr_txt_oe_free(&rr);
	rr.precedence = (uint16_t)precedence;
	rr.key = key;
	return rr_txt_oe_text(&rr, out, TEXT_MAX);
}

static int
key_text(struct span like, unsigned precedence, uint8_t alg, struct chunk key, char *out)
{
	struct rr_key rr;
	const char *err;

	(void)precedence;
	(void)alg;
	if (!rr_key_read(like, &rr, &err))
		return -1;
	rr.key = chunk_span(key);
	return rr_key_text(&rr, out, TEXT_MAX);
}

static const struct {
	const char *name;
	ldns_rr_type type;
	bool rsa_alone;
	unsigned precedence_max;
	bool (*key)(struct span rdata, struct pubkey *out);
	unsigned (*precedence)(struct span rdata);
	/* Negative: it does not fit, or LIKE is malformed. */
	int (*text)(struct span like, unsigned precedence, uint8_t alg, struct chunk key, char *out);
} types[ROLL_TYPES] = {
	/* RFC 4025: keys of every kind. */
	[ROLL_IPSECKEY] = { "IPSECKEY", LDNS_RR_TYPE_IPSECKEY, false, UINT8_MAX,
		ipseckey_key, ipseckey_precedence, ipseckey_text },
	/* RFC 4322 5.2: a gateway, and its key. */
	{ "TXT", LDNS_RR_TYPE_TXT, true, UINT16_MAX, txt_key, txt_precedence, txt_text },
	/* RFC 4322 5.1: the key of whom it is under. */
	{ "KEY", LDNS_RR_TYPE_KEY, true, 0, key_key, key_precedence, key_text },
};

ldns_rr_type
roll_type(unsigned type)
{
	return types[type].type;
}

const char *
roll_type_name(unsigned type)
{
	return types[type].name;
}

bool
roll_type_holds(unsigned type, enum pubkey_kind kind)
{
	return kind == PUBKEY_RSA || !types[type].rsa_alone;
}

bool
roll_rr_key(unsigned type, const ldns_rr *rr, struct pubkey *out)
{
	uint8_t octets[RDATA_MAX];

	return types[type].key(server_rdata(rr, octets, sizeof(octets)), out);
}

bool
roll_rr_is(unsigned type, const ldns_rr *rr, const char *fingerprint)
{
	struct pubkey key;
	bool same;

	if (!roll_rr_key(type, rr, &key))
		return false;
	same = strcmp(key.fingerprint, fingerprint) == 0;
	pubkey_free(&key);
	return same;
}

bool
roll_rr_counts(unsigned type, const ldns_rr *rr)
{
	uint8_t octets[RDATA_MAX];
	struct rr_txt_oe txt;
	const char *err;
	enum txt_oe is;

	if (types[type].type != LDNS_RR_TYPE_TXT)
		return true;
	is = rr_txt_oe_read(server_rdata(rr, octets, sizeof(octets)), &txt, &err);
	if (is == TXT_OE_GATEWAY)
		rr_txt_oe_free(&txt);
	return is != TXT_OE_OTHER;
}

unsigned
roll_rr_precedence(unsigned type, const ldns_rr *rr)
{
	uint8_t octets[RDATA_MAX];

	return types[type].precedence(server_rdata(rr, octets, sizeof(octets)));
}

unsigned
roll_rr_later(unsigned type, const ldns_rr *rr)
{
	unsigned precedence = roll_rr_precedence(type, rr), max = types[type].precedence_max;

	return max - precedence >= ROLL_LATER ? precedence + ROLL_LATER : max;
}

bool
roll_rr_print(FILE *out, const ldns_rr *rr)
{
	char *text = ldns_rr2str_fmt(ldns_output_format_nocomments, rr);
	bool ok = text != NULL && fputs(text, out) >= 0;

	free(text);
	return ok;
}

static void
print_line(FILE *out, unsigned type, const ldns_rr *like, const struct pubkey *key, const char *text)
{
	char *owner = ldns_rdf2str(ldns_rr_owner(like)), kind[16], print[24];

	fprintf(out, "; key %s %s\n%s %u IN %s %s\n", pubkey_kind_text(key, kind),
		pubkey_short(key, print), owner != NULL ? owner : "", ldns_rr_ttl(like),
		types[type].name, text);
	free(owner);
}

bool
roll_rr_print_like(FILE *out, unsigned type, const ldns_rr *like, unsigned precedence,
		   const struct pubkey *key)
{
	uint8_t octets[RDATA_MAX];
	struct chunk bytes = pubkey_to_dns(key);
	char text[TEXT_MAX];
	bool ok = bytes.len > 0 &&
		types[type].text(server_rdata(like, octets, sizeof(octets)), precedence, key->alg,
				 bytes, text) >= 0;

	chunk_free(&bytes);
	if (ok)
		print_line(out, type, like, key, text);
	return ok && !ferror(out);
}
