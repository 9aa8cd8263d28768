/* The connections that were added by hand, by name. */
#ifndef PLUTO_CONN_TABLE_H
#define PLUTO_CONN_TABLE_H

#include <jansson.h>

#include "pluto/connection.h"
#include "pluto/interfaces.h"
#include "pluto/wire/ts.h"

enum { MAX_CONNECTIONS = 4096 };

struct conn_table {
	unsigned n;
	struct connection *c[MAX_CONNECTIONS];	/* one reference each, sorted by name */
	bool routed[MAX_CONNECTIONS];
};

struct connection *conn_table_find(const struct conn_table *t, const char *name);
struct connection *conn_table_by_serial(const struct conn_table *t, uint64_t serial);
/* Takes the reference. -EEXIST for a name that is there, -ENOSPC. */
int conn_table_add(struct conn_table *t, struct connection *c);
bool conn_table_remove(struct conn_table *t, const char *name);
bool *conn_table_routed(struct conn_table *t, const struct connection *c);
void conn_table_clear(struct conn_table *t);
/* The connection for a peer: both hosts known first, then %any; with ids of
 * type 0 by addresses alone, and with METHOD (enum auth_method, 0: not known
 * yet) of the peer's AUTH; an identity that comes with AUTH_NULL counts for
 * nothing. NULL when there is none. Not referenced. */
struct connection *conn_table_for_peer(const struct conn_table *t, const struct ip_addr *local,
				       const struct ip_addr *remote,
				       const struct ident *id_local, const struct ident *id_remote,
				       uint8_t method);
/* Of the connections with C's hosts, identities and authentication, or those of the
 * template that it is made from, the one whose selectors a peer's offer fits best; C
 * itself when none fits better. Not referenced; it may be a template. */
struct connection *conn_table_for_ts(const struct conn_table *t, struct connection *c,
				     const struct ts_list *local, const struct ts_list *remote);
/* The routed connection whose selectors hold this flow, the most specific; or
 * NULL. */
struct connection *conn_table_for_flow(const struct conn_table *t, const struct flow *f);

/* The "add" request of whack to a connection, oriented by our addresses. A
 * whack code with a sentence in ERR, or 0. */
int connection_from_request(const json_t *request, const struct local_addrs *ours,
			    struct connection **out, char *err, size_t errlen);
/* %any and the words for policies; false for another word. */
bool conn_group_word(const char *host, enum conn_group *out);
const char *conn_group_name(enum conn_group g);	/* "%opportunistic" */
/* Whether a policy has what it needs; ENCRYPT: --encrypt was given. Fills in what
 * goes without saying. 0, or a whack code with a sentence. */
int conn_group_complete(struct connection *c, bool encrypt, char *err, size_t errlen);
/* What an end stands for, into E, whose host stands already. */
int conn_client_from_request(const json_t *end, struct conn_end *e, char *err, size_t errlen);
/* The versions of IKE, and what is of IKEv1 alone, of OURS, THEIRS and OPTIONS into
 * C, whose ends stand already. */
int conn_v1_from_request(const json_t *ours, const json_t *theirs, const json_t *options,
			 struct connection *c, char *err, size_t errlen);
/* Its proposals, and whether it is ESP or AH, into C. */
int conn_proposals_from_request(const json_t *options, struct connection *c, char *err,
				size_t errlen);
/* Lifetimes, margins, tries, and what a silent peer leads to, into C. */
int conn_times_from_request(const json_t *options, struct connection *c, char *err, size_t errlen);
/* --nexthop, --srcip and --updown of one end of it; OURS (NULL for the peer's end)
 * must then have what they name. OUT is to be freed also after an error. */
int conn_route_from_request(const json_t *end, const struct conn_end *e,
			    const struct local_addrs *ours, struct conn_route *out,
			    char *err, size_t errlen);

#endif
