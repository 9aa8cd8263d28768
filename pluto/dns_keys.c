/* Turns an answer's rdata into keys, and its verdict into evidence. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/rr_key.h"
#include "lib/rr_txt_oe.h"
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
take_bare(struct dns_keys *out, const struct dns_bare *b)
{
	if (out->n_bare == DNS_BARE_MAX)
		skip(out, DNS_KEY_NONE, "record without a key");
	else
		out->bare[out->n_bare++] = *b;
}

/* W says what stands beside the key. */
static void
take_key(struct dns_keys *out, const struct dns_bare *w, uint8_t alg, struct span bytes)
{
	struct dns_key *k = &out->key[out->n];
	const char *err;

	if (out->n == DNS_KEYS_MAX) {
		skip(out, DNS_KEY_TOO_MANY, "too many keys");
		return;
	}
	if (!pubkey_from_dns(alg, bytes, &k->key, &err)) {
		skip(out, DNS_KEY_BAD_KEY, err);
		return;
	}
	k->record = w->record;
	k->precedence = w->precedence;
	k->gateway_kind = w->kind;
	k->gateway = w->gateway;
	k->gateway_name = w->gateway_name;
	out->n++;
}

static void
take_ipseckey(struct dns_keys *out, struct span rdata)
{
	struct rr_ipseckey rr;
	struct dns_bare w;
	const char *err = "malformed";

	if (!rr_ipseckey_read(rdata, &rr, &err)) {
		skip(out, DNS_KEY_MALFORMED, err);
		return;
	}
	w = (struct dns_bare){ .record = GW_FROM_IPSECKEY, .precedence = rr.precedence,
		.kind = rr.gateway_kind, .gateway = rr.gateway, .gateway_name = rr.gateway_name };
	if (rr.algorithm == IPSECKEY_NOKEY && rr.gateway_kind != GW_ITSELF)
		take_bare(out, &w);
	else if (rr.algorithm == IPSECKEY_NOKEY)
		skip(out, DNS_KEY_NONE, "record without a key");
	else if (!known_alg(rr.algorithm))
		skip(out, DNS_KEY_UNKNOWN_ALG, "key of an unknown algorithm");
	else
		take_key(out, &w, rr.algorithm, rr.key);
}

static void
take_txt(struct dns_keys *out, struct span rdata)
{
	struct rr_txt_oe rr;
	struct dns_bare w;
	const char *err = "malformed";
	enum txt_oe what = rr_txt_oe_read(rdata, &rr, &err);

	if (what == TXT_OE_BAD)
		skip(out, DNS_KEY_MALFORMED, err);
	if (what != TXT_OE_GATEWAY)
		return;
	w = (struct dns_bare){ .record = GW_FROM_TXT, .precedence = rr.precedence,
		.kind = rr.gateway_kind, .gateway = rr.gateway, .gateway_name = rr.gateway_name };
	if (rr.key.len == 0)
		take_bare(out, &w);
	else
		take_key(out, &w, IPSECKEY_RSA, chunk_span(rr.key));
	rr_txt_oe_free(&rr);
}

static void
take_rr_key(struct dns_keys *out, struct span rdata)
{
	const struct dns_bare w = { .record = GW_FROM_KEY, .kind = GW_ITSELF };
	struct rr_key rr;
	const char *err = "malformed";

	if (!rr_key_read(rdata, &rr, &err))
		skip(out, DNS_KEY_MALFORMED, err);
	else if (rr_key_is_hosts(&rr, &err))
		take_key(out, &w, IPSECKEY_RSA, rr.key);
	else if (err != NULL)
		skip(out, DNS_KEY_UNKNOWN_ALG, err);
}

/* Lower precedence first (RFC 4025 2.1, RFC 4322 5.2). Equal ones by fingerprint,
 * so that the order does not depend on the server's rotation. */
static int
compare(const void *a, const void *b)
{
	const struct dns_key *x = a, *y = b;

	if (x->record != y->record)
		return x->record < y->record ? -1 : 1;
	if (x->precedence != y->precedence)
		return x->precedence < y->precedence ? -1 : 1;
	return strcmp(x->key.fingerprint, y->key.fingerprint);
}

void
dns_keys_sort(struct dns_keys *k)
{
	qsort(k->key, k->n, sizeof(k->key[0]), compare);
}

static void
take(struct dns_keys *out, uint16_t rrtype, struct span rdata)
{
	if (rrtype == RRTYPE_TXT)
		take_txt(out, rdata);
	else if (rrtype == RRTYPE_KEY)
		take_rr_key(out, rdata);
	else
		take_ipseckey(out, rdata);
}

/* TXT and KEY have other uses: what is not for us is no answer of ours, and that
 * it is not there is as well proved as the rest. */
static bool
has_others_alone(const struct dns_keys *k)
{
	unsigned skipped = 0;

	for (unsigned i = 0; i < DNS_KEY_FAULT_N; i++)
		skipped += k->skipped[i];
	return k->n == 0 && k->n_bare == 0 && skipped == 0;
}

bool
dns_keys_of_kind(const struct adns_answer *a, uint16_t rrtype, struct dns_keys *out)
{
	*out = (struct dns_keys){ .evidence = dns_evidence(a), .ttl_s = a->ttl_s };
	if (out->evidence == EVIDENCE_BOGUS || out->evidence == EVIDENCE_UNKNOWN) {
		snprintf(out->why, sizeof(out->why), "%s", a->why);
		return false;
	}
	for (unsigned i = 0; i < a->n_rdata && i < ADNS_MAX_RDATA; i++)
		take(out, rrtype, a->rdata[i]);
	if (out->evidence == EVIDENCE_SECURE && rrtype != RRTYPE_IPSECKEY && has_others_alone(out))
		out->evidence = EVIDENCE_ABSENT;
	dns_keys_sort(out);
	return out->n > 0;
}

bool
dns_keys_from_answer(const struct adns_answer *a, struct dns_keys *out)
{
	return dns_keys_of_kind(a, RRTYPE_IPSECKEY, out);
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
			.record = key->record,
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

bool
dns_keys_has(const struct dns_keys *keys, const struct pubkey *key)
{
	for (unsigned i = 0; i < keys->n; i++)
		if (pubkey_eq(&keys->key[i].key, key))
			return true;
	return false;
}
