/* The daemon as a whole: what main.c makes and the files beside it wire up.
 * Only files directly in pluto/ include this; the parts know nothing of it. Here are the
 * struct and how it lives; daemon_oe.h, daemon_ike.h, daemon_routes.h and daemon_commands.h
 * say what else its files do for each other. */
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
	bool groups_read;		/* once at least */
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

/* ask.c: one DNS question for one purpose; NULL when too many are in flight.
 * The answer goes to the function of that purpose, never within the call. */
struct lookup *daemon_ask(struct daemon *d, enum lookup_purpose p, uint64_t about,
			  const struct dns_name *name, uint16_t rrtype, uint32_t timeout_ms);

/* plane.c: the data plane, at start: 0, or the exit status after one line. */
int daemon_open_plane(struct daemon *d);
/* The device through which keyed traffic goes, which is of host pairs then. */
const char *daemon_plane_device(const struct daemon *d);
/* dns_wiring.c: is there a trust anchor that can be read? 0, or an exit status, told. */
int daemon_check_anchors(const struct daemon *d);
/* The folder in which adns follows the root's keys; only root can make it. Always 0. */
int daemon_make_state_folder(struct daemon *d);
int daemon_start_adns(struct daemon *d);
/* catching.c: the trap, at start, before privilege is dropped (it may have to run
 * iptables-restore); it catches nothing until there are policy groups. 0, or the
 * exit status after one line. */
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

#endif
