/* AH: what the ICV covers, made by another program for these packets, and what it
 * does not; where it goes; hostile headers. */
#include "lib/test.h"

#include <netinet/in.h>
#include <string.h>

#include "pluto/esp/ah.h"
#include "pluto/wire/ike_const.h"

enum { MAX = 256, BODY = 40 };

/* TTL 61, DF, a router alert, which counts, and a timestamp, which does not. */
static const char v4_head[] = "48b8006412344000" "3d33beef" "c0000201" "c6336402"
	"94040000" "440805000102" "0304";
static const char v4_icv[] = "9f9765fed595033fd3cad7b592692d1a";
static const char v4_icv_esn[] = "da65eda70c5873b6efcd0abb2b8dc9a7";	/* 3 above */
/* Hop-by-hop: a router alert, and an option that may change; then destination
 * options. */
static const char v6_head[] = "6ab1234500600" "03e" "20010db8000000000000000000000001"
	"20010db8000000000000000000000002" "3c01050200003e040909090901020000" "3300010400000000";
static const char v6_icv[] = "ccef3d6489bf0d523f9ca0f5de1383df";

static struct esp_crypt *
crypt(bool esn)
{
	uint8_t key[32];
	struct esp_suite s;
	struct esp_keys k;
	struct esp_crypt *c;

	for (uint8_t i = 0; i < sizeof(key); i++)
		key[i] = i;
	assert_true(ah_suite_find(INTEG_HMAC_SHA2_256_128, &s));
	assert_int_equal(esp_keys_init(&k, &s, esn, span_of(NULL, 0), SPAN_OF(key)), 0);
	c = esp_crypt_new(&k, true);
	assert_non_null(c);
	esp_keys_clear(&k);
	return c;
}

/* Headers, room for AH, a body; its length. */
static size_t
packet(uint8_t *pkt, const char *head, size_t ah)
{
	size_t at = (size_t)span_unhex(head, pkt, MAX);

	for (size_t i = 0; i < BODY; i++)
		pkt[at + ah + i] = (uint8_t)(i * 5);
	return at + ah + BODY;
}

static void
sealed_like_others(void **state)
{
	uint8_t pkt[MAX], icv[16];
	struct esp_crypt *c = crypt(false);
	size_t len = packet(pkt, v4_head, 28);

	(void)state;
	assert_true(ah_seal(c, 0x1001, 7, pkt, len, 32, IPPROTO_UDP));
	span_unhex(v4_icv, icv, sizeof(icv));
	assert_memory_equal(pkt + 32 + AH_FIXED_LEN, icv, sizeof(icv));
	assert_true(ah_verify(c, 7, pkt, len, 32));
	len = packet(pkt, v6_head, 32);
	assert_true(ah_seal(c, 0x2002, 9, pkt, len, 64, IPPROTO_TCP));
	span_unhex(v6_icv, icv, sizeof(icv));
	assert_memory_equal(pkt + 64 + AH_FIXED_LEN, icv, sizeof(icv));
	assert_true(ah_verify(c, 9, pkt, len, 64));
	esp_crypt_free(c);
	c = crypt(true);
	len = packet(pkt, v4_head, 28);
	assert_true(ah_seal(c, 0x1001, 7 | 3ull << 32, pkt, len, 32, IPPROTO_UDP));
	span_unhex(v4_icv_esn, icv, sizeof(icv));
	assert_memory_equal(pkt + 32 + AH_FIXED_LEN, icv, sizeof(icv));
	assert_false(ah_verify(c, 7 | 4ull << 32, pkt, len, 32));
	esp_crypt_free(c);
}

/* Each octet of the packet is changed: the network may change those of MAY. */
static void
each_octet(const char *head, size_t at, size_t ah, const char *may)
{
	struct esp_crypt *c = crypt(false);
	uint8_t pkt[MAX];
	size_t len = packet(pkt, head, ah);

	assert_true(ah_seal(c, 0x1001, 7, pkt, len, at, IPPROTO_UDP));
	for (size_t i = 0; i < len; i++) {
		bool free_ = i < strlen(may) && may[i] == 'm', same;

		pkt[i] ^= 0x0f;		/* of the first octet: its low half */
		same = ah_verify(c, 7, pkt, len, at);
		pkt[i] ^= 0x0f;
		if (same != free_)
			fail_msg("octet %zu", i);
	}
	esp_crypt_free(c);
}

static void
what_may_change(void **state)
{
	(void)state;
	each_octet(v4_head, 32, 28, ".m....mmm.mm" "........" "...." "m.mmmmmm");
	each_octet(v6_head, 64, 32, "mmmm...m" "................" "................"
		   "........" "mmmm....");
}

static void
its_place(void **state)
{
	static const struct { const char *hex; size_t at, next; } rows[] = {
		{ "4500001c000000004011000001020304050607080000000000000000", 20, 9 },
		/* a source route, a fragment, an option that goes too far */
		{ "4600002000000000401100000102030405060708830704000000000000000000"
		  "00000000", 0, 0 },
		{ "4500001c000020004011000001020304050607080000000000000000", 0, 0 },
		{ "460000200000000040110000010203040506070894090000" "0000000000000000", 0, 0 },
		{ "6000000000001140" "00000000000000000000000000000001"
		  "00000000000000000000000000000002", 40, 6 },
		/* a hop-by-hop header; a routing header that is not at its end */
		{ "6000000000080040" "00000000000000000000000000000001"
		  "00000000000000000000000000000002" "3b00010400000000", 48, 40 },
		{ "6000000000082b40" "00000000000000000000000000000001"
		  "00000000000000000000000000000002" "3b00040100000000", 0, 0 },
		{ "6000000000082b40" "00000000000000000000000000000001"
		  "00000000000000000000000000000002" "3b00040000000000", 48, 40 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint8_t pkt[MAX];
		int n = span_unhex(rows[i].hex, pkt, sizeof(pkt));
		struct inner in;
		size_t next = 0;

		pkt[pkt[0] >> 4 == 4 ? 3 : 5] = (uint8_t)(pkt[0] >> 4 == 4 ? n : n - 40);
		assert_true(inner_parse(span_of(pkt, (size_t)n), &in));
		assert_int_equal(ah_place(&in, pkt, &next), rows[i].at);
		if (rows[i].at != 0)
			assert_int_equal(next, rows[i].next);
	}
}

static void
short_and_odd(void **state)
{
	static const uint8_t pkt[40] = { 0x45, [20] = IPPROTO_UDP, 4, 0, 0, 1, 2, 3, 4, 0, 0, 0, 9 };
	struct ah_header h;

	(void)state;
	assert_false(ah_read(span_of(pkt, 40), 20, &h));	/* 24 do not fit in 20 */
	assert_false(ah_read(span_of(pkt, 31), 20, &h));
	assert_false(ah_read(span_of(pkt, 20), 20, &h));
	assert_true(ah_read(span_of((const uint8_t[44]){ [20] = 17, 4, 0, 0, 1, 2, 3, 4, 0, 0, 0,
			    9 }, 44), 20, &h));
	assert_int_equal(h.spi, 0x01020304);
	assert_int_equal(h.seq, 9);
	assert_int_equal(h.len, 24);
	/* Shorter than its own fixed part. */
	assert_false(ah_read(span_of((const uint8_t[44]){ [21] = 0 }, 44), 20, &h));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sealed_like_others),
		cmocka_unit_test(what_may_change),
		cmocka_unit_test(its_place),
		cmocka_unit_test(short_and_odd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
