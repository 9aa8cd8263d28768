/* The door of trap/: how first packets are caught, kept and let go.
 *
 * The kernel decides alone whatever needs no thought: one nft table of ours
 * (`inet pluto`) exempts IKE, ESP, our DNS, loopback, our own addresses,
 * multicast, neighbour discovery; passes, drops, rejects or tunnels the pairs
 * that have a shunt (sets with kernel timeouts); and sends what is left of the
 * policy groups' prefixes to NFQUEUE. There the packet waits, with its socket
 * and conntrack state, until the engine gives its one verdict:
 *
 *	ping -> output hook -> vmap says "private-or-clear" -> mark TRAP_OPEN
 *	     -> NFQUEUE -> trap_packet_fn(flow, held 17) -> ... DNS, IKE ...
 *	     -> trap_set_shunt(pair, KEYED); trap_verdict(17, VERDICT_TUNNEL)
 *	     -> mark TUN, the kernel routes again, the TUN device reads it
 *
 * A pair with a shunt never reaches user space; a shunt disappears by itself
 * even if we die. Where pluto is not there, permissive groups pass (queue
 * bypass) and `private` drops.
 *
 * A packet is held by not answering the queue (held.h says why), so it counts
 * against the send buffer of its socket: one UDP socket that talks to hundreds
 * of undecided peers at once waits in sendto(), as it would for a slow device.
 *
 * Every verdict but DROP is "accept" with another mark: the kernel then routes
 * again (an accept alone would follow the old route, in the clear). TUN finds
 * the ip rule; were that rule or the device gone, the table's last chain stops
 * the packet. REJECT finds a rule of ours that refuses it to its sender.
 *
 * A gateway's packets are not its own: those that pass through are judged before
 * they are routed (prerouting), by the selectors of routed connections, and by the
 * prefixes that are for hosts behind us. There a verdict needs no second route: routing, and
 * the kernel's own policies, come after it. The same selectors hold for the
 * gateway's own packets, before the shunts of pairs and before the groups.
 *
 * Who opens the trap provides, for a TUN data plane, and for both families:
 *
 *	ip [-6] rule add priority 2540 fwmark 0x200000/0xf00000 lookup 2540
 *	ip [-6] route add default dev ipsec0 table 2540
 *	sysctl net.ipv4.conf.ipsec0.rp_filter=2	(what is decrypted there comes
 *		from addresses whose route is another device)
 */
#ifndef TRAP_TRAP_H
#define TRAP_TRAP_H

#include "lib/loop.h"
#include "lib/shunt.h"
#include "lib/spd.h"
#include "lib/starter.h"

struct trap;

enum trap_source { TRAP_NFQUEUE, TRAP_ACQUIRE };

struct trapped {
	enum trap_source source;
	struct flow flow;
	held_id held;		/* 0: nothing was kept (dropped: pair or total full) */
	bool forwarded;		/* it comes from a host behind us */
	bool closed;		/* dropped, when nobody decides */
	uint32_t reqid;		/* from XFRM_MSG_ACQUIRE */
	uint64_t when_ms;	/* monotonic */
};

typedef void trap_packet_fn(void *ctx, const struct trapped *t);

/* How the kernel treats first packets to a prefix of a group. */
enum trap_group_action {
	GROUP_CLEAR,		/* accept; never asked (clear, clear-or-private) */
	GROUP_QUEUE_OPEN,	/* queue; pass when pluto is away (private-or-clear) */
	GROUP_QUEUE_CLOSED,	/* queue; drop when pluto is away (private) */
	GROUP_BLOCK,		/* drop */
	GROUP_REJECT,		/* drop, and tell the sender; drop when pluto is away */
};

/* One line of a policy file, longest prefix not yet applied. */
struct trap_prefix {
	struct ip_prefix clients;	/* of packets that pass through us, from here;
					 * family IP_NONE: of our own */
	struct ip_prefix remote;
	uint8_t ip_proto;	/* 0: any */
	uint16_t sport, dport;	/* 0: any */
	enum trap_group_action action;
};

/* What happens to the traffic of a connection, ours to theirs; in the other
 * direction, packets in the clear are dropped unless KIND passes. */
struct trap_selector {
	struct selector sel;	/* one protocol or any, ranges of ports */
	enum shunt_kind kind;
	uint32_t lifetime_s;	/* the kernel forgets it after; 0: never */
};

struct trap_config {
	uint16_t queue_num;		/* NFQUEUE number; 0 lets trap choose one */
	struct endpoint resolvers[8];	/* never trapped, UDP and TCP */
	unsigned n_resolvers;
	uint32_t adns_uid;		/* its port-53 traffic is never trapped; 0: none */
	uint32_t hold_ms;		/* a held packet is dropped (closed) or passed (open) after this */
	unsigned max_per_pair, max_held;	/* 32, 4096 */
	char tun_name[16];		/* packets arriving there are decrypted ones; "" without TUN */
	struct starter *starter;	/* starts iptables-restore, where that is needed; outlives it */
};

struct trap_stats {
	uint64_t trapped, released, dropped_full, dropped_deadline, verdict_errors;
	uint64_t duplicates, overruns;	/* of acquires: asked again; lost and asked for */
	unsigned held_now;
};

/* Probes the kernel, loads the table, binds the queue. On failure NULL, with a
 * sentence in ERR saying what is missing and what to do. Where an earlier run
 * left its table, that stands until the first trap_set_groups replaces it, so
 * that closed prefixes stay closed; shunts set before that are lost then. Zero
 * max_held, max_per_pair, hold_ms mean 4096, 32, 3000. */
struct trap *trap_open(struct loop *l, const struct trap_config *cfg,
		       trap_packet_fn *fn, void *ctx, char *err, size_t errlen);
/* Removes our table and rules; `private` and `block` prefixes stay dropped when
 * KEEP_CLOSED (a restart must not open a window). Held packets get DROP. */
void trap_close(struct trap *t, bool keep_closed);

/* Replaces all group prefixes in one transaction: longest prefix wins across
 * groups. Shunts stay. 0 or -errno with ERR. */
int trap_set_groups(struct trap *t, const struct trap_prefix *p, size_t n,
		    char *err, size_t errlen);
/* Replaces all selectors of connections in one transaction: where they overlap
 * the first counts. What is trapped is closed: lost without pluto. Before the
 * first trap_set_groups of a trap that found an earlier run's table, they are
 * only remembered. 0 or -errno with ERR, and the old ones stay. */
int trap_set_selectors(struct trap *t, const struct trap_selector *s, size_t n,
		       char *err, size_t errlen);
/* Replaces our own addresses (never trapped as destinations). */
int trap_set_local(struct trap *t, const struct ip_addr *a, size_t n);
/* Installs, replaces or removes (SHUNT_TRAP, SHUNT_HOLD) the shunt of a pair,
 * in one transaction of about 25 microseconds. 0 or -errno. A shunt can vanish
 * before its time when somebody flushes the ruleset: the pair's packets are
 * then trapped again, and whoever knows better sets the shunt again. */
int trap_set_shunt(struct trap *t, const struct shunt *s);
/* One verdict for a held packet; an id that is gone is ignored. Verdicts leave
 * in the order they are given. */
void trap_verdict(struct trap *t, held_id id, enum verdict v);
/* Bytes seen on a shunt since it was made; -1 when not known. For renewal. */
int64_t trap_shunt_used(struct trap *t, const struct ip_addr *local, const struct ip_addr *remote);

void trap_get_stats(const struct trap *t, struct trap_stats *out);
/* "NFQUEUE 0 through xtables, nft sets": how packets are caught here. */
const char *trap_how(const struct trap *t);

/* A way of catching, whichever it is: NFQUEUE as above, or the kernel's own
 * policies (acquire.h). What each function promises stands above. */
struct catcher_ops {
	int (*set_groups)(void *t, const struct trap_prefix *p, size_t n, char *err,
			  size_t errlen);
	/* May be NULL: host pairs alone, as prefixes of a closed group. */
	int (*set_selectors)(void *t, const struct trap_selector *s, size_t n, char *err,
			     size_t errlen);
	int (*set_local)(void *t, const struct ip_addr *a, size_t n);
	/* Up to 8 others than in the trap_config. May be NULL: what adns sends is known
	 * by its user. */
	int (*set_resolvers)(void *t, const struct endpoint *e, unsigned n);
	int (*set_shunt)(void *t, const struct shunt *s);
	void (*verdict)(void *t, held_id id, enum verdict v);
	int64_t (*shunt_used)(void *t, const struct ip_addr *local,
			      const struct ip_addr *remote);
	void (*get_stats)(const void *t, struct trap_stats *out);
	const char *(*how)(const void *t);
	void (*close)(void *t, bool keep_closed);
	/* The kernel's number of the acquire that waits for an SA between these two
	 * addresses, to be given back with the SA; 0: none. May be NULL: no acquires. */
	uint32_t (*acquire_seq)(void *t, const struct ip_addr *local,
				const struct ip_addr *remote);
};

struct catcher {
	const struct catcher_ops *ops;	/* NULL: nothing is caught */
	void *t;
};

/* Each opens one in *OUT; false with ERR. */
bool catcher_open_queue(struct loop *l, const struct trap_config *cfg, trap_packet_fn *fn,
			void *ctx, struct catcher *out, char *err, size_t errlen);
/* SPD is the trap's from now on, closed also when this fails. */
bool catcher_open_acquire(struct loop *l, const struct trap_config *cfg, const struct spd *spd,
			  trap_packet_fn *fn, void *ctx, struct catcher *out,
			  char *err, size_t errlen);

#endif
