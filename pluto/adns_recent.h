/* What DNS has answered lately and still holds, for people to look at. */
#ifndef PLUTO_ADNS_RECENT_H
#define PLUTO_ADNS_RECENT_H

#include "adns/adns_proto.h"

enum { ADNS_RECENT = 256 };

struct adns_known {
	struct dns_name qname;
	uint16_t rrtype, n_rdata;
	enum adns_status status;
	enum adns_security security;
	uint64_t key, until_ms;		/* until_ms 0: an empty place */
};

/* All zero to begin with. */
struct adns_recent {
	struct adns_known known[ADNS_RECENT];
	unsigned next;			/* the place that is overwritten */
};

typedef void adns_known_fn(void *ctx, const struct adns_known *k, uint32_t left_s);

/* Failures and answers that hold no time are not kept; one replaces the last one to
 * the same question. */
void adns_recent_add(struct adns_recent *r, const struct adns_query *q,
		     const struct adns_answer *a, uint64_t now_ms);
/* FN for each that holds still. */
void adns_recent_each(const struct adns_recent *r, uint64_t now_ms, adns_known_fn *fn, void *ctx);

#endif
