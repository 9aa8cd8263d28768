/* Values that the trap and the decision engine share: held packets, verdicts,
 * shunts. Each side knows the values, neither knows the other. */
#ifndef LIB_SHUNT_H
#define LIB_SHUNT_H

#include "lib/addr.h"

/* A packet the trap keeps for us; 0 is none; never reused. Gets exactly one
 * verdict, by us or by its deadline. */
typedef struct { uint64_t n; } held_id;

enum verdict {
	VERDICT_TUNNEL,	/* send it on as traffic of a keyed pair */
	VERDICT_PASS,	/* send it on in the clear */
	VERDICT_DROP,
	VERDICT_REJECT,	/* drop it and tell the sender (ICMP, or TCP reset) */
};

/* What the kernel does, without us, with the packets of one address pair. */
enum shunt_kind {
	SHUNT_TRAP,	/* nothing special: the group's rule catches the packet */
	SHUNT_HOLD,	/* being decided: packets are queued to us */
	SHUNT_PASS,
	SHUNT_DROP,
	SHUNT_REJECT,
	SHUNT_KEYED,	/* goes to the data plane; clear packets from the peer are dropped */
};

struct shunt {
	struct ip_addr local, remote;
	enum shunt_kind kind;
	uint32_t lifetime_s;	/* the kernel's timeout; 0: until replaced */
};

const char *shunt_kind_name(enum shunt_kind k);	/* "trap", "hold", "pass", ... */
const char *verdict_name(enum verdict v);

#endif
