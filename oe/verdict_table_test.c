/* Every combination has its verdict, and the promises of the table hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "oe/verdict_table.h"

typedef void combination_fn(enum group_id g, enum evidence e, bool keys, enum ike_outcome i,
			    const struct verdict_row *r);

static void
each_combination(combination_fn *fn)
{
	for (unsigned g = 0; g < GROUP_ID_N; g++)
		for (unsigned e = 0; e < EVIDENCE_N; e++)
			for (unsigned k = 0; k < 2; k++)
				for (unsigned i = 0; i < IKE_OUTCOME_N; i++)
					fn((enum group_id)g, (enum evidence)e, k, (enum ike_outcome)i,
					   verdict_find((enum group_id)g, (enum evidence)e, k,
							(enum ike_outcome)i));
}

static void
check_complete(enum group_id g, enum evidence e, bool keys, enum ike_outcome i,
	       const struct verdict_row *r)
{
	(void)g;
	(void)e;
	(void)keys;
	assert_non_null(r);
	assert_non_null(r->reason);
	assert_true(r->reason[0] != '\0');
	assert_int_equal(r->kind == SHUNT_KEYED, i == IKE_OUTCOME_UP);
	assert_int_equal(r->code == 4, i == IKE_OUTCOME_UP);
	assert_true(r->kind == SHUNT_KEYED || r->kind == SHUNT_PASS || r->kind == SHUNT_DROP ||
		    r->kind == SHUNT_REJECT);
	uint32_t life = verdict_lifetime(r, 0, 0);

	assert_true(r->kind == SHUNT_KEYED ? life == 0 : life >= LIFE_MIN_S);
	assert_true(verdict_lifetime(r, UINT32_MAX, 1000) <= LIFE_MAX_S);
}

static void
check_safe(enum group_id g, enum evidence e, bool keys, enum ike_outcome i,
	   const struct verdict_row *r)
{
	(void)keys;
	if (g == GROUP_ID_PRIVATE || g == GROUP_ID_BLOCK)
		assert_true(r->kind != SHUNT_PASS);
	if (policy_group(g)->initiate && (e == EVIDENCE_BOGUS || e == EVIDENCE_MALFORMED))
		assert_true(r->kind != SHUNT_PASS);
	if (policy_group(g)->initiate && i == IKE_OUTCOME_KEY_MISMATCH)
		assert_true(r->kind == SHUNT_DROP);
	if (!policy_group(g)->initiate && i != IKE_OUTCOME_UP)
		assert_int_equal(r->kind, policy_group(g)->on_failure);
}

/* The cause decides the code, whatever the group. */
static void
check_same_code(enum group_id g, enum evidence e, bool keys, enum ike_outcome i,
		const struct verdict_row *r)
{
	if (g == GROUP_ID_PRIVATE)
		assert_int_equal(r->code, verdict_find(GROUP_ID_PRIVATE_OR_CLEAR, e, keys, i)->code);
}

static void
test_every_combination(void **state)
{
	(void)state;
	each_combination(check_complete);
	each_combination(check_safe);
	each_combination(check_same_code);
}

struct promise {
	enum evidence evidence;
	bool keys;
	enum ike_outcome ike;
	uint32_t ttl_s;
	unsigned strikes;
	enum shunt_kind open_kind;	/* private-or-clear; private drops */
	uint32_t lifetime_s;
	int code;
};

/* Lifetimes and codes as the interface paper promises them. */
static const struct promise promises[] = {
	{ EVIDENCE_ABSENT, false, IKE_OUTCOME_NONE, 600, 0, SHUNT_PASS, 600, 28 },
	{ EVIDENCE_ABSENT, false, IKE_OUTCOME_NONE, 86400, 0, SHUNT_PASS, 900, 28 },
	{ EVIDENCE_ABSENT, false, IKE_OUTCOME_NONE, 0, 0, SHUNT_PASS, 10, 28 },
	{ EVIDENCE_INSECURE, false, IKE_OUTCOME_NONE, 9, 0, SHUNT_PASS, 300, 28 },
	{ EVIDENCE_INSECURE, true, IKE_OUTCOME_NONE, 9, 0, SHUNT_PASS, 300, 62 },
	{ EVIDENCE_BOGUS, false, IKE_OUTCOME_NONE, 9, 0, SHUNT_DROP, 60, 60 },
	{ EVIDENCE_BOGUS, true, IKE_OUTCOME_NONE, 9, 0, SHUNT_DROP, 60, 60 },
	{ EVIDENCE_MALFORMED, false, IKE_OUTCOME_NONE, 9, 0, SHUNT_DROP, 60, 60 },
	{ EVIDENCE_UNKNOWN, false, IKE_OUTCOME_NONE, 9, 0, SHUNT_PASS, 10, 61 },
	{ EVIDENCE_SECURE, false, IKE_OUTCOME_NONE, 700, 0, SHUNT_PASS, 700, 28 },
	{ EVIDENCE_SECURE, true, IKE_OUTCOME_SILENT, 9, 0, SHUNT_PASS, 120, 31 },
	{ EVIDENCE_SECURE, true, IKE_OUTCOME_SILENT, 9, 1, SHUNT_PASS, 240, 31 },
	{ EVIDENCE_SECURE, true, IKE_OUTCOME_SILENT, 9, 2, SHUNT_PASS, 480, 31 },
	{ EVIDENCE_SECURE, true, IKE_OUTCOME_SILENT, 9, 3, SHUNT_PASS, 900, 31 },
	{ EVIDENCE_SECURE, true, IKE_OUTCOME_SILENT, 9, 255, SHUNT_PASS, 900, 31 },
	{ EVIDENCE_SECURE, true, IKE_OUTCOME_REFUSED, 9, 0, SHUNT_PASS, 900, 65 },
	{ EVIDENCE_SECURE, true, IKE_OUTCOME_KEY_MISMATCH, 9, 0, SHUNT_DROP, 60, 64 },
	{ EVIDENCE_SECURE, true, IKE_OUTCOME_INTERNAL, 9, 0, SHUNT_PASS, 10, 32 },
	{ EVIDENCE_SECURE, true, IKE_OUTCOME_UP, 9, 0, SHUNT_KEYED, 0, 4 },
	{ EVIDENCE_NONE, false, IKE_OUTCOME_NONE, 9, 0, SHUNT_PASS, 10, 61 },
};

static void
test_promises(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(promises) / sizeof(promises[0]); i++) {
		const struct promise *p = &promises[i];
		const struct verdict_row *open = verdict_find(GROUP_ID_PRIVATE_OR_CLEAR, p->evidence,
							      p->keys, p->ike);
		const struct verdict_row *closed = verdict_find(GROUP_ID_PRIVATE, p->evidence,
								p->keys, p->ike);

		assert_int_equal(open->kind, p->open_kind);
		assert_int_equal(open->code, p->code);
		assert_int_equal(verdict_lifetime(open, p->ttl_s, p->strikes), p->lifetime_s);
		assert_int_equal(closed->kind,
				 p->open_kind == SHUNT_KEYED ? SHUNT_KEYED : SHUNT_DROP);
		assert_int_equal(verdict_lifetime(closed, p->ttl_s, p->strikes), p->lifetime_s);
	}
}

static void
test_shunts_to_words(void **state)
{
	(void)state;
	assert_int_equal(verdict_of_shunt(SHUNT_PASS), VERDICT_PASS);
	assert_int_equal(verdict_of_shunt(SHUNT_REJECT), VERDICT_REJECT);
	assert_int_equal(verdict_of_shunt(SHUNT_KEYED), VERDICT_TUNNEL);
	assert_int_equal(verdict_of_shunt(SHUNT_TRAP), VERDICT_DROP);
	assert_int_equal(outcome_of_shunt(SHUNT_HOLD), OE_PENDING);
	assert_string_equal(oe_outcome_name(outcome_of_shunt(SHUNT_KEYED)), "ENCRYPTED");
	assert_string_equal(evidence_name(EVIDENCE_BOGUS), "BOGUS");
	assert_string_equal(evidence_name((enum evidence)77), "?");
	assert_string_equal(ike_outcome_name(IKE_OUTCOME_KEY_MISMATCH), "key-mismatch");
	assert_string_equal(oe_stage_name(STAGE_RESULT), "result");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_combination),
		cmocka_unit_test(test_promises),
		cmocka_unit_test(test_shunts_to_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
