/* Rules about single records: IPSECKEY, and what RFC 4322 had before it. */
#include <stdlib.h>
#include <string.h>

#include "lib/number.h"
#include "lib/pubkey.h"
#include "lib/rr_ipseckey.h"
#include "lib/rr_txt_oe.h"
#include "zones/lint.h"
#include "zones/special.h"

enum { RDATA_MAX = 4096, TTL_MAX = 86400 };

void
lint_public_key(struct lint *l, unsigned line, uint8_t alg, struct span bytes)
{
	struct pubkey key;
	const char *err = "";

	if (alg < IPSECKEY_RSA || alg > IPSECKEY_EDDSA) {
		lint_say(l, line, FIND_ALGORITHM, "nobody takes keys of algorithm %u", alg);
		return;
	}
	if (pubkey_from_dns(alg, bytes, &key, &err))
		pubkey_free(&key);
	else
		lint_say(l, line, FIND_BAD_KEY, "%s", err);
}

/* What the name and the time say, whatever the record holds. */
static void
about_owner(struct lint *l, const struct scan_rr *rr)
{
	struct ip_addr a;

	l->about++;
	if (rr->ttl > TTL_MAX)
		lint_say(l, rr->line, FIND_TTL, "%u seconds are more than a day", rr->ttl);
	if (strncmp(rr->owner, "*.", 2) == 0)
		lint_say(l, rr->line, FIND_WILDCARD, "one key for all of %s", rr->owner + 2);
	if (revname_parse(rr->owner, &a) && special_address(&a))
		lint_say(l, rr->line, FIND_SPECIAL, "resolvers answer for %s themselves", rr->owner);
}

static bool
field(struct lint *l, const struct scan_rr *rr, unsigned i, unsigned max, const char *what,
      uint8_t *out)
{
	unsigned long n;

	if (!number_parse(rr->word[i].text, max, &n)) {
		lint_say(l, rr->line, FIND_FIELDS, "%s \"%.40s\": expected 0 to %u", what,
			 rr->word[i].text, max);
		return false;
	}
	*out = (uint8_t)n;
	return true;
}

static bool
gateway(struct lint *l, const struct scan_rr *rr, struct rr_ipseckey *k)
{
	static const char *const wanted[] = { ".", "an IPv4 address", "an IPv6 address", "a name" };
	const char *text = rr->word[3].text;
	bool dot = strcmp(text, ".") == 0, addr = ip_addr_parse(text, &k->gateway), ok = true;

	switch (k->gateway_kind) {
	case GW_ITSELF:
		ok = dot;
		break;
	case GW_ADDR4:
		ok = addr && k->gateway.family == IP_V4;
		break;
	case GW_ADDR6:
		ok = addr && k->gateway.family == IP_V6;
		break;
	case GW_NAME:
		ok = !dot && !addr;
		break;
	}
	if (!ok)
		lint_say(l, rr->line, FIND_FIELDS, "gateway \"%.40s\": type %d goes with %s", text,
			 (int)k->gateway_kind, wanted[k->gateway_kind]);
	return ok;
}

/* The words from FIRST on, joined; malloc'd. */
static char *
joined(const struct scan_rr *rr, unsigned first)
{
	char *text = calloc(1, SCAN_TEXT + 1), *at = text;

	for (unsigned i = first; text != NULL && i < rr->n_words; i++)
		at = stpcpy(at, rr->word[i].text);
	return text;
}

static struct chunk
key_of(const struct scan_rr *rr, unsigned first)
{
	char *text = joined(rr, first);
	struct chunk key = { 0 };

	if (text == NULL || base64_decode(text, &key) < 0)
		key = (struct chunk){ 0 };
	free(text);
	return key;
}

static size_t
gateway_size(const struct rr_ipseckey *k, const char *text)
{
	static const size_t sizes[] = { 0, 4, 16, 0 };

	return k->gateway_kind == GW_NAME ? strlen(text) + 1 : sizes[k->gateway_kind];
}

/* The gateway's address, where that is not the owner's own. */
static struct ip_addr
other_gateway(const struct scan_rr *rr, const struct rr_ipseckey *k)
{
	bool addr = k->gateway_kind == GW_ADDR4 || k->gateway_kind == GW_ADDR6;
	struct dns_name rev = addr ? revname_of(&k->gateway) : (struct dns_name){ "" };

	return addr && strcmp(rev.text, rr->owner) != 0 ? k->gateway
		: (struct ip_addr){ .family = IP_NONE };
}

/* What each kind of peer and server makes of it. */
static void
whose(struct lint *l, const struct scan_rr *rr, const struct rr_ipseckey *k)
{
	if (k->algorithm > IPSECKEY_RSA)
		lint_say(l, rr->line, FIND_POWERDNS, "PowerDNS refuses algorithm %u", k->algorithm);
	else if (k->gateway_kind == GW_ITSELF)
		lint_say(l, rr->line, FIND_POWERDNS, "PowerDNS refuses the dot of no gateway");
	if (k->algorithm != IPSECKEY_RSA || k->gateway_kind != GW_ITSELF)
		lint_say(l, rr->line, FIND_LIBRESWAN, "libreswan 4.10 reads RSA keys (2) of records with the "
			 "gateway \".\" (0): this one has %u and %d", k->algorithm, (int)k->gateway_kind);
}

static void
known_key(struct lint *l, const struct scan_rr *rr, const struct rr_ipseckey *k, size_t rdata)
{
	const struct lint_member m = { .line = rr->line, .kind = LINT_IS_IPSECKEY,
		.precedence = k->precedence, .key = k->key, .rdata = rdata,
		.gateway = other_gateway(rr, k) };

	lint_public_key(l, rr->line, k->algorithm, k->key);
	whose(l, rr, k);
	lint_set_add(l, rr->owner, &m);
}

static void
presented(struct lint *l, const struct scan_rr *rr)
{
	struct rr_ipseckey k = { 0 };
	struct chunk key;
	uint8_t type;

	if (rr->n_words < 4) {
		lint_say(l, rr->line, FIND_FIELDS, "expected precedence, type, algorithm, gateway, key");
		return;
	}
	if (!field(l, rr, 0, 255, "precedence", &k.precedence) ||
	    !field(l, rr, 1, GW_NAME, "gateway type", &type) ||
	    !field(l, rr, 2, 255, "algorithm", &k.algorithm))
		return;
	k.gateway_kind = (enum gateway_kind)type;
	if (!gateway(l, rr, &k))
		return;
	if (rr->n_words == 4 || k.algorithm == IPSECKEY_NOKEY) {
		lint_say(l, rr->line, FIND_NO_KEY, "the record has no key");
		return;
	}
	if (rr->n_words > 5)
		lint_say(l, rr->line, FIND_SPLIT, "the key is in %u pieces", rr->n_words - 4);
	key = key_of(rr, 4);
	k.key = chunk_span(key);
	if (key.len == 0)
		lint_say(l, rr->line, FIND_BAD_KEY, "the key is not base64");
	else
		known_key(l, rr, &k, 3 + gateway_size(&k, rr->word[3].text) + key.len);
	chunk_free(&key);
}

/* RFC 3597 5: \# LENGTH HEX... */
static void
generic(struct lint *l, const struct scan_rr *rr)
{
	char *hex = rr->n_words > 2 ? joined(rr, 2) : NULL;
	uint8_t octets[RDATA_MAX];
	int n = hex != NULL ? span_unhex(hex, octets, sizeof(octets)) : -1;
	struct rr_ipseckey k;
	const char *err = "\\# LENGTH HEX";
	unsigned long length = 0;

	free(hex);
	if (n < 0 || !number_parse(rr->word[1].text, RDATA_MAX, &length) || (int)length != n ||
	    !rr_ipseckey_read(span_of(octets, (size_t)n), &k, &err))
		lint_say(l, rr->line, FIND_FIELDS, "the octets are no IPSECKEY record: %s", err);
	else if (k.key.len == 0)
		lint_say(l, rr->line, FIND_NO_KEY, "the record has no key");
	else
		known_key(l, rr, &k, (size_t)n);
}

void
lint_ipseckey(struct lint *l, const struct scan_rr *rr)
{
	about_owner(l, rr);
	if (rr->n_words > 0 && strcmp(rr->word[0].text, "\\#") == 0)
		generic(l, rr);
	else
		presented(l, rr);
}

void
lint_key(struct lint *l, const struct scan_rr *rr)
{
	const struct lint_member m = { .line = rr->line };
	unsigned long n;

	lint_set_add(l, rr->owner, &m);
	if (rr->n_words > 0 && strcmp(rr->word[0].text, "\\#") == 0)
		return;
	l->about++;
	for (unsigned i = 0; i < 3; i++) {
		if (i < rr->n_words && number_parse(rr->word[i].text, 65535, &n))
			continue;
		lint_say(l, rr->line, FIND_KEY_FLAGS, "\"%.40s\" loads only in BIND",
			 i < rr->n_words ? rr->word[i].text : "");
		return;
	}
	if (rr->n_words > 4)
		lint_say(l, rr->line, FIND_SPLIT, "the key is in %u pieces", rr->n_words - 3);
}
