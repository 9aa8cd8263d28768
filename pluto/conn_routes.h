/* Which connections are routed, and what their updowns were told. One entry for
 * each pair of selectors; the route to a peer's client is shared by all entries
 * that mean the same one. */
#ifndef PLUTO_CONN_ROUTES_H
#define PLUTO_CONN_ROUTES_H

#include "pluto/connection.h"
#include "pluto/kernel/updown_event.h"

enum { MAX_ROUTED = 4096 };

/* Does what a verb says: a route through the kernel, or a program that is
 * started. False with a sentence. COMMAND: NULL for the daemon's own way. */
typedef bool conn_routes_do_fn(void *ctx, const struct updown_event *e, const char *command,
			       char *err, size_t errlen);

struct conn_routes;

struct conn_routes *conn_routes_new(conn_routes_do_fn *fn, void *ctx);
void conn_routes_free(struct conn_routes *r);	/* says nothing to anybody */

/* E describes the connection and its selectors; its verb is not read. 0, RC_ROUTE,
 * or RC_RTBUSY when another connection has a route to the same client that is not
 * this one, with a sentence. */
int conn_routes_hold(struct conn_routes *r, const struct updown_event *e, const char *command,
		     char *err, size_t errlen);
/* By hand: given back once for each time that it was held. */
void conn_routes_release(struct conn_routes *r, const struct selector *sel);
/* A Child SA stands, or the last one of these selectors is gone. As hold; the
 * Child SA is used all the same. */
int conn_routes_up(struct conn_routes *r, const struct updown_event *e, const char *command,
		   char *err, size_t errlen);
void conn_routes_down(struct conn_routes *r, const struct selector *sel);
/* Everything once more, or everything away: what the routing of the machine was
 * may have changed. */
void conn_routes_again(struct conn_routes *r);
void conn_routes_end(struct conn_routes *r);
unsigned conn_routes_count(const struct conn_routes *r);

#endif
