/* Which peer has which inner addresses, of those that peers choose for themselves:
 * for each, the connection that was made for it. A claim lasts as long as somebody
 * else has a reference to that connection: the negotiation, and then its SAs. */
#ifndef PLUTO_CLAIMS_H
#define PLUTO_CLAIMS_H

#include "pluto/connection.h"

enum { MAX_CLAIMS = 4096 };

struct claim {
	struct connection *conn;	/* a reference; remote.ts is what is claimed */
	struct ident who;
};
struct claims {
	unsigned n, room;
	struct claim *claim;		/* owned */
};

/* A claim to any of the addresses of TS, of somebody else than WHO under AS; NULL:
 * they are free. */
const struct claim *claims_other(struct claims *c, const struct traffic_selector *ts,
				 const struct ident *who, const struct connection *as);
/* The same peer's connection for the same selectors, made from the same template; or
 * NULL. Not referenced. */
struct connection *claims_own(struct claims *c, const struct connection *like,
			      const struct ident *who);
/* CONN's remote selector is WHO's. False: there are too many, or memory is out. */
bool claims_add(struct claims *c, struct connection *conn, const struct ident *who);
unsigned claims_count(struct claims *c);
void claims_free(struct claims *c);

#endif
