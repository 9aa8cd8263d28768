/* What the DNS says about who may speak IKE for an address, ready to use. */
#ifndef PLUTO_DNS_KEYS_H
#define PLUTO_DNS_KEYS_H

#include "adns/adns_proto.h"
#include "lib/pubkey.h"
#include "oe/oe.h"

enum { DNS_KEYS_MAX = 8, DNS_BARE_MAX = 4 };

/* Why a record was left out. */
enum dns_key_fault {
	DNS_KEY_MALFORMED,	/* not a record of its kind (RFC 4025 2, RFC 4322 5) */
	DNS_KEY_NONE,		/* a gateway without a key, and too many of them */
	DNS_KEY_UNKNOWN_ALG,	/* DSA, or a number not known here */
	DNS_KEY_BAD_KEY,	/* the key's octets are not such a key */
	DNS_KEY_TOO_MANY,	/* more than DNS_KEYS_MAX good ones */
	DNS_KEY_FAULT_N
};

struct dns_key {
	enum gateway_record record;	/* of which kind it was */
	uint16_t precedence;
	enum gateway_kind gateway_kind;
	struct ip_addr gateway;		/* GW_ADDR4, GW_ADDR6 */
	struct dns_name gateway_name;	/* GW_NAME */
	struct pubkey key;		/* owned; its fingerprint is inside */
};

/* A record that says who speaks, and not with which key. */
struct dns_bare {
	enum gateway_record record;
	uint16_t precedence;
	enum gateway_kind kind;
	struct ip_addr gateway;
	struct dns_name gateway_name;
};

struct dns_keys {
	enum evidence evidence;
	uint32_t ttl_s;
	unsigned n;			/* ordered by precedence, lowest first */
	struct dns_key key[DNS_KEYS_MAX];
	unsigned n_bare;
	struct dns_bare bare[DNS_BARE_MAX];
	unsigned skipped[DNS_KEY_FAULT_N];
	char why[200];			/* the validator's words, or what was wrong
					 * with the first record left out */
};

/* What the verdict proves: SECURE or ABSENT when DNSSEC vouches for records or
 * for their absence, INSECURE when nobody does, BOGUS, else UNKNOWN. */
enum evidence dns_evidence(const struct adns_answer *a);

/* Reads the records of A, which are of kind RRTYPE: IPSECKEY, TXT or KEY. True when
 * at least one key is usable; the evidence is filled in either way. Keys of a bogus
 * answer are never read. Records of others (TXT, KEY) are as if they were not. */
bool dns_keys_of_kind(const struct adns_answer *a, uint16_t rrtype, struct dns_keys *out);
/* The same of IPSECKEY. */
bool dns_keys_from_answer(const struct adns_answer *a, struct dns_keys *out);
/* Two answers about one name. What DNSSEC vouches for is used, whatever the other
 * is; where there is no such thing the worse of both counts. INTO with evidence
 * NONE is empty. Takes MORE over. */
void dns_keys_merge(struct dns_keys *into, struct dns_keys *more);
/* MORE is what stands under the name of INTO's gateway bare[I]: its keys, when
 * DNSSEC vouches for them. Takes MORE over. */
void dns_keys_of_gateway(struct dns_keys *into, unsigned i, struct dns_keys *more);
/* A is the address of the gateway NAME: its keys have that address from then on,
 * when DNSSEC vouches for it. */
void dns_keys_located(struct dns_keys *k, const struct dns_name *name,
		      const struct adns_answer *a);
/* IPSECKEY before TXT before KEY, then by precedence. */
void dns_keys_sort(struct dns_keys *k);
/* Does some record name ADDR, or NAME ("" for none) as the gateway, with KEY or
 * without a word about a key? *OTHER_KEY: with another one. */
bool dns_keys_delegate(const struct dns_keys *k, const struct ip_addr *addr, const char *name,
		       const struct pubkey *key, bool *other_key);
void dns_keys_free(struct dns_keys *k);
/* The same keys as the decision engine takes them; returns how many. Each
 * OUT[i].key is owned by the caller (chunk_free). */
size_t dns_keys_gateways(const struct dns_keys *k, struct gateway out[DNS_KEYS_MAX]);
/* "1 malformed, 2 of an unknown algorithm" into BUF, "" when none; returns BUF. */
const char *dns_keys_skipped_text(const struct dns_keys *k, char buf[160]);
/* Is KEY among them? */
bool dns_keys_has(const struct dns_keys *keys, const struct pubkey *key);

#endif
