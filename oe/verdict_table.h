/* What becomes of a pair: one const table from (group, what DNS proved, whether
 * a usable key was in it, how IKE ended) to what the kernel shall do, for how
 * long, and what people and scripts are told. */
#ifndef OE_VERDICT_TABLE_H
#define OE_VERDICT_TABLE_H

#include "oe/oe.h"

/* How long a decision is remembered. */
enum lifetime_rule {
	LIFE_KEYED,	/* until the pair goes down */
	LIFE_FIXED,	/* lifetime_s */
	LIFE_TTL,	/* as DNS says, within LIFE_MIN_S and lifetime_s */
	LIFE_DOUBLING,	/* lifetime_s, doubling with each strike, to LIFE_MAX_S */
};

enum { LIFE_MIN_S = 10, LIFE_MAX_S = 900 };

struct verdict_row {
	int group, evidence, keys, ike;	/* what it is for; ANY matches all */
	enum shunt_kind kind;
	enum lifetime_rule rule;
	uint32_t lifetime_s;
	int code;			/* whack code of interface.md */
	const char *reason;		/* ends "Can not opportunistically initiate ...: " */
};

/* The row for these four; KEYS says that DNS named at least one key that the
 * group could use or would have used had DNSSEC vouched for it. Never NULL. */
const struct verdict_row *verdict_find(enum group_id group, enum evidence evidence,
				       bool keys, enum ike_outcome ike);
/* Seconds to remember ROW's decision; 0: until replaced. STRIKES counts the
 * attempts before this one that ended the same way. */
uint32_t verdict_lifetime(const struct verdict_row *row, uint32_t ttl_s, unsigned strikes);

/* What a packet gets where KIND stands. HOLD and TRAP give DROP: the caller
 * decides first. */
enum verdict verdict_of_shunt(enum shunt_kind kind);
enum oe_outcome outcome_of_shunt(enum shunt_kind kind);

#endif
