/* The nft table `inet pluto` as text: what the kernel decides without us. Pure.
 *
 *	prerouting -151	connections' selectors, for packets that pass through us
 *	output -151	exemptions, connections' selectors, shunts of pairs, groups
 *	xtables -150	NFQUEUE by mark, where nft has no queue
 *	guard* -149	what must not get past a missing queue rule; rejects
 *	input, forward	no clear packets from a keyed pair or a far subnet
 *	leave 151	no packet marked for the tunnel by another way, NAT or not
 *
 * Lines for hosts behind us are in the chain `clients`: packets that pass through us,
 * by their source, after the shunts of pairs.
 *
 * Sets of pairs (ours . theirs), with kernel timeouts: keyed4, pass4, drop4,
 * reject4 and the same for IPv6. Prefixes of the groups: the maps group4 and
 * group6 of disjoint ranges, and the chain `ports` for lines with ports.
 *
 * Selectors of connections: the chains `conns` and, for the other direction,
 * `from_conns`. A map of pairs of ranges holds no two that overlap, so there are
 * a few of them, looked up one after the other: conn4_1 before conn4_0, and for
 * the other direction back4_0. What has ports, what lies above too many others,
 * and everything where the kernel has no such maps, is a rule of its own.
 */
#ifndef TRAP_RULES_H
#define TRAP_RULES_H

#include <stdio.h>

#include "trap/trap.h"

#define RULES_TABLE "pluto"
/* Stands in while the table is replaced, see trap.c. */
#define RULES_BRIDGE "pluto_bridge"

/* What this kernel's nft has. */
struct kernel_can {
	bool queue;		/* the queue expression; else xtables does it */
	bool fib;		/* fib: broadcast addresses */
	bool meta_ipsec;	/* was this packet decrypted by XFRM? */
	bool rt_ipsec;		/* will this packet be encrypted by XFRM? */
	bool elem_counter;	/* counters on elements of sets */
	bool pair_ranges;	/* maps of pairs of ranges, with timeouts */
};

struct rules_input {
	const struct trap_config *cfg;
	struct kernel_can can;
	uint16_t queue_num;
	const struct trap_prefix *prefixes;
	size_t n_prefixes;
	const struct ip_addr *local;
	size_t n_local;
	const struct trap_selector *selectors;
	size_t n_selectors;
	const char *table;	/* NULL: RULES_TABLE */
};

/* Each is one transaction, malloc'd text; NULL when memory is out. */
char *rules_table(const struct rules_input *in);	/* replaces the table */
char *rules_groups(const struct rules_input *in);	/* replaces the prefixes */
char *rules_local(const struct rules_input *in);	/* replaces our addresses */
char *rules_conns(const struct rules_input *in);	/* replaces the selectors */
/* The same for a table that holds those of OLD: only what is new is touched, in a
 * time that does not depend on how many there are. Empty: nothing is. Fails when
 * an element has ended by itself meanwhile. */
char *rules_conns_change(const struct rules_input *old, const struct rules_input *new);
/* A table that only drops what is private or blocked, for when we are away. */
char *rules_closed(const struct rules_input *in);
char *rules_none(const char *table);			/* removes TABLE */
const char *rules_name(const struct rules_input *in);

/* True when NAME is a device name that may stand in a rule. */
bool rules_device_ok(const char *name);

/* For rules.c: writes the commands that fill group4, group6, ports and clients. With
 * AWAY, what would be queued is dropped (closed) or passed (open). False when
 * memory is out: half a list must not be loaded. */
bool rules_write_groups(FILE *f, const struct rules_input *in, bool away);
/* For rules.c: the rules that lead our questions to the chain dns, and that chain. */
void rules_write_resolvers(FILE *f, const struct trap_config *cfg);
void rules_write_dns(FILE *f, bool away);
/* For rules.c: the maps and chains of selectors, inside a table and empty; and
 * the commands that fill them. */
void rules_write_conn_chains(FILE *f, const struct rules_input *in, bool away);
bool rules_write_conns(FILE *f, const struct rules_input *in, bool away);
/* What BODY writes of WHAT; owned by the caller (free). NULL when memory is out or
 * BODY says false. */
typedef bool rules_body(FILE *f, const void *what);
char *rules_text(rules_body *body, const void *what);
/* For rules_groups.c: packets that are for us or for nobody in particular, or have
 * been judged, leave CHAIN. */
void rules_write_not_forwarded(FILE *f, const struct rules_input *in, const char *chain);
/* For rules_conns.c. */
void rules_set_mark(FILE *f, unsigned mark);
void rules_if_mark(FILE *f, unsigned mark);

#endif
