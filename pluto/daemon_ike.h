/* What of the daemon is IKE: both engines as one, their ports and events, and what they are
 * told of peers. */
#ifndef PLUTO_DAEMON_IKE_H
#define PLUTO_DAEMON_IKE_H

#include "pluto/daemon.h"

/* engines.c: either version of IKE, whichever it concerns; see ikev2.h, ikev1.h. */
struct v1_engine;
uint64_t engines_initiate(struct daemon *d, struct connection *c, const struct flow *flow,
			  uint64_t owner, uint32_t timeout_ms);
void engines_give_up(struct daemon *d, uint64_t owner);
void engines_receive(struct daemon *d, const struct endpoint *local,
		     const struct endpoint *remote, struct span datagram);
void engines_keys_found(struct daemon *d, uint64_t lookup, const struct peer_keys *keys);
void engines_run(struct daemon *d);
bool engines_delete_serial(struct daemon *d, uint64_t serial);
unsigned engines_delete_conn(struct daemon *d, uint64_t conn_serial);
bool engines_rekey(struct daemon *d, uint64_t serial);
uint64_t engines_child_for(struct daemon *d, const struct ip_addr *local,
			   const struct ip_addr *remote);
void engines_each_sa(struct daemon *d, ike_sa_fn *fn, void *ctx);
void engines_each_child(struct daemon *d, child_sa_fn *fn, void *ctx);
unsigned engines_children(struct daemon *d);	/* how many pairs of SAs there are */
void engines_soft_expired(struct daemon *d, uint32_t spi);
void engines_hard_expired(struct daemon *d, enum sa_direction dir, uint32_t spi,
			  const struct ip_addr *remote);
void engines_shutdown(struct daemon *d);
void engines_free(struct daemon *d);

/* ike_wiring.c: the IKE engine's ports and events. */
/* Gives C the peer's keys that --keyid named, unless it has some. */
void daemon_configured_keys(struct daemon *d, struct connection *c);
/* Both engines; false without memory. */
bool daemon_make_ike(struct daemon *d);
/* ike_events.c: both engines' port; see pluto/ike.h. */
void daemon_ike_event(void *ctx, const struct ike_event *e);
/* Both engines' port; see pluto/ike.h. */
struct connection *daemon_find_connection(void *ctx, const struct endpoint *local,
					  const struct endpoint *remote,
					  const struct ident *id_local,
					  const struct ident *id_remote, uint8_t method);
/* child_conn.c: both engines' port; see pluto/ike.h. */
struct connection *daemon_connection_for_ts(void *ctx, struct connection *c,
					    const struct ident *remote_id,
					    const struct ts_list *local,
					    const struct ts_list *remote);
/* plane_events.c */
struct kernel_events daemon_kernel_events(struct daemon *d);
void daemon_datagram(void *ctx, const struct endpoint *local, const struct endpoint *remote,
		     struct span datagram);

/* peer_lookup.c: keys of a peer that came to us; see ike.h. */
void daemon_lookup_keys(void *ctx, uint64_t lookup, const struct connection *c,
			const struct ident *remote_id, const struct endpoint *remote,
			const struct ip_addr *client);
/* Who speaks for CLIENT is known now: peers that waited for that go on. */
void daemon_peer_client_known(struct daemon *d, const struct ip_addr *client);
void daemon_peer_keys(struct daemon *d, const struct lookup *l, struct dns_keys *keys);
void daemon_peer_addr(struct daemon *d, struct lookup *l, const struct adns_answer *a);

/* clients.c: may a peer speak for a host behind it (RFC 4322 3.3.2)? See ike.h. */
enum ike_client daemon_client(void *ctx, const struct ike_client_question *q,
			      struct connection **out);
/* Asks who speaks for ADDR, for the peer BY. True when that is known already, or
 * cannot be. */
bool daemon_client_known(struct daemon *d, const struct ip_addr *addr, const struct ip_addr *by);
void daemon_client_keys(struct daemon *d, const struct lookup *l, struct dns_keys *keys);

/* xauth_server.c, xauth_client.c: both engines' ports; see pluto/ike.h. */
void daemon_check_password(void *ctx, uint64_t lookup, const struct connection *conn,
			   struct span user, struct span password);
void daemon_xauth_checks_free(struct daemon *d);
void daemon_ask_password(void *ctx, uint64_t lookup, const struct connection *c, uint64_t owner);
/* What whack gave, either may be NULL; false: too long, or too many. */
bool daemon_xauth_login(struct daemon *d, const struct connection *c, const char *user,
			const char *password);
void daemon_xauth_forget(struct daemon *d, const struct connection *c);
void daemon_xauth_logins_free(struct daemon *d);

/* configured_keys.c: public keys given with --keyid --pubkeyrsa. */
struct configured_keys *configured_keys_new(void);
void configured_keys_free(struct configured_keys *k);
int configured_keys_add(struct configured_keys *k, const struct ident *id, const struct pubkey *key);
void configured_keys_remove(struct configured_keys *k, const struct ident *id);
unsigned configured_keys_find(const struct configured_keys *k, const struct ident *id,
			      struct pubkey *out, unsigned max);
/* SINCE is the wall clock's time. */
typedef void configured_key_fn(void *ctx, const struct ident *id, const struct pubkey *key,
			       time_t since);
void configured_keys_each(const struct configured_keys *k, configured_key_fn *fn, void *ctx);

/* metrics_wiring.c: --metrics, and what it counts. */
void daemon_tally_event(struct daemon *d, const struct ike_event *e);
int daemon_tally_del_sa(struct daemon *d, enum sa_direction dir, uint32_t spi,
			const struct ip_addr *remote);
void daemon_count_bytes(struct daemon *d);
/* impaired.c: faults by name (enum impair), and what is logged of datagrams. */
struct kernel daemon_impairable_kernel(struct daemon *d);	/* what the engines are given */
void daemon_impair(struct daemon *d, uint32_t impair);
/* DATAGRAM is about to go: how many times. */
unsigned daemon_sending(struct daemon *d, const struct endpoint *local,
			const struct endpoint *remote, struct span datagram);
void daemon_received(struct daemon *d, const struct endpoint *local, const struct endpoint *remote,
		     struct span datagram);
void daemon_die_oninfo(struct daemon *d, const struct endpoint *remote, struct span datagram);

/* silent.c: a Child SA of C is gone as the peer is silent: what --dpdaction says. */
void daemon_peer_silent(struct daemon *d, const struct connection *c);
/* C is brought up as soon as the engines are done with what they do. */
void daemon_restart_conn(struct daemon *d, struct connection *c);
/* follow.c: both engines' port; see pluto/ike.h. */
bool daemon_path(void *ctx, const struct ip_addr *remote, struct ip_addr *local);
/* C, or when its address of ours is gone its copy for another that leads to the peer;
 * a reference. */
struct connection *daemon_from_here(struct daemon *d, struct connection *c);
/* An SA or an attempt of C has ended with the address. */
void daemon_address_gone(struct daemon *d, const struct connection *c);
/* Those whose address is gone, and that have a way to their peers now. */
void daemon_follow(struct daemon *d);
/* ike_log.c: what is logged of an engine's event. */
void daemon_log_event(struct daemon *d, const struct ike_event *e);

#endif
