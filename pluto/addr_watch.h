/* The kernel tells when addresses, links or routes of the machine change. */
#ifndef PLUTO_ADDR_WATCH_H
#define PLUTO_ADDR_WATCH_H

#include "lib/loop.h"

struct addr_watch;

/* WAY_OUT: a default route of the main table has come or gone. */
typedef void addr_watch_fn(void *ctx, bool way_out);

/* Calls FN a little after a change, once for changes that come together. NULL
 * with errno when the kernel does not let us listen. */
struct addr_watch *addr_watch_new(struct loop *l, addr_watch_fn *fn, void *ctx);
void addr_watch_free(struct addr_watch *w);	/* NULL: fine */

#endif
