/* Cookies: good ones pass, everybody else's do not, old ones expire. */
#include "pluto/ikev2/cookie.h"

#include <string.h>

#include "lib/test.h"

static const uint8_t spi[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

static struct ip_addr
addr(const char *text)
{
	struct ip_addr a;

	assert_true(ip_addr_parse(text, &a));
	return a;
}

static void
rotate(struct cookie_secrets *s, uint8_t seed, uint64_t now_ms)
{
	uint8_t key[32];

	memset(key, seed, sizeof(key));
	cookie_rotate(s, key, now_ms);
}

static void
good_and_bad(void **state)
{
	struct cookie_secrets s = { 0 };
	struct ip_addr a = addr("192.0.2.1"), b = addr("192.0.2.2");
	uint8_t c[COOKIE_LEN], other[8] = { 9 };

	(void)state;
	assert_true(cookie_due(&s, 5));
	assert_false(cookie_make(&s, span_str("nonce"), &a, spi, c));
	rotate(&s, 1, 5);
	assert_false(cookie_due(&s, 6));
	assert_true(cookie_make(&s, span_str("nonce"), &a, spi, c));
	assert_true(cookie_good(&s, SPAN_OF(c), span_str("nonce"), &a, spi));
	assert_false(cookie_good(&s, SPAN_OF(c), span_str("nonce"), &b, spi));
	assert_false(cookie_good(&s, SPAN_OF(c), span_str("other"), &a, spi));
	assert_false(cookie_good(&s, SPAN_OF(c), span_str("nonce"), &a, other));
	assert_false(cookie_good(&s, span_of(c, COOKIE_LEN - 1), span_str("nonce"), &a, spi));
	c[COOKIE_LEN - 1] ^= 1;
	assert_false(cookie_good(&s, SPAN_OF(c), span_str("nonce"), &a, spi));
}

static void
rotation(void **state)
{
	struct cookie_secrets s = { 0 };
	struct ip_addr a = addr("2001:db8::1");
	uint8_t c[COOKIE_LEN];

	(void)state;
	rotate(&s, 1, 0);
	assert_true(cookie_make(&s, span_str("n"), &a, spi, c));
	assert_true(cookie_due(&s, COOKIE_ROTATE_MS));
	rotate(&s, 2, COOKIE_ROTATE_MS);
	assert_true(cookie_good(&s, SPAN_OF(c), span_str("n"), &a, spi));
	rotate(&s, 3, 2 * COOKIE_ROTATE_MS);
	assert_false(cookie_good(&s, SPAN_OF(c), span_str("n"), &a, spi));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_and_bad), cmocka_unit_test(rotation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
