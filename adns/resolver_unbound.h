/* The validating back end: libunbound on our loop. */
#ifndef ADNS_RESOLVER_UNBOUND_H
#define ADNS_RESOLVER_UNBOUND_H

#include "adns/resolver.h"
#include "lib/negative_anchor.h"
#include "lib/loop.h"

struct resolver_unbound;

struct resolver_unbound_config {
	const struct endpoint *forwarders;	/* none: recursion from the root */
	size_t n_forwarders;
	const char *const *anchor_files;	/* checked by the caller */
	size_t n_anchor_files;
	const char *anchor_state;		/* of the root, kept by libunbound; NULL: none */
	uint32_t holddown_s;			/* 0: 30 days */
	const struct negative_anchor *negative;	/* those in force */
	size_t n_negative;
	unsigned max_sockets;			/* outgoing-range */
	bool debug;
};

/* NULL with a sentence in ERR. L outlives it. libunbound reads its files with
 * the first question: ask one before giving up privilege. */
struct resolver_unbound *resolver_unbound_new(struct loop *l,
		const struct resolver_unbound_config *cfg, char err[200]);
/* Open questions are dropped without a call. */
void resolver_unbound_free(struct resolver_unbound *u);
struct resolver resolver_unbound_ops(struct resolver_unbound *u);

#endif
