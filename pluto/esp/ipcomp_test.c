/* IPComp: shorter and back, what another program compressed, bombs, damage. */
#include "lib/test.h"

#include <string.h>

#include "pluto/esp/ipcomp.h"

enum { MAX = 70000, CPI = 0x1234 };

static const char text[] = "All work and no play makes Jack a dull boy. ";
/* That eight times, by a deflate of 32 kB (RFC 1951), behind an IPComp header. */
static const char foreign[] = "04ff1234"
	"73ccc95128cf2fca5648cc4b51c8cb5728c849ac54c84dcc4e2d56f04a4c060a2ba494029524e557"
	"ea29388eaa25592d00";

static uint8_t plain[MAX], small[MAX], back[MAX];

static void
there_and_back(void **state)
{
	struct ipcomp c = { .has_in = false };

	(void)state;
	for (size_t i = 0; i < sizeof(plain); i++)
		plain[i] = (uint8_t)text[i % (sizeof(text) - 1)];
	for (size_t len = IPCOMP_LEAST; len < 65536; len = len * 2 + 1) {
		struct ipcomp_header h;
		size_t n = ipcomp_shrink(&c, small, span_of(plain, len), 6, CPI);

		assert_in_range(n, IPCOMP_HDR_LEN + 1, len - 1);
		assert_true(ipcomp_read(span_of(small, n), &h));
		assert_int_equal(h.next_header, 6);
		assert_int_equal(h.cpi, CPI);
		assert_int_equal(ipcomp_grow(&c, back, MAX, span_of(small, n)), len);
		assert_memory_equal(back, plain, len);
		/* Not one byte more than there is room for. */
		memset(back, 0xee, MAX);
		assert_int_equal(ipcomp_grow(&c, back, len - 1, span_of(small, n)), 0);
		assert_int_equal(back[len - 1], 0xee);
	}
	ipcomp_clear(&c);
}

static void
from_another(void **state)
{
	struct ipcomp c = { .has_in = false };
	struct ipcomp_header h;
	size_t n = (size_t)span_unhex(foreign, small, MAX);

	(void)state;
	assert_true(ipcomp_read(span_of(small, n), &h));	/* flags are ignored */
	assert_int_equal(ipcomp_grow(&c, back, MAX, span_of(small, n)), 8 * (sizeof(text) - 1));
	assert_memory_equal(back + 7 * (sizeof(text) - 1), text, sizeof(text) - 1);
	ipcomp_clear(&c);
}

/* RFC 3173 2.2: what does not become shorter goes as it is. */
static void
not_longer(void **state)
{
	struct ipcomp c = { .has_in = false };
	uint32_t x = 1;

	(void)state;
	for (size_t i = 0; i < 2000; i++) {
		x = x * 1664525 + 1013904223;
		plain[i] = (uint8_t)(x >> 24);
	}
	memset(small, 0xee, MAX);
	assert_int_equal(ipcomp_shrink(&c, small, span_of(plain, 2000), 6, CPI), 0);
	assert_int_equal(small[1999], 0xee);
	memset(plain, 0, 100);
	assert_int_equal(ipcomp_shrink(&c, small, span_of(plain, IPCOMP_LEAST - 1), 6, CPI), 0);
	assert_int_not_equal(ipcomp_shrink(&c, small, span_of(plain, IPCOMP_LEAST), 6, CPI), 0);
	ipcomp_clear(&c);
}

static void
hostile(void **state)
{
	struct ipcomp c = { .has_in = false };
	struct ipcomp_header h;
	size_t n;

	(void)state;
	memset(plain, 0, MAX);
	n = ipcomp_shrink(&c, small, span_of(plain, MAX), 6, CPI);	/* a bomb */
	assert_in_range(n, 1, 200);
	assert_int_equal(ipcomp_grow(&c, back, 65535, span_of(small, n)), 0);
	n = (size_t)span_unhex(foreign, small, MAX);
	for (size_t len = 0; len < n; len++) {
		assert_int_equal(ipcomp_grow(&c, back, MAX, span_of(small, len)), 0);
		assert_true(ipcomp_read(span_of(small, len), &h) == (len >= IPCOMP_HDR_LEN));
	}
	for (size_t i = IPCOMP_HDR_LEN; i < n; i++) {
		small[i] ^= 0xff;
		assert_in_range(ipcomp_grow(&c, back, 1000, span_of(small, n)), 0, 1000);
		small[i] ^= 0xff;
	}
	/* And the stream is good again. */
	assert_int_not_equal(ipcomp_grow(&c, back, MAX, span_of(small, n)), 0);
	ipcomp_clear(&c);
}

static void
luck(void **state)
{
	struct ipcomp_luck l = { 0, 0 };
	unsigned tried = 0;

	(void)state;
	for (int i = 0; i < 720; i++)
		if (ipcomp_try(&l)) {
			ipcomp_result(&l, false);
			tried++;
		}
	assert_int_equal(tried, 80);
	ipcomp_result(&l, true);
	for (int i = 0; i < 100; i++) {
		assert_true(ipcomp_try(&l));
		ipcomp_result(&l, i % 7 == 6);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(from_another),
		cmocka_unit_test(not_longer),
		cmocka_unit_test(hostile),
		cmocka_unit_test(luck),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
