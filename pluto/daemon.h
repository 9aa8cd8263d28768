/* The daemon as a whole: what main.c makes and the files beside it wire up.
 * Only files directly in pluto/ include this; the parts know nothing of it. */
#ifndef PLUTO_DAEMON_H
#define PLUTO_DAEMON_H

#include <stdio.h>
#include <time.h>

#include "adns/adns_proto.h"
#include "lib/starter.h"
#include "lib/notify.h"
#include "oe/oe.h"
#include "pluto/adns_client.h"
#include "pluto/claims.h"
#include "pluto/clients.h"
#include "pluto/conn_table.h"
#include "pluto/control/ctl.h"
#include "pluto/dns_set.h"
#include "pluto/dns_tap.h"
#include "pluto/events.h"
#include "pluto/ikev2/ikev2.h"
#include "pluto/kept.h"
#include "pluto/kernel/planes.h"
#include "pluto/lookups.h"
#include "pluto/options.h"
#include "pluto/routed.h"
#include "pluto/keeper/keeper.h"
#include "pluto/tally.h"
#include "pluto/udp.h"
#include "pluto/watch.h"
#include "trap/trap.h"

/* IKE owners below this are oppo_ids; above are attempts that whack or a routed
 * connection began. */
#define OWNER_CONNECTION (1ull << 62)
#define OWNER_ROUTED (1ull << 61)	/* and in those of routed connections */

/* What DNS says of our own key under one of our addresses. */
enum { MAX_OWN_KEYS = 16, MAX_OWN_WAITING = 64 };
struct own_key {
	struct ip_addr addr;		/* IP_NONE: not known yet */
	bool wrong;			/* another key is published */
	bool absent;			/* none is, or none that counts */
	char use[sizeof(((struct pubkey *)0)->fingerprint)];	/* the first of our keys is not
					 * published, and this one is; "": the first */
	bool published;			/* one of ours is, and DNSSEC vouches for it */
	uint64_t until_ms;		/* what DNS said holds so long */
	bool asking;			/* for the attempts that wait, so many */
	oppo_id waiting[MAX_OWN_WAITING];
	unsigned n_waiting;
	char text[640];			/* a sentence for people */
};

/* A peer that names itself, or speaks for somebody behind it: several things are
 * asked, and all must come. */
enum { MAX_NAMED_PEERS = 256 };
struct named_peer {
	uint64_t lookup;		/* the IKE engine's id; 0: free */
	struct ip_addr remote;
	struct ip_addr client;		/* whom it speaks for, too; IP_NONE: nobody */
	bool by_name, have_keys, have_addr, have_client, addr_ok, addr_unknown;
	struct peer_keys keys;
};

/* A trial of a name waits for the name's address. */
enum { MAX_NAMED_TRIALS = 16 };
struct named_trial {
	ctl_client c;			/* 0: free */
	struct flow flow;
	uint64_t start_us;
};

/* A connection whose host is a name waits for its address; --keyid for the keys. */
enum { MAX_NAMED_HOSTS = 64, MAX_KEY_QUESTIONS = 16 };
struct named_host {
	ctl_client c;
	json_t *request;		/* owned; NULL: free */
	const char *side;		/* "left" or "right": which host is the name */
	uint16_t rrtype;		/* what is being asked */
};
struct key_question { ctl_client c; struct ident id; };	/* c.n 0: free */

/* The selectors of Child SAs that are not opportunistic. */
struct keyed_traffic { uint64_t child, conn; struct selector sel; };
struct traffic {
	struct keyed_traffic *keyed;	/* owned */
	size_t n, room;
	loop_id push, wake;
	uint64_t wake_ms;
};

/* Packets that wait for the groups, after a restart. */
enum { MAX_UNJUDGED = 256 };
struct unjudged {
	bool groups_known;
	unsigned n;
	struct trapped t[MAX_UNJUDGED];
};

struct daemon {
	struct pluto_options opt;
	struct starter *starter;
	int lock_error;			/* -errno: what is in memory may be swapped out */
	struct loop *loop;
	struct ctl *ctl;
	struct pool *pool;
	struct adns_client *adns;
	struct kernel kernel;
	struct ike_engine *ike;
	struct v1_engine *v1;
	struct oe *oe;
	struct catcher trap;		/* without ops with --use-nostack */
	bool catching;			/* groups have been given to it */
	struct unjudged unjudged;
	struct udp *udp;		/* while listening */
	struct keeper *keeper;		/* holds our keys and secrets: we never do */
	struct key_list signing;	/* the public halves */
	struct { loop_id watch, again; uint64_t started_ms, wait_ms; bool loaded; } keeping;
	struct lookups lookups;
	struct known_clients clients;	/* who speaks for hosts behind peers */
	struct dns_tap tap;		/* what resolvers tell us (--dns-tap) */
	struct dns_sets sets;		/* of questions that are answered together */
	struct named_peer named_peers[MAX_NAMED_PEERS];
	struct named_trial named_trials[MAX_NAMED_TRIALS];
	struct named_host named_hosts[MAX_NAMED_HOSTS];
	struct key_question key_questions[MAX_KEY_QUESTIONS];
	struct watches watches;
	struct claims claims;		/* inner addresses that peers have chosen */
	struct conn_table conns;
	struct local_addrs addrs;
	struct addr_watch *addr_watch;	/* NULL: changes are not noticed */
	struct configured_keys *keys;	/* --keyid --pubkeyrsa */
	struct own_key own_keys[MAX_OWN_KEYS];
	struct routed *routed;		/* packets held for routed connections */
	struct routing *routing;	/* their routes and updown programs */
	struct traffic traffic;
	struct xauth_checks *xauth_checks;	/* programs that look at passwords */
	struct xauth_logins *xauth_logins;	/* who we are to XAUTH servers */
	struct endpoint resolvers[MAX_RESOLVERS];
	unsigned n_resolvers;
	char dns_words[100];		/* "validator, resolver 192.1.2.254" */
	struct kept kept;		/* what the run before kept closed */
	struct group_entry *groups;	/* owned */
	size_t n_groups;
	struct {
		struct ident id;	/* type 0: the address */
		bool by_hand;		/* --myid */
		bool asking;		/* what DNS says of our name */
	} myid;
	bool speaks_for_others;		/* some entry is for hosts behind us */
	uint64_t last_owner, last_instance, last_serial;
	const struct arrived *arrived;	/* the datagram at work; NULL: none */
	loop_id oe_timer, ike_timer, restart_timer, own_key_timer;
	uint64_t oe_wake_ms, ike_wake_ms, own_key_ms;
	uint64_t started_ms;
	struct { FILE *f; uint64_t since_ms; } record;	/* of requests; NULL: none */
	int ready_fd;			/* whom we tell that we stand; -1: nobody */
	struct tally tally;
	struct event_hub events;
	struct metrics *metrics;	/* NULL: nobody wants to know */
	struct { struct notify n; bool ready; loop_id timer; } manager;	/* of services */
};

/* Exit statuses of pluto (pluto(8)). */
enum { EXIT_BAD_OPTION = 1, EXIT_NO_PRIVILEGE = 2, EXIT_NO_NFQUEUE = 4,
	EXIT_NO_TUN = 5, EXIT_NO_CONTROL = 6, EXIT_NO_ANCHOR = 7, EXIT_INTERNAL = 8,
	EXIT_LOCKED = 10 };

/* oe_wiring.c: the engine's ports and what the trap and DNS tell it. */
struct oe *daemon_make_oe(struct daemon *d);
void daemon_oe_answer(struct daemon *d, const struct lookup *l, struct dns_keys *keys);
/* ... with what is known now, whoever might be asked besides. */
void daemon_oe_give(struct daemon *d, const struct lookup *l, struct dns_keys *keys);

/* oe_connection.c: instances for one pair; a reference. The initiator knows KEYS of
 * the peer; none: both are anonymous. */
struct connection *daemon_oe_initiator(struct daemon *d, const struct flow *flow,
				       const struct oe_attempt *a);
/* Does the policy let somebody come to us for the traffic of F, whose source is we
 * or a host behind us? */
bool daemon_oe_answers(struct daemon *d, const struct flow *f);
/* For the traffic of F, between the gateways LOCAL, which is ours, and REMOTE. */
struct connection *daemon_oe_child(struct daemon *d, const struct flow *f,
				   const struct ip_addr *local, const struct ip_addr *remote,
				   bool ikev1);
/* Who of us speaks IKE for the traffic of FLOW: its source, or for a host behind us
 * the address that its policy names. */
struct ip_addr daemon_speaker(struct daemon *d, const struct flow *flow);
/* C is negotiated in IKEv1, with what peers of RFC 4322 have (--oe-legacy). */
void daemon_oe_in_v1(struct connection *c);
/* For a stranger who comes to us; NULL when the pair's group does not answer, or
 * not somebody anonymous. It is shown our key, somebody anonymous only when DNS names
 * that; but not when it has ASKED for ID_NULL (IDr; may be NULL) and may have it. */
struct connection *daemon_oe_responder(struct daemon *d, const struct ip_addr *local,
				       const struct ip_addr *remote, const struct ident *asked);
struct connection *daemon_oe_anonymous(struct daemon *d, const struct ip_addr *local,
				       const struct ip_addr *remote, const struct ident *asked);

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

/* ask.c: one DNS question for one purpose; NULL when too many are in flight.
 * The answer goes to the function of that purpose, never within the call. */
struct lookup *daemon_ask(struct daemon *d, enum lookup_purpose p, uint64_t about,
			  const struct dns_name *name, uint16_t rrtype, uint32_t timeout_ms);

/* plane.c: the data plane, at start: 0, or the exit status after one line. */
int daemon_open_plane(struct daemon *d);
/* The device through which keyed traffic goes, which is of host pairs then. */
const char *daemon_plane_device(const struct daemon *d);
/* catching.c: the trap, at start, before privilege is dropped (it may have to run
 * iptables-restore); it catches nothing until there are policy groups. 0, or the
 * exit status after one line. */
/* Is there a trust anchor that can be read? 0, or an exit status, told. */
int daemon_check_anchors(const struct daemon *d);
/* The folder in which adns follows the root's keys; only root can make it. Always 0. */
int daemon_make_state_folder(struct daemon *d);
int daemon_start_adns(struct daemon *d);
int daemon_open_trap(struct daemon *d);
/* How long the trap holds a packet. */
uint32_t daemon_hold_ms(const struct daemon *d);
void daemon_close_trap(struct daemon *d);
/* The groups' prefixes stand: what the other way of catching left may go. */
void daemon_catching_began(struct daemon *d);
void daemon_trapped(void *ctx, const struct trapped *t);
/* unjudged.c: true when T was taken, as the groups are not known yet. */
bool daemon_unjudged(struct daemon *d, const struct trapped *t);
void daemon_groups_known(struct daemon *d);
uint32_t daemon_acquire_seq(void *ctx, const struct ip_addr *local, const struct ip_addr *remote);

/* listen.c: interfaces, sockets, policies: a whack code, and a sentence in ERR
 * when it is not 0. */
int daemon_listen(struct daemon *d, ctl_client c, char *err, size_t errlen);
void daemon_unlisten(struct daemon *d);
/* keeper_wiring.c: the process that holds our keys, started again when it ends. */
unsigned daemon_helpers(const struct daemon *d);	/* main.c: threads of the pool */
int daemon_start_keeper(struct daemon *d);
void daemon_stop_keeper(struct daemon *d);	/* nobody waits for it any more */
/* It reads the secrets anew, beside the loop; then THEN, with what is wrong, or "". */
typedef void secrets_fn(struct daemon *d, ctl_client c, const char *err);
void daemon_load_secrets(struct daemon *d, ctl_client c, secrets_fn *then);
/* policies_read.c: the entries in force (owned by the caller): 0, -ENOENT when there
 * is no policy at all, or -errno with what could be read. */
int policies_read(struct daemon *d, const char *dir, struct group_entry **out, size_t *n,
		  group_complaint_fn *complain, void *ctx);
/* keep_closed.c: what connections of the run before kept closed, for as long as they
 * are not routed again. With each whack --listen: the first one reads it, the next one
 * ends it. */
void daemon_keep_begin(struct daemon *d);
/* Adds what no entry of OUT says, as group block; then *ANY. False: no memory. */
bool daemon_keep_groups(const struct daemon *d, struct group_entry **out, size_t *n, bool *any);
/* For the run after this one: C is routed now; or what there is has changed. */
void daemon_keep_routed(struct daemon *d, const struct connection *c);
void daemon_keep_write(const struct daemon *d);
/* policies.c */
int daemon_load_policies(struct daemon *d, ctl_client c, char *err, size_t errlen);
int daemon_push_groups(struct daemon *d, char *err, size_t errlen);

/* addresses.c: the machine's addresses while it runs; always 0. */
int daemon_watch_addresses(struct daemon *d);
int daemon_tell_local(struct daemon *d);	/* the trap: 0 or -errno */
void daemon_tell_ike(struct daemon *d);

/* supervised.c: the service manager is told how it goes, when there is one. */
void daemon_supervised(struct daemon *d);
/* Ready: sockets are open, the groups in force, adns answers. Told once. */
void daemon_maybe_ready(struct daemon *d);
void daemon_unsupervise(struct daemon *d);

/* own_key.c: is the key that DNS names for us the one we sign with? */
void daemon_check_own_keys(struct daemon *d);
/* What we sign with as ID from LOCAL, where DNS says who we are: the key that stands first,
 * unless DNSSEC proves that peers find another one of ours and not that. NULL: none. */
const struct pubkey *daemon_signing_key(const struct daemon *d, const struct ident *id,
					     const struct ip_addr *local);
/* What DNS says of the key that we sign with for the pair of FLOW goes to the attempt ID:
 * at once while it holds, else when it has been asked. */
void daemon_own_for_pair(struct daemon *d, oppo_id id, const struct flow *flow,
			 uint32_t timeout_ms);
/* What is known by now; NULL: nothing. */
const struct own_key *daemon_own_key(const struct daemon *d, const struct ip_addr *addr);
void daemon_own_answer(struct daemon *d, const struct lookup *l, struct dns_keys *keys);

/* myid.c: what is known of our own keys in DNS is new: is %myid to be another? */
void daemon_guess_myid(struct daemon *d);
void daemon_myid_answer(struct daemon *d, const struct lookup *l, struct dns_keys *keys);

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

/* metrics_wiring.c: --metrics, and what it counts. */
void daemon_tally_event(struct daemon *d, const struct ike_event *e);
int daemon_tally_del_sa(struct daemon *d, enum sa_direction dir, uint32_t spi,
			const struct ip_addr *remote);
void daemon_count_bytes(struct daemon *d);
/* trial_end.c: the last lines of a trial, to who watches it. */
void daemon_trial_ended(struct daemon *d, oppo_id id, const struct oe_result *r);
/* cmd_oppo.c: the address of --oppothere NAME. */
void daemon_trial_name_answer(struct daemon *d, struct lookup *l, const struct adns_answer *a);

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
/* cmd_conn.c: 0, or a whack code with a sentence. The route once only, however
 * often it is asked for. */
int daemon_change_route(struct daemon *d, const struct connection *conn, bool on, char *err,
			size_t errlen);

/* SINCE is the wall clock's time. */
typedef void configured_key_fn(void *ctx, const struct ident *id, const struct pubkey *key,
			       time_t since);
void configured_keys_each(const struct configured_keys *k, configured_key_fn *fn, void *ctx);

/* record.c: whack --whackrecord. */
void daemon_record(struct daemon *d, const json_t *request);
void daemon_record_end(struct daemon *d);

/* ike_log.c: what is logged of an engine's event. */
void daemon_log_event(struct daemon *d, const struct ike_event *e);

/* status_conns.c: groups, and connections by name. */
void daemon_list_policy(struct daemon *d, ctl_client c);

/* cmd_key.c: the keys of --keyid. */
void daemon_keyid_answer(struct daemon *d, const struct lookup *l, struct dns_keys *keys);

/* named_host.c: does a host of REQUEST have a name? Then its address is asked, and
 * the request comes again, with it, or C is told why not. */
bool daemon_named_host(struct daemon *d, ctl_client c, const json_t *request);
void daemon_host_name_answer(struct daemon *d, struct lookup *l, const struct adns_answer *a);
void daemon_named_hosts_free(struct daemon *d);

/* commands.c: whack's requests. */
void daemon_request(void *ctx, ctl_client c, const json_t *request);
typedef void command_fn(struct daemon *d, ctl_client c, const json_t *request);
command_fn cmd_watch, cmd_top, cmd_myid, cmd_add, cmd_delete, cmd_deletestate, cmd_rekeystate, cmd_route, cmd_unroute, cmd_initiate,
	cmd_answer, cmd_terminate, cmd_key, cmd_oppo, cmd_explain, cmd_listshunts, cmd_oestatus,
	cmd_status, cmd_trafficstatus, cmd_debug, cmd_crash, cmd_listpubkeys, cmd_listevents,
	cmd_listdns,
	cmd_whackrecord, cmd_whackstoprecord;
/* "private-or-clear#192.1.2.0/24": an instance's name as whack shows it. */
const char *conn_label(const struct connection *c, char out[96]);

#endif
