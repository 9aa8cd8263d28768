/* Configuration attributes: what is written is read, what is cut is refused. */
#include <string.h>

#include "lib/test.h"
#include "pluto/wire/v1_cfg.h"

static uint8_t buf[400];

/* The body: behind the generic header. */
static struct span
request(void)
{
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	size_t mark = v1_cfg_open(&b, V1_CFG_REQUEST, 0x1234);
	struct wire_reader r;

	v1_cfg_put_number(&b, V1_X_TYPE, V1_X_GENERIC);
	v1_cfg_put(&b, V1_X_USER, span_str("road warrior"));
	v1_cfg_put(&b, V1_X_PASSWORD, (struct span){ 0 });
	ike_build_close(&b, mark);
	r = wire_reader(ike_build_end(&b));
	wire_skip(&r, 4, "generic header");
	return wire_rest(&r);
}

static void
there_and_back(void **state)
{
	struct parse_error e;
	struct v1_cfg c;
	struct v1_cfg_value v;

	(void)state;
	assert_true(v1_cfg_read(request(), &c, &e));
	assert_int_equal(c.type, V1_CFG_REQUEST);
	assert_int_equal(c.id, 0x1234);
	assert_true(v1_cfg_find(&c, V1_X_USER, &v));
	assert_true(span_eq(v.data, span_str("road warrior")));
	assert_true(v1_cfg_find(&c, V1_X_PASSWORD, &v));
	assert_int_equal(v.data.len, 0);
	assert_false(v1_cfg_find(&c, V1_X_STATUS, &v));
	assert_int_equal(v1_cfg_number(&c, V1_X_TYPE, 7), V1_X_GENERIC);
	assert_int_equal(v1_cfg_number(&c, V1_X_STATUS, 7), 7);
}

/* draft-dukes 3.2: "Attribute half outside the payload": the whole is dropped. */
static void
cut(void **state)
{
	static const size_t whole[] = { 4, 8, 24, 28 };
	struct span s = request();

	(void)state;
	for (size_t len = 0; len <= s.len; len++) {
		struct parse_error e;
		struct v1_cfg c;
		bool ends = false;

		for (size_t i = 0; i < sizeof(whole) / sizeof(*whole); i++)
			ends = ends || len == whole[i];
		assert_int_equal(v1_cfg_read(span_of(s.ptr, len), &c, &e), ends);
		assert_true(ends || (e.notify == V1_N_PAYLOAD_MALFORMED && c.attributes.len == 0));
	}
}

/* A status of two octets in the long form, and one that is too short. */
static void
numbers_in_either_form(void **state)
{
	static const uint8_t longer[] = { 3, 0, 0, 1, 0x40, 0x8f, 0, 2, 0, 1 };
	static const uint8_t shorter[] = { 3, 0, 0, 1, 0x40, 0x8f, 0, 1, 1 };
	struct parse_error e;
	struct v1_cfg c;

	(void)state;
	assert_true(v1_cfg_read(SPAN_OF(longer), &c, &e));
	assert_int_equal(v1_cfg_number(&c, V1_X_STATUS, 7), V1_X_OK);
	assert_true(v1_cfg_read(SPAN_OF(shorter), &c, &e));
	assert_int_equal(v1_cfg_number(&c, V1_X_STATUS, 7), V1_X_FAIL);
}

static void
filled_up(void **state)
{
	static const uint8_t zeros[] = { 2, 0, 0, 1, 0, 2, 0, 2, 9, 9, 0, 0 };
	static const uint8_t other[] = { 2, 0, 0, 1, 0, 2, 0, 2, 9, 9, 0, 1 };
	struct v1_cfg_value v;
	struct parse_error e;
	struct v1_cfg c;

	(void)state;
	assert_true(v1_cfg_read(SPAN_OF(zeros), &c, &e));
	assert_true(v1_cfg_find(&c, V1_C_IP4_NETMASK, &v));
	assert_int_equal(v.data.len, 2);
	assert_false(v1_cfg_read(SPAN_OF(other), &c, &e));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(cut),
		cmocka_unit_test(numbers_in_either_form),
		cmocka_unit_test(filled_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
