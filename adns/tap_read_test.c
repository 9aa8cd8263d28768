/* What resolvers tell: notes, dnstap, the stream it comes in, and how much of it counts. */
#include "lib/test.h"

#include <string.h>

#include "adns/tap_frames.h"
#include "adns/tap_limits.h"

static struct adns_notice
notice(const char *name, const char *addr)
{
	struct adns_notice n = { .n_addrs = 1 };

	assert_true(dns_name_from_host(span_str(name), &n.name));
	assert_true(ip_addr_parse(addr, &n.addrs[0]));
	return n;
}

static void
test_note(void **state)
{
	struct adns_notice n = notice("East.OE.lab", "2001:db8::1"), got;
	uint8_t buf[TAP_NOTE_MAX], one[] = "oe\1\6\13east.oe.lab"
		"\4\300\0\2\1" "\4\300\0\2\2" "\4\300\0\2\3" "\4\300\0\2\4" "\4\300\0\2\5" "\4\300\0\2\6";
	struct wire_writer w = wire_writer(buf, sizeof(buf));
	struct span whole;

	(void)state;
	assert_true(tap_note_write(&w, &n));
	whole = wire_written(&w);
	assert_true(tap_note_read(whole, &got));
	assert_string_equal(got.name.text, "east.oe.lab.");
	assert_true(ip_addr_eq(&got.addrs[0], &n.addrs[0]));
	for (size_t len = 0; len < whole.len; len++)
		assert_false(tap_note_read(span_of(buf, len), &got));
	assert_false(tap_note_read(span_of(buf, whole.len + 1), &got));
	/* Of six addresses four count. */
	assert_true(tap_note_read(span_of(one, sizeof(one) - 1), &got));
	assert_int_equal(got.n_addrs, ADNS_MAX_NOTED);
	one[2] = 2;
	assert_false(tap_note_read(span_of(one, sizeof(one) - 1), &got));
	one[2] = 1;
	one[9] = ' ';
	assert_false(tap_note_read(span_of(one, sizeof(one) - 1), &got));
	one[9] = '.';
	one[3] = 0;
	assert_false(tap_note_read(span_of(one, sizeof(one) - 1), &got));
}

/* "east.oe.lab A": by a CNAME, 192.0.2.7. */
static const uint8_t response[] =
	"\x12\x34\x81\xa0\0\1\0\2\0\0\0\0" "\5alias\2oe\3lab\0\0\1\0\1"
	"\xc0\x0c\0\5\0\1\0\0\0\x3c\0\7\4east\xc0\x12"
	"\xc0\x2a\0\1\0\1\0\0\0\x3c\0\4\300\0\2\7";

/* A frame: message type KIND, the response, and fields that we do not read. */
static size_t
frame(uint8_t *buf, uint8_t kind, size_t response_len)
{
	struct wire_writer w = wire_writer(buf, 512);
	size_t inner = 2 + 2 + 5 + 2 + response_len;

	wire_put_u8(&w, 15 << 3);		/* type: MESSAGE */
	wire_put_u8(&w, 1);
	wire_put_u8(&w, 14 << 3 | 2);		/* message */
	wire_put_u8(&w, (uint8_t)inner);
	wire_put_u8(&w, 1 << 3);		/* type of message */
	wire_put_u8(&w, kind);
	wire_put_u8(&w, 2 << 3);		/* socket family */
	wire_put_u8(&w, 1);
	wire_put_u8(&w, 9 << 3 | 5);		/* query time, nanoseconds */
	wire_put_u32(&w, 0);
	wire_put_u8(&w, 14 << 3 | 2);		/* response message */
	wire_put_u8(&w, (uint8_t)response_len);
	wire_put(&w, span_of(response, response_len));
	assert_true(wire_fits(&w) && inner < 128);
	return w.len;
}

static void
test_dnstap(void **state)
{
	uint8_t buf[512];
	size_t len = frame(buf, 6, sizeof(response) - 1);
	struct adns_notice n;

	(void)state;
	assert_int_equal(tap_dnstap_read(span_of(buf, len), &n), 1);
	assert_string_equal(n.name.text, "alias.oe.lab.");
	assert_int_equal(n.n_addrs, 1);
	assert_memory_equal(ip_addr_span(&n.addrs[0]).ptr, "\300\0\2\7", 4);
	for (size_t cut = 0; cut < len; cut++)
		assert_int_not_equal(tap_dnstap_read(span_of(buf, cut), &n), 1);
	/* A query, and an answer that ends too soon, are nothing to us. */
	len = frame(buf, 5, sizeof(response) - 1);
	assert_int_equal(tap_dnstap_read(span_of(buf, len), &n), 0);
	len = frame(buf, 6, sizeof(response) - 5);
	assert_int_equal(tap_dnstap_read(span_of(buf, len), &n), 0);
	assert_int_equal(tap_dnstap_read(span_of("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 11), &n), -1);
	assert_int_equal(tap_dnstap_read(span_of("\x72\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11), &n), -1);
}

/* Gives STREAM octet by octet or at once; what came of it, a letter each. */
static const char *
feed(struct tap_frames *s, const uint8_t *stream, size_t len, bool one_by_one)
{
	static char events[64];
	size_t n = 0, at = 0, room;
	struct span f;

	while (at < len) {
		uint8_t *into = tap_frames_room(s, &room);
		size_t now = one_by_one ? 1 : len - at < room ? len - at : room;
		enum tap_frames_event e;

		assert_true(room > 0);
		memcpy(into, stream + at, now);
		tap_frames_came(s, now);
		at += now;
		while ((e = tap_frames_next(s, &f)) != TAP_MORE && n < sizeof(events) - 1) {
			events[n++] = "?fAFX"[e];
			if (e == TAP_OVER || e == TAP_SAY_FINISH)
				at = len;
			if (e == TAP_OVER || e == TAP_SAY_FINISH)
				break;
		}
	}
	events[n] = '\0';
	return events;
}

#define CONTENT "\0\0\0\1\0\0\0\26protobuf:dnstap.Dnstap"
#define READY "\0\0\0\0\0\0\0\42\0\0\0\4" CONTENT
#define START "\0\0\0\0\0\0\0\42\0\0\0\2" CONTENT
#define STOP "\0\0\0\0\0\0\0\4\0\0\0\3"
#define FED(text, one) feed(s, (const uint8_t *)text, sizeof(text) - 1, one)

static void
test_frames(void **state)
{
	static struct tap_frames stream;
	static uint8_t large[TAP_FRAME_MAX + 200];
	struct tap_frames *s = &stream;

	(void)state;
	for (int one = 0; one < 2; one++) {
		*s = (struct tap_frames){ .state = TAP_FRESH };
		assert_string_equal(FED(READY START "\0\0\0\2ab\0\0\0\1c" STOP, one), "AffF");
		*s = (struct tap_frames){ .state = TAP_FRESH };
		assert_string_equal(FED(START "\0\0\0\2ab", one), "f");
		*s = (struct tap_frames){ .state = TAP_FRESH };
		assert_string_equal(FED("\0\0\0\2ab", one), "X");
		*s = (struct tap_frames){ .state = TAP_FRESH };
		assert_string_equal(FED("GET / HTTP", one), "X");
		*s = (struct tap_frames){ .state = TAP_FRESH };
		assert_string_equal(FED(READY READY, one), "AX");
		*s = (struct tap_frames){ .state = TAP_FRESH };
		assert_string_equal(FED("\0\0\0\0\0\0\0\20\0\0\0\4\0\0\0\1\0\0\0\4text", one), "X");
		*s = (struct tap_frames){ .state = TAP_FRESH };
		assert_string_equal(FED(STOP, one), "X");
		/* One that is too large goes by. */
		*s = (struct tap_frames){ .state = TAP_STARTED };
		memset(large, 'x', sizeof(large));
		memcpy(large, "\0\0\x40\x64", 4);		/* 16484 */
		memcpy(large + 4 + 16484, "\0\0\0\1z", 5);
		assert_string_equal(feed(s, large, 4 + 16484 + 5, one), "f");
		assert_int_equal(s->skipped, 1);
	}
}

static void
test_limits(void **state)
{
	static struct tap_limits l;
	struct adns_tap_counts c = { 0 };
	unsigned passed = 0;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		struct adns_notice n = notice("east.oe.lab", "10.0.0.1");

		n.addrs[0] = ip_addr_from(span_of((uint8_t[]){ 10, (uint8_t)(i / 10), 0, (uint8_t)(i % 10 + 1) }, 4));
		passed += tap_limits_pass(&l, &n, 1000, &c);
	}
	assert_int_equal(passed, 200);
	assert_int_equal(c.limited, 800);
	/* One prefix has less than all together. */
	l = (struct tap_limits){ .full_ms = 0 };
	passed = 0;
	for (unsigned i = 0; i < 100; i++) {
		struct adns_notice n = notice("east.oe.lab", "10.200.0.1");

		n.addrs[0] = ip_addr_from(span_of((uint8_t[]){ 10, 200, 0, (uint8_t)(i + 1) }, 4));
		passed += tap_limits_pass(&l, &n, 2000, &c);
	}
	assert_int_equal(passed, 16);
	/* What was told is not told again for half a minute. */
	c.repeated = 0;
	for (unsigned s = 40; s < 100; s += 10) {
		struct adns_notice n = notice("far.oe.lab", "192.0.2.9");

		assert_int_equal(tap_limits_pass(&l, &n, s * 1000, &c), s == 40 || s == 70);
	}
	assert_int_equal(c.repeated, 4);
	/* Nobody is asked about these. */
	struct adns_notice none = notice("x.oe.lab", "127.0.0.1");

	none.n_addrs = 3;
	assert_true(ip_addr_parse("fe80::1", &none.addrs[1]));
	assert_true(ip_addr_parse("224.0.0.1", &none.addrs[2]));
	assert_false(tap_limits_pass(&l, &none, 200000, &c));
}

/* And from adns to pluto. */
static void
test_door(void **state)
{
	struct adns_notice n = notice("east.oe.lab", "192.0.2.1"), got;
	const struct adns_tap_counts c = { .told = 1, .malformed = 2, .refused = 3, .limited = 4,
		.repeated = 5, .dropped = 6 };
	struct adns_tap_counts c2;
	uint8_t buf[1024];
	struct ipc_writer w;
	struct ipc_reader r;

	(void)state;
	assert_true(adns_notice_write(&w, buf, sizeof(buf), &n));
	r = ipc_open(wire_written(&w.w));
	assert_true(adns_notice_read(&r, &got));
	assert_string_equal(got.name.text, n.name.text);
	assert_true(ip_addr_eq(&got.addrs[0], &n.addrs[0]));
	for (size_t len = 0; len < w.w.len; len++) {
		r = ipc_open(span_of(buf, len));
		assert_false(adns_notice_read(&r, &got));
	}
	n.n_addrs = 0;
	assert_false(adns_notice_write(&w, buf, sizeof(buf), &n));
	assert_true(adns_tap_counts_write(&w, buf, sizeof(buf), &c));
	r = ipc_open(wire_written(&w.w));
	assert_true(adns_tap_counts_read(&r, &c2));
	assert_memory_equal(&c, &c2, sizeof(c));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_note),
		cmocka_unit_test(test_dnstap),
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_door),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
