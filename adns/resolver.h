/* What a resolver back end provides to the queries in flight. */
#ifndef ADNS_RESOLVER_H
#define ADNS_RESOLVER_H

#include "adns/adns_proto.h"

struct resolver_reply {
	bool failed;			/* no message: servers dead or refusing */
	struct span message;		/* the DNS reply; valid during the call */
	enum adns_security security;
	const char *why;		/* the validator's words, or "" */
};

/* REF is what the asker gave. May run before ask() returns. */
typedef void resolver_done_fn(void *ctx, uint64_t ref, const struct resolver_reply *r);

struct resolver {
	void *self;
	/* 0, then DONE runs exactly once unless cancelled first; or -errno,
	 * then DONE does not run. */
	int (*ask)(void *self, const struct dns_name *qname, uint16_t rrtype,
		   uint64_t ref, resolver_done_fn *done, void *ctx);
	/* DONE will not run for REF any more; a REF that is gone is harmless. */
	void (*cancel)(void *self, uint64_t ref);
};

#endif
