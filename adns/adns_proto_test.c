/* Checks the door's messages: round trips, every truncation, every bound. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "adns/adns_proto.h"

static uint8_t buf[IPC_MAX];

static const struct adns_query a_query = {
	.id = 0x1122334455667788, .rrtype = 45, .timeout_ms = 3000,
	.qname = { "23.2.1.192.in-addr.arpa." },
};

static struct adns_answer
an_answer(void)
{
	static const uint8_t one[] = { 10, 1, 4, 192, 1, 2, 23, 1, 2, 3 };
	static const uint8_t two[] = { 20, 0, 2 };

	return (struct adns_answer){
		.id = 7, .status = ADNS_ANSWERED, .security = ADNS_BOGUS, .ttl_s = 3600,
		.from_cache = true, .why = "signature expired", .n_rdata = 2,
		.rdata = { SPAN_OF(one), SPAN_OF(two) },
	};
}

static void
query_round_trip(void **state)
{
	struct ipc_writer w;
	struct ipc_reader r;
	struct adns_query q;

	(void)state;
	assert_true(adns_query_write(&w, buf, sizeof(buf), &a_query));
	r = ipc_open(wire_written(&w.w));
	assert_int_equal(r.type, ADNS_MSG_QUERY);
	assert_true(adns_query_read(&r, &q));
	assert_memory_equal(&q, &a_query, sizeof(q));
}

static void
answer_round_trip(void **state)
{
	struct adns_answer a = an_answer(), b;
	struct ipc_writer w;
	struct ipc_reader r;

	(void)state;
	assert_true(adns_answer_write(&w, buf, sizeof(buf), &a));
	r = ipc_open(wire_written(&w.w));
	assert_true(adns_answer_read(&r, &b));
	assert_int_equal(b.id, 7);
	assert_int_equal(b.status, ADNS_ANSWERED);
	assert_int_equal(b.security, ADNS_BOGUS);
	assert_int_equal(b.ttl_s, 3600);
	assert_true(b.from_cache);
	assert_string_equal(b.why, "signature expired");
	assert_int_equal(b.n_rdata, 2);
	assert_true(span_eq(b.rdata[0], a.rdata[0]));
	assert_true(span_eq(b.rdata[1], a.rdata[1]));
}

static void
hello_and_cancel_round_trip(void **state)
{
	struct adns_hello h = { "192.1.2.254", ". 20326 38696", ADNS_HEALTH_CLOCK }, h2;
	struct ipc_writer w;
	struct ipc_reader r;
	uint64_t id;

	(void)state;
	assert_true(adns_hello_write(&w, buf, sizeof(buf), &h));
	r = ipc_open(wire_written(&w.w));
	assert_true(adns_hello_read(&r, &h2));
	assert_int_equal(h2.health, ADNS_HEALTH_CLOCK);
	assert_string_equal(h2.resolvers, h.resolvers);
	assert_string_equal(h2.anchors, h.anchors);
	assert_true(adns_cancel_write(&w, buf, sizeof(buf), UINT64_MAX));
	r = ipc_open(wire_written(&w.w));
	assert_true(adns_cancel_read(&r, &id));
	assert_true(id == UINT64_MAX);
}

static bool
any_reads(struct span record)
{
	struct ipc_reader q = ipc_open(record), a = q, c = q, h = q;
	struct adns_query query;
	struct adns_answer answer;
	struct adns_hello hello;
	uint64_t id;
	bool taken = adns_query_read(&q, &query);

	taken |= adns_answer_read(&a, &answer);
	taken |= adns_cancel_read(&c, &id);
	taken |= adns_hello_read(&h, &hello);
	return taken;
}

/* Cut short anywhere, or one octet longer, no record is taken. */
static void
cut_everywhere(struct span whole)
{
	assert_true(any_reads(whole));
	for (size_t n = 0; n < whole.len; n++)
		assert_false(any_reads(span_of(whole.ptr, n)));
	assert_false(any_reads(span_of(whole.ptr, whole.len + 1)));
}

static void
truncation(void **state)
{
	struct adns_answer a = an_answer();
	struct adns_hello h = { "192.1.2.254", ". 20326 38696", ADNS_HEALTH_CLOCK };
	struct ipc_writer w;

	(void)state;
	memset(buf, 0, sizeof(buf));
	adns_query_write(&w, buf, sizeof(buf), &a_query);
	cut_everywhere(wire_written(&w.w));
	adns_answer_write(&w, buf, sizeof(buf), &a);
	cut_everywhere(wire_written(&w.w));
	adns_hello_write(&w, buf, sizeof(buf), &h);
	cut_everywhere(wire_written(&w.w));
	adns_cancel_write(&w, buf, sizeof(buf), 5);
	cut_everywhere(wire_written(&w.w));
}

static void
no_room(void **state)
{
	struct adns_answer a = an_answer();
	struct ipc_writer w;
	size_t need;

	(void)state;
	adns_answer_write(&w, buf, sizeof(buf), &a);
	need = wire_written(&w.w).len;
	for (size_t max = 0; max < need; max++)
		assert_false(adns_answer_write(&w, buf, max, &a));
	assert_true(adns_answer_write(&w, buf, need, &a));
	a.n_rdata = ADNS_MAX_RDATA + 1;
	assert_false(adns_answer_write(&w, buf, sizeof(buf), &a));
}

/* An answer of numbers that are out of their range, one at a time. */
static void
out_of_range(void **state)
{
	static const uint64_t good[] = { 1, ADNS_BUSY, ADNS_BOGUS, UINT32_MAX, 1 };
	static const uint64_t bad[] = { 0, ADNS_BUSY + 1, ADNS_BOGUS + 1,
		(uint64_t)UINT32_MAX + 1, 2 };

	(void)state;
	for (size_t wrong = 0; wrong <= 5; wrong++) {
		struct ipc_writer w = ipc_begin(buf, sizeof(buf), ADNS_MSG_ANSWER);
		struct adns_answer a;
		struct ipc_reader r;

		for (size_t i = 0; i < 5; i++)
			ipc_put_u64(&w, i == wrong ? bad[i] : good[i]);
		ipc_put_text(&w, "");
		ipc_put_u64(&w, 0);
		r = ipc_open(wire_written(&w.w));
		assert_int_equal(adns_answer_read(&r, &a), wrong == 5);
	}
}

static void
too_many_rdata(void **state)
{
	struct ipc_writer w = ipc_begin(buf, sizeof(buf), ADNS_MSG_ANSWER);
	struct adns_answer a;
	struct ipc_reader r;

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		ipc_put_u64(&w, 1);
	ipc_put_text(&w, "");
	ipc_put_u64(&w, ADNS_MAX_RDATA + 1);
	for (unsigned i = 0; i < ADNS_MAX_RDATA + 1; i++)
		ipc_put_bytes(&w, span_str("x"));
	r = ipc_open(wire_written(&w.w));
	assert_false(adns_answer_read(&r, &a));
	assert_true(a.n_rdata <= ADNS_MAX_RDATA);
}

static void
bad_names(void **state)
{
	static const char *const names[] = { "", "a b.", "a..b.", "-\"'.", "a;b." };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct adns_query q = a_query;
		struct ipc_writer w;
		struct ipc_reader r;

		strcpy(q.qname.text, names[i]);
		adns_query_write(&w, buf, sizeof(buf), &q);
		r = ipc_open(wire_written(&w.w));
		assert_false(adns_query_read(&r, &q));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(query_round_trip),
		cmocka_unit_test(answer_round_trip),
		cmocka_unit_test(hello_and_cancel_round_trip),
		cmocka_unit_test(truncation),
		cmocka_unit_test(no_room),
		cmocka_unit_test(out_of_range),
		cmocka_unit_test(too_many_rdata),
		cmocka_unit_test(bad_names),
	};

	return cmocka_run_group_tests_name("adns_proto", tests, NULL, NULL);
}
