/* whack --watch: what happens, to whoever watches, as it happens. Nobody who watches
 * can make the daemon wait: who does not read is dropped, and counted. */
#ifndef PLUTO_EVENTS_H
#define PLUTO_EVENTS_H

#include "adns/adns_proto.h"
#include "oe/oe.h"
#include "pluto/control/ctl.h"
#include "pluto/ike.h"

enum { MAX_WATCHERS = 16, WATCHER_BYTES = 1 << 18 };

struct event_hub {
	struct ctl *ctl;
	ctl_client watcher[MAX_WATCHERS];
	unsigned n;
	uint64_t told, refused;		/* events so far, while somebody watched; watchers too many */
};

/* C watches from now on. False: there are too many already. */
bool events_join(struct event_hub *ev, ctl_client c);
/* How many there are. */
unsigned events_watchers(struct event_hub *ev);
/* Who watches is told that it is over. */
void events_end(struct event_hub *ev, const char *why);

/* What happened. Each costs next to nothing while nobody watches. */
void events_attempt(struct event_hub *ev, oppo_id id, const struct oe_result *r);
void events_shunt(struct event_hub *ev, const struct shunt *s);
void events_ike(struct event_hub *ev, const struct ike_event *e);
void events_dns_answer(struct event_hub *ev, const struct dns_name *name, uint16_t rrtype,
		       const struct adns_answer *a, uint64_t took_ms);
void events_dns_helper(struct event_hub *ev, const char *what);
void events_listening(struct event_hub *ev, unsigned addresses);

#endif
