/* One record for a zone that says who has which key, in the spellings that servers
 * load: IPSECKEY, or what RFC 4322 had before it. */
#ifndef ZONES_RECORD_H
#define ZONES_RECORD_H

#include "lib/pubkey.h"
#include "lib/rr_ipseckey.h"
#include "zones/output.h"

enum record_kind { RECORD_IPSECKEY, RECORD_TXT, RECORD_KEY };

/* What is asked for; OWNER is an address or a name. */
struct record_request {
	enum record_kind kind;
	const char *owner;
	const char *gateway;	/* NULL: the owner's address; "none"; ADDR; NAME */
	uint32_t ttl;
	uint8_t precedence;
};

struct record {
	struct dns_name owner;
	uint32_t ttl;
	enum record_kind kind;
	struct rr_ipseckey rr;		/* also of what the others say; its key is borrowed from KEY_BYTES */
	struct chunk key_bytes;		/* owned */
	const struct pubkey *key;	/* borrowed */
};

/* False with a sentence in ERR. */
bool record_make(const struct record_request *q, const struct pubkey *key,
		 struct record *out, char *err, size_t errlen);
void record_clear(struct record *r);
/* Why O cannot have this record; NULL: it can. */
const char *record_refused(const struct output *o, const struct record *r);
/* Between output_begin and output_end. False when memory fails. */
bool record_print(const struct output *o, const struct record *r);
/* "10", 0..255, and "3600", at most 2^31-1 (RFC 2181 8). */
bool record_precedence_parse(const char *text, uint8_t *out);
bool record_ttl_parse(const char *text, uint32_t *out);

#endif
