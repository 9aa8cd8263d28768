/* What the DNS says about who may speak IKE for an address, ready to use. */
#ifndef PLUTO_DNS_KEYS_H
#define PLUTO_DNS_KEYS_H

#include "adns/adns_proto.h"
#include "lib/pubkey.h"
#include "oe/oe.h"

enum { DNS_KEYS_MAX = 8 };

/* Why a record was left out. */
enum dns_key_fault {
	DNS_KEY_MALFORMED,	/* not an IPSECKEY record (RFC 4025 2) */
	DNS_KEY_NONE,		/* algorithm 0: a gateway without a key */
	DNS_KEY_UNKNOWN_ALG,	/* DSA, or a number not known here */
	DNS_KEY_BAD_KEY,	/* the key's octets are not such a key */
	DNS_KEY_TOO_MANY,	/* more than DNS_KEYS_MAX good ones */
	DNS_KEY_FAULT_N
};

struct dns_key {
	uint8_t precedence;
	enum gateway_kind gateway_kind;
	struct ip_addr gateway;		/* GW_ADDR4, GW_ADDR6 */
	struct dns_name gateway_name;	/* GW_NAME */
	struct pubkey key;		/* owned; its fingerprint is inside */
};

struct dns_keys {
	enum evidence evidence;
	uint32_t ttl_s;
	unsigned n;			/* ordered by precedence, lowest first */
	struct dns_key key[DNS_KEYS_MAX];
	unsigned skipped[DNS_KEY_FAULT_N];
	char why[200];			/* the validator's words, or what was wrong
					 * with the first record left out */
};

/* What the verdict proves: SECURE or ABSENT when DNSSEC vouches for records or
 * for their absence, INSECURE when nobody does, BOGUS, else UNKNOWN. */
enum evidence dns_evidence(const struct adns_answer *a);

/* Reads the IPSECKEY records of A. True when at least one key is usable; the
 * evidence is filled in either way. Keys of a bogus answer are never read. */
bool dns_keys_from_answer(const struct adns_answer *a, struct dns_keys *out);
void dns_keys_free(struct dns_keys *k);
/* The same keys as the decision engine takes them; returns how many. Each
 * OUT[i].key is owned by the caller (chunk_free). */
size_t dns_keys_gateways(const struct dns_keys *k, struct gateway out[DNS_KEYS_MAX]);
/* "1 malformed, 2 of an unknown algorithm" into BUF, "" when none; returns BUF. */
const char *dns_keys_skipped_text(const struct dns_keys *k, char buf[160]);

#endif
