/* Tests of the line that is made of a datagram. */
#include "lib/test.h"

#include <string.h>

#include "pluto/wire/describe.h"
#include "pluto/wire/ike_build.h"
#include "pluto/wire/v1_msg.h"

static const uint8_t body[16];

static void
same(struct span datagram, const char *want)
{
	char text[300];

	assert_string_equal(ike_describe(datagram, text, sizeof(text)), want);
}

static void
test_v2(void **state)
{
	struct ike_hdr h = { .version = 0x20, .exchange = EX_SA_INIT, .flags = IKE_FLAG_I,
		.spi_i = { 1 } };
	uint8_t buf[300];
	struct ike_build b = ike_build_message(buf, sizeof(buf), &h);
	struct span d;

	(void)state;
	ike_build_payload(&b, P_KE, SPAN_OF(body));
	ike_build_payload(&b, P_NONCE, SPAN_OF(body));
	ike_build_payload(&b, 200, SPAN_OF(body));
	d = ike_build_end(&b);
	same(d, "IKEv2 IKE_SA_INIT request 0: KE Nonce payload 200, 88 bytes");
	h.flags = IKE_FLAG_R;
	h.exchange = EX_INFORMATIONAL;
	h.message_id = 7;
	b = ike_build_message(buf, sizeof(buf), &h);
	ike_build_payload(&b, P_SK, SPAN_OF(body));
	same(ike_build_end(&b), "IKEv2 INFORMATIONAL response 7: SK, 48 bytes");
}

static void
test_v1(void **state)
{
	struct ike_hdr h = { .version = 0x10, .exchange = 2, .spi_i = { 1 } };
	uint8_t buf[300];
	struct ike_build b = ike_build_message(buf, sizeof(buf), &h);

	(void)state;
	ike_build_payload(&b, V1_VID, SPAN_OF(body));
	same(ike_build_end(&b), "IKEv1 Main Mode 00000000: VID, 48 bytes");
	h.flags = V1_FLAG_ENCRYPTED;
	b = ike_build_message(buf, sizeof(buf), &h);
	ike_build_payload(&b, V1_VID, SPAN_OF(body));
	same(ike_build_end(&b), "IKEv1 Main Mode 00000000: encrypted, 48 bytes");
}

static void
test_broken(void **state)
{
	struct ike_hdr h = { .version = 0x20, .exchange = EX_AUTH, .spi_i = { 1 } };
	uint8_t buf[300];
	struct ike_build b = ike_build_message(buf, sizeof(buf), &h);
	struct span d;
	char text[20];

	(void)state;
	ike_build_payload(&b, P_KE, SPAN_OF(body));
	d = ike_build_end(&b);
	buf[31] = 200;
	same(d, "IKEv2 IKE_AUTH request 0: KE, which is broken, 48 bytes");
	buf[30] = buf[31] = 0;
	same(d, "IKEv2 IKE_AUTH request 0: KE, which is broken, 48 bytes");
	same(span_of(buf, 20), "no message of IKE, 20 bytes");
	same(span_of(NULL, 0), "no message of IKE, 0 bytes");
	ike_describe(d, text, sizeof(text));
	assert_int_equal(strlen(text), sizeof(text) - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_v2),
		cmocka_unit_test(test_v1),
		cmocka_unit_test(test_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
