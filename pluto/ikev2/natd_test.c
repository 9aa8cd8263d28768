/* NAT detection: what the hashes say when somebody rewrites addresses. */
#include "pluto/ikev2/natd.h"

#include "lib/test.h"

static const uint8_t spi_i[8] = { 1 }, spi_r[8] = { 2 };

static struct natd_result
seen(const char *from, const char *to, const char *seen_from, const char *seen_to, bool wrong)
{
	struct endpoint f, t, sf, st;
	uint8_t buf[256];
	struct ike_hdr h = { .spi_i = { 1 }, .spi_r = { 2 } };
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	struct payload_list l;
	struct parse_error e;

	assert_true(endpoint_parse(from, 500, &f) && endpoint_parse(to, 500, &t));
	assert_true(endpoint_parse(seen_from, 500, &sf) && endpoint_parse(seen_to, 500, &st));
	natd_write(&b, spi_i, spi_r, &f, &t, wrong);
	assert_true(payload_list_read(wire_written(&b.w), b.first, &l, &e));
	return natd_check(&l, &h, &st, &sf);
}

/* The hash of a first request, computed by other means. */
static void
known_hash(void **state)
{
	static const uint8_t i[8] = { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88 }, r[8];
	struct endpoint from, to;
	uint8_t buf[256], want[NATD_LEN];
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	struct payload_list l;
	struct notify_body n;
	struct parse_error e;

	(void)state;
	assert_true(endpoint_parse("192.0.2.1", 500, &from) && endpoint_parse("192.0.2.2", 500, &to));
	natd_write(&b, i, r, &from, &to, false);
	assert_true(payload_list_read(wire_written(&b.w), b.first, &l, &e));
	assert_true(notify_find(&l, N_NAT_DETECTION_SOURCE_IP, &n));
	assert_int_equal(span_unhex("77273b31d6ed8389ee69c66f0c7f2037f0a982eb", want, NATD_LEN), NATD_LEN);
	assert_true(span_eq(n.data, SPAN_OF(want)));
}

static void
no_nat(void **state)
{
	struct natd_result r = seen("192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.2", false);

	(void)state;
	assert_true(r.supported && !r.nat_local && !r.nat_remote);
	r = seen("2001:db8::1", "2001:db8::2", "2001:db8::1", "2001:db8::2", false);
	assert_true(r.supported && !r.nat_local && !r.nat_remote);
}

static void
nat(void **state)
{
	struct natd_result r = seen("10.0.0.1", "192.0.2.2", "192.0.2.1:1024", "192.0.2.2", false);

	(void)state;
	assert_true(r.supported && !r.nat_local && r.nat_remote);
	r = seen("192.0.2.1", "192.0.2.2", "192.0.2.1", "10.0.0.2", false);
	assert_true(r.supported && r.nat_local && !r.nat_remote);
	r = seen("192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.2", true);
	assert_true(r.supported && !r.nat_local && r.nat_remote);
}

static void
silent_peer(void **state)
{
	struct payload_list l = { 0 };
	struct ike_hdr h = { 0 };
	struct endpoint e = { 0 };

	(void)state;
	assert_false(natd_check(&l, &h, &e, &e).supported);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_hash), cmocka_unit_test(no_nat), cmocka_unit_test(nat), cmocka_unit_test(silent_peer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
