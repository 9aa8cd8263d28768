/* Is this host ready to encrypt? What ipsec verify looks at besides DNS. */
#ifndef ZONES_VERIFY_HOST_H
#define ZONES_VERIFY_HOST_H

#include "lib/pubkey.h"
#include "zones/verify.h"

struct verify_host {
	const char *ctlbase, *secrets, *ipsecdir, *key, *anchor;	/* borrowed */
	bool resolver;		/* one was named, so that resolv.conf is not asked */
	struct pubkey ours;	/* owned; kind PUBKEY_NONE: it could not be read */
};

/* Each step prints one line or more into V, which has no name then. */
void verify_host(struct verify_host *h, struct verify *v);
void verify_host_clear(struct verify_host *h);
/* A step behind those of a name: is it our key that is published? */
void verify_own_key(const struct verify_host *h, struct verify *v);
/* The steps whose outcome is the machine's: what is said of it. */
void verify_kernel(struct verify *v, bool xfrm, bool tun);
void verify_clock(struct verify *v, bool synchronised);

#endif
