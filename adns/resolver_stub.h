/* The stub back end: c-ares asks a resolver that validates, on this host. */
#ifndef ADNS_RESOLVER_STUB_H
#define ADNS_RESOLVER_STUB_H

#include "adns/resolver.h"
#include "lib/loop.h"

struct resolver_stub;

/* May the AD bit of this resolver be believed? On loopback alone: on any other way
 * a stranger can set it. Not that of systemd-resolved (127.0.0.53 and .54), which has
 * copied the bit of servers that it did not check. */
bool resolver_stub_trusts(const struct endpoint *e);

/* N resolvers, at least one; their AD bit is believed when all of them may be
 * trusted, since a reply does not say whose it is. NULL with a sentence in ERR. L
 * outlives it. Reads its files here. */
struct resolver_stub *resolver_stub_new(struct loop *l, const struct endpoint *resolvers,
					size_t n, char err[200]);
/* Open questions are dropped without a call. */
void resolver_stub_free(struct resolver_stub *s);
struct resolver resolver_stub_ops(struct resolver_stub *s);

#endif
