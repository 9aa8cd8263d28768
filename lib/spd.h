/* Rules of the kernel's security policy database (RFC 4301 4.4.1) for packets
 * that leave, as values: the trap says what it wants there, and a data plane
 * that has such a database writes it. */
#ifndef LIB_SPD_H
#define LIB_SPD_H

#include "lib/addr.h"

enum spd_action {
	SPD_PROTECT,	/* the kernel asks us for an SA, once for a pair of addresses */
	SPD_BYPASS,	/* leaves in the clear */
	SPD_DISCARD,	/* is refused to its sender */
};

struct spd_rule {
	/* Which packets; the longest prefixes win, and then who names more of
	 * protocol and ports. Of one family; length 0 is any address. */
	struct ip_prefix local, remote;
	uint8_t ip_proto;		/* 0: any */
	uint16_t sport, dport;		/* 0: any; of ICMPv6 the type is the source port */
	bool exempt;			/* before everything else, also before SAs */
	enum spd_action action;
	uint32_t lifetime_s;		/* the kernel forgets it after; 0: never */
};

typedef void spd_rule_fn(void *ctx, const struct spd_rule *r);

/* The database, in the hands of whoever can write it. The database holds one
 * rule for the same packets. */
struct spd_ops {
	/* Adds R, or has it replace our rule for the same packets: what the kernel
	 * kept for that one then looks again at what it should do. The policy of an
	 * SA for just these packets stays instead: it has taken our rule's place
	 * when it came. 0 or -errno. */
	int (*put)(void *k, const struct spd_rule *r);
	/* 0 also when no rule of ours is there; -errno. */
	int (*remove)(void *k, const struct spd_rule *r);
	/* When our rule for R's packets was last looked up, in seconds that only grow;
	 * 0: never, -1: there is none. A socket that keeps its route looks up once. */
	int64_t (*last_used)(void *k, const struct spd_rule *r);
	/* Calls FN for each rule of ours, also for those an earlier run has left:
	 * of the rule, addresses, protocol, ports and action are told. 0 or -errno. */
	int (*each)(void *k, spd_rule_fn *fn, void *ctx);
	/* Ends what the acquire SEQ began: the next packet of the pair asks again. */
	int (*forget_acquire)(void *k, uint32_t seq, const struct ip_addr *src,
			      const struct ip_addr *dst);
	void (*close)(void *k);		/* the rules stay */
};

struct spd {
	const struct spd_ops *ops;	/* NULL: there is none */
	void *k;
	uint32_t reqid;			/* by which acquires of ours are told from others */
};

/* Orders rules by the packets they are for; 0: the same packets. */
int spd_compare(const struct spd_rule *a, const struct spd_rule *b);
bool spd_same(const struct spd_rule *a, const struct spd_rule *b);	/* and the same fate */
/* The rule for one pair of addresses. */
struct spd_rule spd_pair(const struct ip_addr *local, const struct ip_addr *remote,
			 enum spd_action action, uint32_t lifetime_s);

#endif
