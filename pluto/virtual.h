/* Inner addresses that a peer may choose for itself, within what is allowed: the
 * network it was given behind its NAT, say.
 *
 *	pluto --virtual_private %v4:10.0.0.0/8,%v4:!10.1.0.0/16,%v6:fd00::/8
 *	whack ... --to --host %any --client vhost:%no,%priv
 */
#ifndef PLUTO_VIRTUAL_H
#define PLUTO_VIRTUAL_H

#include "lib/addr.h"

enum { VIRTUAL_NETS_MAX = 32, VIRTUAL_CLIENT_NETS_MAX = 8 };

struct virtual_net { struct ip_prefix net; bool excluded; };
struct virtual_nets { unsigned n; struct virtual_net net[VIRTUAL_NETS_MAX]; };

enum virtual_kind {
	VIRTUAL_NONE,	/* what --client says is the client */
	VIRTUAL_HOST,	/* vhost: one address */
	VIRTUAL_NET,	/* vnet: a subnet, or one address */
};

struct virtual_client {
	enum virtual_kind kind;
	bool own;		/* %no: the address from which it comes */
	bool private_;		/* %priv: what --virtual_private allows */
	bool all;		/* %all */
	unsigned n;
	struct virtual_net net[VIRTUAL_CLIENT_NETS_MAX];	/* %v4:, %v6: */
};

/* "%v4:NET", "%v4:!NET", "%v6:NET", with commas between. False, and *OUT is as it
 * was: WHY is then a static sentence. */
bool virtual_nets_parse(const char *text, struct virtual_nets *out, const char **why);
/* "vhost:" or "vnet:" and words as above; kind VIRTUAL_NONE when TEXT is neither. */
bool virtual_client_parse(const char *text, struct virtual_client *out, const char **why);
/* As it was written. */
const char *virtual_client_text(const struct virtual_client *v, char *out, size_t outlen);
const char *virtual_nets_text(const struct virtual_nets *v, char *out, size_t outlen);

/* May a peer that comes from PEER have the addresses of TS? A net that is excluded
 * counts when it has but one of them. */
bool virtual_allows(const struct virtual_client *v, const struct virtual_nets *private_nets,
		    const struct ip_addr *peer, const struct traffic_selector *ts);

#endif
