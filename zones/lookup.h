/* Looks records up through a resolver and validates them itself. Needs libunbound. */
#ifndef ZONES_LOOKUP_H
#define ZONES_LOOKUP_H

#include <unbound.h>

#include "lib/addr.h"

#define LOOKUP_ANCHOR "/usr/share/dns/root.key"

enum lookup_verdict {
	LOOKUP_SECURE,		/* records, and DNSSEC vouches for them */
	LOOKUP_ABSENT,		/* none, and DNSSEC vouches for that */
	LOOKUP_INSECURE,	/* records or none, and nobody vouches */
	LOOKUP_BOGUS,
	LOOKUP_UNKNOWN,		/* no answer */
};

/* RESOLVER NULL: those of /etc/resolv.conf. NULL with a sentence in ERR. */
struct ub_ctx *lookup_open(const struct endpoint *resolver, const char *anchor, char *err,
			   size_t errlen);
/* *OUT is freed with ub_resolve_free; NULL with LOOKUP_UNKNOWN. */
enum lookup_verdict lookup_ask(struct ub_ctx *ctx, const char *name, int type,
			       struct ub_result **out);

#endif
