/* What users are promised of the five groups (oe(7)), written a second time, by hand, and
 * not taken from verdict_table.c. */
#ifndef TESTS_FAKE_OE_PROMISED_H
#define TESTS_FAKE_OE_PROMISED_H

#include "oe/oe.h"

enum { PROMISED_TTL_S = 600 };	/* of what DNS proves */

/* What the pair meets, whatever the evidence was called on the way. */
enum situation {
	NEVER_ASKED,		/* the group asks nobody */
	NO_KEY_PROVEN, NO_KEY_UNPROVEN, NO_KEY_USABLE, KEY_INSECURE, BOGUS, MALFORMED,
	DNS_DOWN, PEER_UP, PEER_SILENT, PEER_REFUSES, PEER_LATER, KEY_MISMATCH, OURSELVES,
	SITUATION_N
};

struct cell {
	bool written;
	enum shunt_kind kind;
	uint32_t life_s;	/* 0: until the pair is down, or nothing is remembered */
	int code;
};

/* What DNS says: an evidence, with a record that has a key or none. */
struct said { enum evidence evidence; bool keys; };

/* One way in which things may go. */
struct play {
	enum group_id group;
	struct said said;
	enum ike_outcome ike;
	bool six, null, reject;
};

/* What must come of it; NULL when nobody has written that. */
const struct cell *promised_cell(enum group_id g, enum situation s);
struct cell promised_of(const struct play *p, enum situation s);
enum situation promised_situation(const struct play *p);
bool promised_asks(enum group_id g);		/* DNS, and IKE when there is a key */
bool promised_asks_ike(const struct play *p);
bool promised_anonymous(const struct play *p);	/* then nobody is asked to prove a key */

#endif
