/* One SA: sequence numbers, limits, what is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pluto/esp/sa.h"
#include "pluto/wire/ike_const.h"

static const uint8_t key[20] = { 1 };

static struct kernel_sa
template(void)
{
	struct kernel_sa ks = {
		.dir = SA_OUT, .mode = MODE_TUNNEL, .spi = 1000,
		.encap_udp = true, .encr = ENCR_AES_GCM_16, .encr_bits = 128,
		.encr_key = SPAN_OF(key),
	};

	endpoint_parse("192.0.2.1", 4500, &ks.local);
	endpoint_parse("192.0.2.2", 4500, &ks.remote);
	ks.sel.local = ts_host(&ks.local.addr);
	ks.sel.remote = ts_host(&ks.remote.addr);
	return ks;
}

static struct esp_sa *
make(const struct kernel_sa *ks)
{
	int err;
	struct esp_sa *sa = esp_sa_new(ks, &err);

	assert_non_null(sa);
	assert_int_equal(err, 0);
	return sa;
}

static void
test_numbers(void **state)
{
	struct kernel_sa ks = template();
	struct esp_sa *sa = make(&ks);
	uint64_t first;

	(void)state;
	assert_int_equal(esp_sa_take_seq(sa, 1, &first), 1);
	assert_int_equal(first, 1);	/* RFC 4303 2.2: never 0 */
	assert_int_equal(esp_sa_take_seq(sa, 45, &first), 45);
	assert_int_equal(first, 2);
	assert_int_equal(esp_sa_take_seq(sa, 1, &first), 1);
	assert_int_equal(first, 47);
	esp_sa_free(sa);
}

/* RFC 4303 3.3.3: the last number is used, then nothing is sent any more. */
static void
test_exhaustion(void **state)
{
	struct kernel_sa ks = template();
	struct esp_sa *sa = make(&ks);
	uint64_t first;

	(void)state;
	atomic_store(&sa->seq, UINT32_MAX - 3);
	assert_int_equal(esp_sa_take_seq(sa, 10, &first), 3);
	assert_int_equal(first + 2, UINT32_MAX);
	for (int i = 0; i < 3; i++)
		assert_int_equal(esp_sa_take_seq(sa, 1, &first), 0);
	esp_sa_free(sa);
	ks.esn = true;
	sa = make(&ks);
	atomic_store(&sa->seq, UINT32_MAX);
	assert_int_equal(esp_sa_take_seq(sa, 2, &first), 2);
	assert_true(first == (uint64_t)UINT32_MAX + 1);
	atomic_store(&sa->seq, UINT64_MAX);
	assert_int_equal(esp_sa_take_seq(sa, 2, &first), 0);
	esp_sa_free(sa);
}

static void
test_limits(void **state)
{
	struct kernel_sa ks = template();
	struct esp_sa *sa = make(&ks);
	uint64_t first;

	(void)state;
	/* Near the end of the numbers a soft event comes by itself. */
	assert_false(esp_sa_soft_due(sa, 1000000));
	assert_true(esp_sa_soft_due(sa, UINT32_MAX - UINT32_MAX / 16));
	assert_false(esp_sa_soft_due(sa, UINT32_MAX));
	esp_sa_free(sa);
	ks.soft_packets = 10;
	ks.hard_packets = 20;
	sa = make(&ks);
	assert_false(esp_sa_soft_due(sa, 9));
	assert_true(esp_sa_soft_due(sa, 10));
	assert_int_equal(esp_sa_take_seq(sa, 100, &first), 20);
	assert_int_equal(esp_sa_take_seq(sa, 1, &first), 0);
	esp_sa_free(sa);
}

static void
test_refused(void **state)
{
	struct kernel_sa ks;
	int err;

	(void)state;
	ks = template();
	ks.mode = MODE_TRANSPORT;	/* between hosts alone */
	ks.sel.remote.addr_hi.bytes[3] = 9;
	assert_null(esp_sa_new(&ks, &err));
	assert_int_equal(err, -22);
	ks = template();
	ks.spi = 255;
	assert_null(esp_sa_new(&ks, &err));
	ks = template();
	ks.encr_key = span_of(key, 19);
	assert_null(esp_sa_new(&ks, &err));
	ks = template();
	ks.encr = 1;
	assert_null(esp_sa_new(&ks, &err));
	ks = template();
	endpoint_parse("2001:db8::1", 4500, &ks.local);
	assert_null(esp_sa_new(&ks, &err));
	ks = template();
	ks.encap_udp = false;
	assert_null(esp_sa_new(&ks, &err));
	assert_int_equal(err, -EPROTONOSUPPORT);
	ks = template();	/* RFC 3948 has no AH */
	ks.protocol = SA_AH;
	assert_null(esp_sa_new(&ks, &err));
	assert_int_equal(err, -EPROTONOSUPPORT);
}

/* What fits into 1500 bytes: outer header, UDP, ESP with IV 8, pad to 4 and ICV 16;
 * AH 12 with ICV 16. */
static void
test_room(void **state)
{
	static const struct { enum sa_protocol p; enum ipsec_mode m; uint32_t mtu; } rows[] = {
		{ SA_ESP, MODE_TUNNEL, 1438 },
		{ SA_ESP, MODE_TRANSPORT, 1458 },
		{ SA_AH, MODE_TUNNEL, 1500 - 20 - 28 },
		{ SA_AH, MODE_TRANSPORT, 1500 - 28 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct kernel_sa ks = template();
		struct esp_sa *sa;

		ks.protocol = rows[i].p;
		ks.mode = rows[i].m;
		if (rows[i].p == SA_AH) {
			static const uint8_t integ[32];

			ks.encap_udp = false;
			ks.integ = INTEG_HMAC_SHA2_256_128;
			ks.encr_key = (struct span){ NULL, 0 };
			ks.integ_key = SPAN_OF(integ);
		}
		sa = make(&ks);
		assert_int_equal(esp_sa_inner_mtu(sa, 1500), rows[i].mtu);
		esp_sa_free(sa);
	}
}

static void
test_counters(void **state)
{
	struct kernel_sa ks = template();
	struct esp_sa *sa = make(&ks);
	struct sa_counters c;

	(void)state;
	for (unsigned i = 0; i < ESP_THREADS; i++) {
		esp_count(&sa->counts[i].packets, i + 1);
		esp_count(&sa->counts[i].bytes, 100);
		atomic_store(&sa->counts[i].last_used_ms, 50 - i);
	}
	esp_sa_counters(sa, &c);
	assert_int_equal(c.packets, 10);
	assert_int_equal(c.bytes, 400);
	assert_int_equal(c.last_used_ms, 50);
	esp_sa_free(sa);
}

/* The cipher states go when nobody has used them, and come back; a thread that
 * is online keeps the one it has. */
static void
test_rest(void **state)
{
	struct kernel_sa ks = template();
	struct esp_sa *sa = make(&ks);
	struct qsbr q;

	(void)state;
	qsbr_init(&q);
	qsbr_online(&q, 0);
	assert_non_null(esp_sa_crypt(sa, 0));
	assert_non_null(esp_sa_crypt(sa, 1));
	assert_ptr_equal(esp_sa_crypt(sa, 0), atomic_load(&sa->crypt[0]));
	atomic_store(&sa->counts[0].last_used_ms, 1000);
	atomic_store(&sa->counts[1].last_used_ms, 2000);
	esp_sa_rest(sa, &q, 1000);
	assert_non_null(atomic_load(&sa->crypt[0]));
	esp_sa_rest(sa, &q, 1500);
	assert_null(atomic_load(&sa->crypt[0]));
	assert_non_null(atomic_load(&sa->crypt[1]));
	assert_false(qsbr_poll(&q));
	qsbr_offline(&q, 0);
	assert_true(qsbr_poll(&q));
	assert_non_null(esp_sa_crypt(sa, 0));
	esp_sa_free(sa);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_exhaustion),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
