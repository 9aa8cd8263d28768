/* What users are promised of the five groups. */
#include "tests/fake/oe_promised.h"

#define NOTHING { .written = true }	/* cannot happen in this group */
#define PASS(s, c) { true, SHUNT_PASS, s, c }
#define DROP(s, c) { true, SHUNT_DROP, s, c }
#define KEYED { true, SHUNT_KEYED, 0, 4 }

static const struct cell promised[GROUP_ID_N][SITUATION_N] = {
	[GROUP_ID_CLEAR] = { [NEVER_ASKED] = PASS(0, 63),
		[NO_KEY_PROVEN] = NOTHING, [NO_KEY_UNPROVEN] = NOTHING, [NO_KEY_USABLE] = NOTHING,
		[KEY_INSECURE] = NOTHING, [BOGUS] = NOTHING, [MALFORMED] = NOTHING,
		[DNS_DOWN] = NOTHING, [PEER_UP] = NOTHING, [PEER_SILENT] = NOTHING,
		[PEER_REFUSES] = NOTHING, [PEER_LATER] = NOTHING, [KEY_MISMATCH] = NOTHING, [OURSELVES] = NOTHING },
	[GROUP_ID_CLEAR_OR_PRIVATE] = { [NEVER_ASKED] = PASS(0, 63),
		[NO_KEY_PROVEN] = NOTHING, [NO_KEY_UNPROVEN] = NOTHING, [NO_KEY_USABLE] = NOTHING,
		[KEY_INSECURE] = NOTHING, [BOGUS] = NOTHING, [MALFORMED] = NOTHING,
		[DNS_DOWN] = NOTHING, [PEER_UP] = NOTHING, [PEER_SILENT] = NOTHING,
		[PEER_REFUSES] = NOTHING, [PEER_LATER] = NOTHING, [KEY_MISMATCH] = NOTHING, [OURSELVES] = NOTHING },
	[GROUP_ID_PRIVATE_OR_CLEAR] = { [NEVER_ASKED] = NOTHING,
		[NO_KEY_PROVEN] = PASS(PROMISED_TTL_S, 28), [NO_KEY_UNPROVEN] = PASS(300, 28),
		[NO_KEY_USABLE] = PASS(PROMISED_TTL_S, 28), [KEY_INSECURE] = PASS(300, 62),
		[BOGUS] = DROP(60, 60), [MALFORMED] = DROP(60, 60), [DNS_DOWN] = PASS(10, 61),
		[PEER_UP] = KEYED, [PEER_SILENT] = PASS(120, 31), [PEER_REFUSES] = PASS(900, 65),
		[PEER_LATER] = PASS(10, 65),
		[KEY_MISMATCH] = DROP(60, 64), [OURSELVES] = PASS(10, 32) },
	[GROUP_ID_PRIVATE] = { [NEVER_ASKED] = NOTHING,
		[NO_KEY_PROVEN] = DROP(PROMISED_TTL_S, 28), [NO_KEY_UNPROVEN] = DROP(300, 28),
		[NO_KEY_USABLE] = DROP(PROMISED_TTL_S, 28), [KEY_INSECURE] = DROP(300, 62),
		[BOGUS] = DROP(60, 60), [MALFORMED] = DROP(60, 60), [DNS_DOWN] = DROP(10, 61),
		[PEER_UP] = KEYED, [PEER_SILENT] = DROP(120, 31), [PEER_REFUSES] = DROP(900, 65),
		[PEER_LATER] = DROP(10, 65),
		[KEY_MISMATCH] = DROP(60, 64), [OURSELVES] = DROP(10, 32) },
	[GROUP_ID_BLOCK] = { [NEVER_ASKED] = DROP(0, 63),
		[NO_KEY_PROVEN] = NOTHING, [NO_KEY_UNPROVEN] = NOTHING, [NO_KEY_USABLE] = NOTHING,
		[KEY_INSECURE] = NOTHING, [BOGUS] = NOTHING, [MALFORMED] = NOTHING,
		[DNS_DOWN] = NOTHING, [PEER_UP] = NOTHING, [PEER_SILENT] = NOTHING,
		[PEER_REFUSES] = NOTHING, [PEER_LATER] = NOTHING, [KEY_MISMATCH] = NOTHING, [OURSELVES] = NOTHING },
};

/* A group that asks: what DNS said, before IKE is asked, if it is. */
static enum situation
of_dns(struct said s)
{
	switch (s.evidence) {
	case EVIDENCE_SECURE:		return NO_KEY_USABLE;
	case EVIDENCE_ABSENT:		return NO_KEY_PROVEN;
	case EVIDENCE_INSECURE:		return s.keys ? KEY_INSECURE : NO_KEY_UNPROVEN;
	case EVIDENCE_BOGUS:		return BOGUS;
	case EVIDENCE_MALFORMED:	return MALFORMED;
	case EVIDENCE_NONE:
	case EVIDENCE_UNKNOWN:
	case EVIDENCE_N:		break;
	}
	return DNS_DOWN;
}

/* Without a key there is none to prove wrongly: then that is a refusal. */
static enum situation
of_ike(enum ike_outcome i, bool anonymous)
{
	switch (i) {
	case IKE_OUTCOME_UP:		return PEER_UP;
	case IKE_OUTCOME_REFUSED:	return PEER_REFUSES;
	case IKE_OUTCOME_LATER:		return PEER_LATER;
	case IKE_OUTCOME_KEY_MISMATCH:	return anonymous ? PEER_REFUSES : KEY_MISMATCH;
	case IKE_OUTCOME_INTERNAL:	return OURSELVES;
	case IKE_OUTCOME_NONE:		/* the deadline comes first */
	case IKE_OUTCOME_SILENT:
	case IKE_OUTCOME_N:		break;
	}
	return PEER_SILENT;
}

bool
promised_asks(enum group_id g)
{
	return g == GROUP_ID_PRIVATE_OR_CLEAR || g == GROUP_ID_PRIVATE;
}

/* RFC 7619, the weak tier: only where traffic would pass in the clear otherwise. */
bool
promised_anonymous(const struct play *p)
{
	return p->null && p->group == GROUP_ID_PRIVATE_OR_CLEAR
		&& (p->said.evidence == EVIDENCE_ABSENT || p->said.evidence == EVIDENCE_INSECURE);
}

bool
promised_asks_ike(const struct play *p)
{
	return promised_asks(p->group) && (promised_anonymous(p)
		|| (p->said.evidence == EVIDENCE_SECURE && p->said.keys));
}

enum situation
promised_situation(const struct play *p)
{
	if (!promised_asks(p->group))
		return NEVER_ASKED;
	return promised_asks_ike(p) ? of_ike(p->ike, promised_anonymous(p)) : of_dns(p->said);
}

/* By hand, with --reject or --failreject: what would be dropped is refused. */
struct cell
promised_of(const struct play *p, enum situation s)
{
	struct cell c = promised[p->group][s];

	if (p->reject && c.kind == SHUNT_DROP)
		c.kind = SHUNT_REJECT;
	return c;
}

const struct cell *
promised_cell(enum group_id g, enum situation s)
{
	return promised[g][s].written ? &promised[g][s] : NULL;
}
