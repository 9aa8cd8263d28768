/* What is told to an updown when the routing of a connection changes: values,
 * and the same values as the environment of a program (ipsec_updown(8)). */
#ifndef PLUTO_KERNEL_UPDOWN_EVENT_H
#define PLUTO_KERNEL_UPDOWN_EVENT_H

#include "lib/addr.h"

enum updown_verb {
	UPDOWN_PREPARE,		/* before the first route */
	UPDOWN_ROUTE,
	UPDOWN_UNROUTE,
	UPDOWN_UP,		/* a Child SA stands */
	UPDOWN_DOWN,		/* the last of them is gone */
	UPDOWN_DNS,		/* after UP: the peer's name servers are ours, too */
	UPDOWN_NO_DNS,		/* before DOWN */
};
enum { UPDOWN_SERVERS = 2 };

struct updown_event {
	enum updown_verb verb;
	char connection[64];
	char stack[16];			/* "netkey", "klips", "mast", "nostack" */
	char device[16];		/* the traffic's own device; "": the peer's */
	char interface[16];		/* the device that our address is on */
	char policy[64];		/* "PSK+ENCRYPT+TUNNEL+PFS" */
	struct ip_addr me, peer;	/* outer addresses */
	struct ip_addr nexthop, srcip;	/* IP_NONE: nobody said one */
	bool assigned;			/* SRCIP is what the peer gave us: it comes and goes */
	bool insists;			/* somebody asked for this next hop or source */
	struct ip_addr dns[UPDOWN_SERVERS], wins[UPDOWN_SERVERS];	/* that the peer told */
	struct selector sel;		/* inner traffic */
	char user[128];			/* of XAUTH, who the peer is; "": nobody */
	char my_id[300], peer_id[300];	/* text as it came: escaped in the environment */
};

/* "route-client", "up-host-v6": the word of PLUTO_VERB. */
const char *updown_verb_text(const struct updown_event *e, char out[32]);
/* Do our and the peer's hosts themselves talk, or clients of one of them? */
bool updown_is_host(const struct updown_event *e);
bool updown_has_dns(const struct updown_event *e);

struct updown_env {
	char text[4096];
	size_t used;
	char *envp[40];			/* "NAME=value", into TEXT; NULL at the end */
	unsigned n;
};

/* PATH and the PLUTO_ variables, nothing of our own environment. Everything that
 * a peer may have said consists of letters, digits and . _ @ : / = , + - ; every
 * other byte is %XX. False when it does not fit. */
bool updown_env_write(const struct updown_event *e, struct updown_env *out);

/* What a program makes of its environment again, as far as routes need it;
 * GET is getenv. False with a sentence. */
typedef char *updown_get_fn(const char *name);
bool updown_env_read(updown_get_fn *get, struct updown_event *out, char *err, size_t errlen);

#endif
