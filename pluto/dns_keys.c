/* Turns an answer's rdata into keys, and its verdict into evidence. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pluto/dns_keys.h"

enum evidence
dns_evidence(const struct adns_answer *a)
{
	bool denied = a->status == ADNS_NODATA || a->status == ADNS_NXDOMAIN;

	if (!denied && a->status != ADNS_ANSWERED)
		return EVIDENCE_UNKNOWN;
	switch (a->security) {
	case ADNS_SECURE:	return denied ? EVIDENCE_ABSENT : EVIDENCE_SECURE;
	case ADNS_INSECURE:	return EVIDENCE_INSECURE;
	case ADNS_BOGUS:	return EVIDENCE_BOGUS;
	}
	return EVIDENCE_UNKNOWN;
}

static void
skip(struct dns_keys *out, enum dns_key_fault fault, const char *why)
{
	out->skipped[fault]++;
	if (out->why[0] == '\0')
		snprintf(out->why, sizeof(out->why), "%s", why);
}

static bool
known_alg(uint8_t alg)
{
	return alg == IPSECKEY_RSA || alg == IPSECKEY_ECDSA || alg == IPSECKEY_EDDSA;
}

static void
take(struct dns_keys *out, struct span rdata)
{
	struct rr_ipseckey rr;
	struct dns_key *k;
	const char *err = "malformed";

	if (!rr_ipseckey_read(rdata, &rr, &err)) {
		skip(out, DNS_KEY_MALFORMED, err);
		return;
	}
	if (rr.algorithm == IPSECKEY_NOKEY) {
		skip(out, DNS_KEY_NONE, "record without a key");
		return;
	}
	if (!known_alg(rr.algorithm)) {
		skip(out, DNS_KEY_UNKNOWN_ALG, "key of an unknown algorithm");
		return;
	}
	if (out->n == DNS_KEYS_MAX) {
		skip(out, DNS_KEY_TOO_MANY, "too many keys");
		return;
	}
	k = &out->key[out->n];
	if (!pubkey_from_dns(rr.algorithm, rr.key, &k->key, &err)) {
		skip(out, DNS_KEY_BAD_KEY, err);
		return;
	}
	k->precedence = rr.precedence;
	k->gateway_kind = rr.gateway_kind;
	k->gateway = rr.gateway;
	k->gateway_name = rr.gateway_name;
	out->n++;
}

/* RFC 4025 2.1: lower precedence first. Equal ones by fingerprint, so that the
 * order does not depend on the server's rotation. */
static int
compare(const void *a, const void *b)
{
	const struct dns_key *x = a, *y = b;

	if (x->precedence != y->precedence)
		return x->precedence < y->precedence ? -1 : 1;
	return strcmp(x->key.fingerprint, y->key.fingerprint);
}

bool
dns_keys_from_answer(const struct adns_answer *a, struct dns_keys *out)
{
	*out = (struct dns_keys){ .evidence = dns_evidence(a), .ttl_s = a->ttl_s };
	if (out->evidence == EVIDENCE_BOGUS || out->evidence == EVIDENCE_UNKNOWN) {
		snprintf(out->why, sizeof(out->why), "%s", a->why);
		return false;
	}
	for (unsigned i = 0; i < a->n_rdata && i < ADNS_MAX_RDATA; i++)
		take(out, a->rdata[i]);
	qsort(out->key, out->n, sizeof(out->key[0]), compare);
	return out->n > 0;
}

void
dns_keys_free(struct dns_keys *k)
{
	for (unsigned i = 0; i < k->n; i++)
		pubkey_free(&k->key[i].key);
	k->n = 0;
}

static void
label(const struct pubkey *key, char *out, size_t outlen)
{
	char kind[16], fingerprint[24];

	pubkey_kind_text(key, kind);
	pubkey_short(key, fingerprint);
	snprintf(out, outlen, "%s %s", kind, fingerprint);
}

size_t
dns_keys_gateways(const struct dns_keys *k, struct gateway out[DNS_KEYS_MAX])
{
	for (unsigned i = 0; i < k->n; i++) {
		const struct dns_key *key = &k->key[i];

		out[i] = (struct gateway){
			.precedence = key->precedence,
			.kind = key->gateway_kind,
			.addr = key->gateway,
			.name = key->gateway_name,
			.alg = key->key.alg,
			.key = pubkey_to_dns(&key->key),
		};
		label(&key->key, out[i].label, sizeof(out[i].label));
	}
	return k->n;
}

const char *
dns_keys_skipped_text(const struct dns_keys *k, char buf[160])
{
	static const char *const words[DNS_KEY_FAULT_N] = {
		[DNS_KEY_MALFORMED] = "malformed",
		[DNS_KEY_NONE] = "without a key",
		[DNS_KEY_UNKNOWN_ALG] = "of an unknown algorithm",
		[DNS_KEY_BAD_KEY] = "with a bad key",
		[DNS_KEY_TOO_MANY] = "too many",
	};
	size_t len = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < DNS_KEY_FAULT_N && len < 160; i++) {
		int n = k->skipped[i] == 0 ? 0 :
			snprintf(buf + len, 160 - len, "%s%u %s", len > 0 ? ", " : "",
				 k->skipped[i], words[i]);

		len += n > 0 ? (size_t)n : 0;
	}
	return buf;
}
