/* What becomes of a pair: group, evidence and IKE outcome to shunt, lifetime,
 * code and reason. The first row that matches counts. */
#include "oe/verdict_table.h"

#include <assert.h>

enum { ANY = -1, NO = 0, YES = 1 };

/* Columns: group, evidence, keys, ike; shunt, rule, seconds, code; reason. */
#define ROW(g, e, k, i, shunt, life, secs, whack_code, words) \
	{ .group = (g), .evidence = (e), .keys = (k), .ike = (i), \
	  .kind = (shunt), .rule = (life), .lifetime_s = (secs), \
	  .code = (whack_code), .reason = (words) }

static const struct verdict_row rows[] = {
	/* A pair with a tunnel is keyed, whatever was thought of it before. */
	ROW(ANY, ANY, ANY, IKE_OUTCOME_UP, SHUNT_KEYED, LIFE_KEYED, 0, 4,
	    "the pair is encrypted"),

	/* Groups that never ask: nothing was proved, nothing is remembered. */
	ROW(GROUP_ID_CLEAR, ANY, ANY, ANY, SHUNT_PASS, LIFE_FIXED, 10, 63,
	    "group clear never negotiates"),
	ROW(GROUP_ID_CLEAR_OR_PRIVATE, ANY, ANY, ANY, SHUNT_PASS, LIFE_FIXED, 10, 63,
	    "group clear-or-private waits for the peer to ask"),
	ROW(GROUP_ID_BLOCK, ANY, ANY, ANY, SHUNT_DROP, LIFE_FIXED, 10, 63,
	    "group block forbids this traffic"),

	/* private-or-clear: a forgery or an impostor stops traffic, the rest passes. */
	ROW(GROUP_ID_PRIVATE_OR_CLEAR, EVIDENCE_BOGUS, ANY, ANY,
	    SHUNT_DROP, LIFE_FIXED, 60, 60, "the peer's key fails DNSSEC"),
	ROW(GROUP_ID_PRIVATE_OR_CLEAR, EVIDENCE_MALFORMED, ANY, ANY,
	    SHUNT_DROP, LIFE_FIXED, 60, 60, "the peer's records are malformed"),
	ROW(GROUP_ID_PRIVATE_OR_CLEAR, ANY, ANY, IKE_OUTCOME_KEY_MISMATCH,
	    SHUNT_DROP, LIFE_FIXED, 60, 64, "the peer did not prove the key that DNS names"),
	ROW(GROUP_ID_PRIVATE_OR_CLEAR, ANY, ANY, IKE_OUTCOME_REFUSED,
	    SHUNT_PASS, LIFE_FIXED, 900, 65, "the peer refused"),
	ROW(GROUP_ID_PRIVATE_OR_CLEAR, ANY, ANY, IKE_OUTCOME_LATER,
	    SHUNT_PASS, LIFE_DOUBLING, 10, 65, "the peer cannot do it now"),
	ROW(GROUP_ID_PRIVATE_OR_CLEAR, ANY, ANY, IKE_OUTCOME_SILENT,
	    SHUNT_PASS, LIFE_DOUBLING, 120, 31, "the peer does not answer IKE"),
	ROW(GROUP_ID_PRIVATE_OR_CLEAR, ANY, ANY, IKE_OUTCOME_INTERNAL,
	    SHUNT_PASS, LIFE_FIXED, 10, 32, "internal error"),
	ROW(GROUP_ID_PRIVATE_OR_CLEAR, EVIDENCE_SECURE, NO, IKE_OUTCOME_NONE,
	    SHUNT_PASS, LIFE_TTL, 900, 28, "no usable key in DNS"),
	ROW(GROUP_ID_PRIVATE_OR_CLEAR, EVIDENCE_SECURE, YES, IKE_OUTCOME_NONE,
	    SHUNT_PASS, LIFE_FIXED, 10, 61, "the deadline struck before IKE began"),
	ROW(GROUP_ID_PRIVATE_OR_CLEAR, EVIDENCE_ABSENT, ANY, IKE_OUTCOME_NONE,
	    SHUNT_PASS, LIFE_TTL, 900, 28, "no key in DNS, and DNSSEC proves it"),
	ROW(GROUP_ID_PRIVATE_OR_CLEAR, EVIDENCE_INSECURE, NO, IKE_OUTCOME_NONE,
	    SHUNT_PASS, LIFE_FIXED, 300, 28, "no key in DNS, which nothing proves"),
	ROW(GROUP_ID_PRIVATE_OR_CLEAR, EVIDENCE_INSECURE, YES, IKE_OUTCOME_NONE,
	    SHUNT_PASS, LIFE_FIXED, 300, 62, "DNSSEC does not vouch for the peer's key"),
	ROW(GROUP_ID_PRIVATE_OR_CLEAR, EVIDENCE_UNKNOWN, ANY, IKE_OUTCOME_NONE,
	    SHUNT_PASS, LIFE_FIXED, 10, 61, "DNS gave no answer in time"),
	ROW(GROUP_ID_PRIVATE_OR_CLEAR, EVIDENCE_NONE, ANY, IKE_OUTCOME_NONE,
	    SHUNT_PASS, LIFE_FIXED, 10, 61, "busy: too many pairs are being decided"),

	/* private: whatever the failure, nothing leaves in the clear. */
	ROW(GROUP_ID_PRIVATE, EVIDENCE_BOGUS, ANY, ANY,
	    SHUNT_DROP, LIFE_FIXED, 60, 60, "the peer's key fails DNSSEC"),
	ROW(GROUP_ID_PRIVATE, EVIDENCE_MALFORMED, ANY, ANY,
	    SHUNT_DROP, LIFE_FIXED, 60, 60, "the peer's records are malformed"),
	ROW(GROUP_ID_PRIVATE, ANY, ANY, IKE_OUTCOME_KEY_MISMATCH,
	    SHUNT_DROP, LIFE_FIXED, 60, 64, "the peer did not prove the key that DNS names"),
	ROW(GROUP_ID_PRIVATE, ANY, ANY, IKE_OUTCOME_REFUSED,
	    SHUNT_DROP, LIFE_FIXED, 900, 65, "the peer refused"),
	ROW(GROUP_ID_PRIVATE, ANY, ANY, IKE_OUTCOME_LATER,
	    SHUNT_DROP, LIFE_DOUBLING, 10, 65, "the peer cannot do it now"),
	ROW(GROUP_ID_PRIVATE, ANY, ANY, IKE_OUTCOME_SILENT,
	    SHUNT_DROP, LIFE_DOUBLING, 120, 31, "the peer does not answer IKE"),
	ROW(GROUP_ID_PRIVATE, ANY, ANY, IKE_OUTCOME_INTERNAL,
	    SHUNT_DROP, LIFE_FIXED, 10, 32, "internal error"),
	ROW(GROUP_ID_PRIVATE, EVIDENCE_SECURE, NO, IKE_OUTCOME_NONE,
	    SHUNT_DROP, LIFE_TTL, 900, 28, "no usable key in DNS"),
	ROW(GROUP_ID_PRIVATE, EVIDENCE_SECURE, YES, IKE_OUTCOME_NONE,
	    SHUNT_DROP, LIFE_FIXED, 10, 61, "the deadline struck before IKE began"),
	ROW(GROUP_ID_PRIVATE, EVIDENCE_ABSENT, ANY, IKE_OUTCOME_NONE,
	    SHUNT_DROP, LIFE_TTL, 900, 28, "no key in DNS, and DNSSEC proves it"),
	ROW(GROUP_ID_PRIVATE, EVIDENCE_INSECURE, NO, IKE_OUTCOME_NONE,
	    SHUNT_DROP, LIFE_FIXED, 300, 28, "no key in DNS, which nothing proves"),
	ROW(GROUP_ID_PRIVATE, EVIDENCE_INSECURE, YES, IKE_OUTCOME_NONE,
	    SHUNT_DROP, LIFE_FIXED, 300, 62, "DNSSEC does not vouch for the peer's key"),
	ROW(GROUP_ID_PRIVATE, EVIDENCE_UNKNOWN, ANY, IKE_OUTCOME_NONE,
	    SHUNT_DROP, LIFE_FIXED, 10, 61, "DNS gave no answer in time"),
	ROW(GROUP_ID_PRIVATE, EVIDENCE_NONE, ANY, IKE_OUTCOME_NONE,
	    SHUNT_DROP, LIFE_FIXED, 10, 61, "busy: too many pairs are being decided"),
};

static bool
matches(int want, unsigned have)
{
	return want == ANY || (unsigned)want == have;
}

const struct verdict_row *
verdict_find(enum group_id group, enum evidence evidence, bool keys, enum ike_outcome ike)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct verdict_row *r = &rows[i];

		if (matches(r->group, (unsigned)group) &&
		    matches(r->evidence, (unsigned)evidence) &&
		    matches(r->keys, keys) && matches(r->ike, (unsigned)ike))
			return r;
	}
	assert(false && "a combination without a row");
	return NULL;
}

uint32_t
verdict_lifetime(const struct verdict_row *row, uint32_t ttl_s, unsigned strikes)
{
	uint32_t life = row->lifetime_s;

	switch (row->rule) {
	case LIFE_KEYED:
		return 0;
	case LIFE_FIXED:
		return life;
	case LIFE_TTL:
		if (ttl_s < LIFE_MIN_S)
			return LIFE_MIN_S;
		return ttl_s < life ? ttl_s : life;
	case LIFE_DOUBLING:
		while (strikes-- > 0 && life < LIFE_MAX_S)
			life *= 2;
		return life < LIFE_MAX_S ? life : LIFE_MAX_S;
	}
	return LIFE_MIN_S;
}

enum verdict
verdict_of_shunt(enum shunt_kind kind)
{
	switch (kind) {
	case SHUNT_PASS:
		return VERDICT_PASS;
	case SHUNT_REJECT:
		return VERDICT_REJECT;
	case SHUNT_KEYED:
		return VERDICT_TUNNEL;
	case SHUNT_TRAP:
	case SHUNT_HOLD:
	case SHUNT_DROP:
		break;
	}
	return VERDICT_DROP;
}

enum oe_outcome
outcome_of_shunt(enum shunt_kind kind)
{
	switch (kind) {
	case SHUNT_PASS:
		return OE_CLEAR;
	case SHUNT_DROP:
	case SHUNT_REJECT:
		return OE_BLOCKED;
	case SHUNT_KEYED:
		return OE_ENCRYPTED;
	case SHUNT_TRAP:
	case SHUNT_HOLD:
		break;
	}
	return OE_PENDING;
}
