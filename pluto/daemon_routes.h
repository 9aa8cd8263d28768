/* What of the daemon is traffic of connections: which are routed, keyed, failed; their routes
 * and programs. */
#ifndef PLUTO_DAEMON_ROUTES_H
#define PLUTO_DAEMON_ROUTES_H

#include "pluto/daemon.h"

/* traffic.c: the traffic of connections, and first packets of the routed ones. */
struct routed *daemon_make_routed(struct daemon *d);
/* Is F of a host behind us, for which there are policy groups? */
bool daemon_speaks_for(struct daemon *d, const struct flow *f);
/* False: no routed connection is for that packet. */
bool daemon_routed_packet(struct daemon *d, const struct trapped *t);
/* A Child SA that is not opportunistic has come, was replaced, has gone. */
void daemon_traffic_up(struct daemon *d, const struct ike_event *e);
void daemon_traffic_rekeyed(struct daemon *d, const struct ike_event *e);
void daemon_traffic_down(struct daemon *d, const struct ike_event *e);
void daemon_traffic_free(struct daemon *d);
/* traffic_push.c: tells the trap which selectors are routed, keyed or failed. 0, or
 * -errno with ERR. */
int daemon_push_conns(struct daemon *d, char *err, size_t errlen);
/* Tells the data plane which routed connections pass. */
void daemon_push_bypass(struct daemon *d);
bool daemon_is_routed(struct daemon *d, uint64_t serial);	/* by hand */
/* A fresh owner for an attempt that is not opportunistic. */
uint64_t daemon_new_owner(struct daemon *d);

/* route_wiring.c: routes and updown programs of connections. */
int daemon_open_routing(struct daemon *d);	/* at start: 0, or the exit status */
/* Everything is unrouted, and programs have a moment to end: turns the loop. */
void daemon_end_routing(struct daemon *d);
void daemon_close_routing(struct daemon *d);
/* The route that whack asks for: 0, or a whack code with a sentence. */
int daemon_hold_route(struct daemon *d, const struct connection *c, char *err, size_t errlen);
void daemon_release_route(struct daemon *d, const struct connection *c);
/* A Child SA of C is up, or the last one with these selectors is gone. */
void daemon_child_routed(struct daemon *d, const struct connection *c, const struct selector *sel,
			 bool up);
/* The addresses or the routing of the machine may be others now. */
void daemon_routes_again(struct daemon *d);

/* cmd_conn.c: 0, or a whack code with a sentence. The route once only, however
 * often it is asked for. */
int daemon_change_route(struct daemon *d, const struct connection *conn, bool on, char *err,
			size_t errlen);

#endif
