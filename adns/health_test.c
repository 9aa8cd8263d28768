/* Checks whose fault an answer for the root's keys tells. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "adns/health.h"

enum { BEGIN = 1000000, END = 2000000 };

static uint8_t message[256];

/* An answer with an RRSIG of TYPE between BEGIN and END, or with none (0). */
static struct span
answer(uint16_t covered)
{
	struct wire_writer w = wire_writer(message, sizeof(message));

	wire_put_u16(&w, 1);
	wire_put_u16(&w, 0x8180);
	wire_put_u16(&w, 0);
	wire_put_u16(&w, covered != 0);
	wire_put_u16(&w, 0);
	wire_put_u16(&w, 0);
	if (covered != 0) {
		wire_put_u8(&w, 0);
		wire_put_u16(&w, 46);
		wire_put_u16(&w, 1);
		wire_put_u32(&w, 60);
		wire_put_u16(&w, 16);
		wire_put_u16(&w, covered);
		wire_put_u16(&w, 13 << 8);
		wire_put_u32(&w, 60);
		wire_put_u32(&w, END);
		wire_put_u32(&w, BEGIN);
	}
	assert_true(wire_fits(&w));
	return wire_written(&w);
}

static void
whose_fault(void **state)
{
	static const struct {
		bool failed, stub, no_root;
		enum adns_security security;
		uint16_t covered;
		time_t now;
		enum adns_health want;
	} rows[] = {
		{ .failed = true, .want = ADNS_HEALTH_SILENT },
		{ .security = ADNS_SECURE, .covered = 48, .now = BEGIN + 1, .want = ADNS_HEALTH_WELL },
		{ .security = ADNS_BOGUS, .now = BEGIN + 1, .want = ADNS_HEALTH_STRIPPED },
		{ .security = ADNS_BOGUS, .covered = 2, .now = BEGIN + 1, .want = ADNS_HEALTH_STRIPPED },
		{ .security = ADNS_BOGUS, .covered = 48, .now = BEGIN + 1, .want = ADNS_HEALTH_ANCHOR },
		{ .security = ADNS_BOGUS, .covered = 48, .now = BEGIN - 1, .want = ADNS_HEALTH_CLOCK },
		{ .security = ADNS_BOGUS, .covered = 48, .now = END + 1, .want = ADNS_HEALTH_CLOCK },
		{ .security = ADNS_BOGUS, .covered = 48, .now = 0, .want = ADNS_HEALTH_CLOCK },
		{ .security = ADNS_INSECURE, .no_root = true, .want = ADNS_HEALTH_WELL },
		{ .security = ADNS_INSECURE, .stub = true, .want = ADNS_HEALTH_UNVALIDATED },
		{ .security = ADNS_SECURE, .stub = true, .want = ADNS_HEALTH_WELL },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct resolver_reply r = { .failed = rows[i].failed, .why = "",
			.security = rows[i].security, .message = answer(rows[i].covered) };

		if (health_judge(&r, rows[i].stub, !rows[i].no_root, rows[i].now) != rows[i].want)
			fail_msg("row %u", i);
	}
}

static void
cut_short(void **state)
{
	struct span whole = answer(48);

	(void)state;
	for (size_t n = 0; n < whole.len; n++) {
		struct resolver_reply r = { .why = "", .security = ADNS_BOGUS,
			.message = span_of(whole.ptr, n) };

		assert_int_equal(health_judge(&r, false, true, BEGIN + 1), ADNS_HEALTH_STRIPPED);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(whose_fault), cmocka_unit_test(cut_short) };

	return cmocka_run_group_tests_name("health", tests, NULL, NULL);
}
