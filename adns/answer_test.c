/* Checks what is found in DNS replies, hand-made ones and malformed ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "adns/answer.h"
#include "lib/rr_ipseckey.h"

enum { IN = 1, CH = 3, CNAME = 5, SOA = 6, RRSIG = 46 };

static uint8_t buf[4096];
static struct wire_writer w;
static struct adns_answer out;

static const struct dns_name qname = { "1.2.1.192.in-addr.arpa." };

/* Labels from "a.b.c"; a final number of the form "*12" is a pointer to 12. */
static void
put_name(const char *text)
{
	while (*text != '\0' && *text != '*') {
		size_t n = strcspn(text, ".");

		wire_put_u8(&w, (uint8_t)n);
		wire_put(&w, span_of(text, n));
		text += n + (text[n] == '.');
	}
	if (*text == '*')
		wire_put_u16(&w, (uint16_t)(0xc000 | strtoul(text + 1, NULL, 10)));
	else
		wire_put_u8(&w, 0);
}

/* A reply with the question at offset 12. */
static void
begin(uint16_t flags, uint16_t an, uint16_t ns)
{
	w = wire_writer(buf, sizeof(buf));
	wire_put_u16(&w, 0x1234);
	wire_put_u16(&w, flags);
	wire_put_u16(&w, 1);
	wire_put_u16(&w, an);
	wire_put_u16(&w, ns);
	wire_put_u16(&w, 0);
	put_name("1.2.1.192.In-Addr.ARPA");
	wire_put_u16(&w, RRTYPE_IPSECKEY);
	wire_put_u16(&w, IN);
}

static size_t
begin_rr(const char *owner, uint16_t type, uint16_t rrclass, uint32_t ttl)
{
	put_name(owner);
	wire_put_u16(&w, type);
	wire_put_u16(&w, rrclass);
	wire_put_u32(&w, ttl);
	return wire_begin_len16(&w);
}

static void
put_key(const char *owner, uint16_t rrclass, uint32_t ttl, uint8_t prec)
{
	size_t at = begin_rr(owner, RRTYPE_IPSECKEY, rrclass, ttl);
	const uint8_t rdata[] = { prec, 0, 4, 1, 2, 3 };

	wire_put(&w, SPAN_OF(rdata));
	wire_end_len16(&w, at, 0);
}

static void
put_cname(const char *owner, uint32_t ttl, const char *target)
{
	size_t at = begin_rr(owner, CNAME, IN, ttl);

	put_name(target);
	wire_end_len16(&w, at, 0);
}

static void
put_soa(uint32_t ttl, uint32_t minimum)
{
	size_t at = begin_rr("2.1.192.in-addr.arpa", SOA, IN, ttl);

	put_name("ns");
	put_name("hostmaster.ns");
	for (uint32_t i = 0; i < 4; i++)
		wire_put_u32(&w, 7200);
	wire_put_u32(&w, minimum);
	wire_end_len16(&w, at, 0);
}

static void
read_it(void)
{
	out = (struct adns_answer){ 0 };
	assert_true(wire_fits(&w));
	answer_read(wire_written(&w), &qname, RRTYPE_IPSECKEY, &out);
}

static void
plain(void **state)
{
	(void)state;
	begin(0x8180, 3, 0);
	put_key("*12", IN, 300, 10);
	put_key("*12", IN, 200, 20);
	wire_end_len16(&w, begin_rr("*12", RRSIG, IN, 100), 0);
	read_it();
	assert_int_equal(out.status, ADNS_ANSWERED);
	assert_int_equal(out.n_rdata, 2);
	assert_int_equal(out.ttl_s, 200);
	assert_int_equal(out.rdata[1].len, 6);
	assert_int_equal(out.rdata[1].ptr[0], 20);
}

static void
cname_chain(void **state)
{
	(void)state;
	begin(0x8180, 3, 0);
	put_key("target.oe.lab", IN, 900, 1);
	put_cname("1.0/25.2.1.192.in-addr.arpa", 120, "Target.OE.lab");
	put_cname("*12", 3600, "1.0/25.2.1.192.in-addr.arpa");
	read_it();
	assert_int_equal(out.status, ADNS_ANSWERED);
	assert_int_equal(out.n_rdata, 1);
	assert_int_equal(out.ttl_s, 120);
}

static void
cname_loop(void **state)
{
	(void)state;
	begin(0x8180, 2, 0);
	put_cname("*12", 3600, "b.lab");
	put_cname("b.lab", 3600, "*12");
	read_it();
	assert_int_equal(out.status, ADNS_FAILED);
	assert_non_null(strstr(out.why, "CNAME"));
}

static void
cname_to_nothing(void **state)
{
	(void)state;
	begin(0x8183, 1, 1);
	put_cname("*12", 50, "b.lab");
	put_soa(300, 200);
	read_it();
	assert_int_equal(out.status, ADNS_NXDOMAIN);
	assert_int_equal(out.ttl_s, 50);
}

static void
wrong_owner_or_class(void **state)
{
	(void)state;
	begin(0x8180, 3, 1);
	put_key("2.2.1.192.in-addr.arpa", IN, 300, 10);
	put_key("*12", CH, 300, 10);
	put_key("1.1.2.1.192.in-addr.arpa", IN, 300, 10);
	put_soa(300, 900);
	read_it();
	assert_int_equal(out.status, ADNS_NODATA);
	assert_int_equal(out.n_rdata, 0);
	assert_int_equal(out.ttl_s, 300);
}

static void
denials(void **state)
{
	(void)state;
	begin(0x8180, 0, 1);
	put_soa(3600, 60);
	read_it();
	assert_int_equal(out.status, ADNS_NODATA);
	assert_int_equal(out.ttl_s, 60);
	begin(0x8183, 0, 0);
	read_it();
	assert_int_equal(out.status, ADNS_NXDOMAIN);
	assert_int_equal(out.ttl_s, 0);
	begin(0x8182, 0, 0);
	read_it();
	assert_int_equal(out.status, ADNS_FAILED);
}

static void
not_a_reply(void **state)
{
	(void)state;
	begin(0x0100, 1, 0);
	put_key("*12", IN, 300, 10);
	read_it();
	assert_int_equal(out.status, ADNS_FAILED);
	begin(0x8380, 1, 0);	/* truncated */
	put_key("*12", IN, 300, 10);
	read_it();
	assert_int_equal(out.status, ADNS_FAILED);
}

static void
bad_pointers(void **state)
{
	/* to itself, forwards, beyond the message, an unknown label kind */
	static const uint16_t bad[] = { 0xc000 | 40, 0xc000 | 42, 0xffff, 0x8001 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		begin(0x8180, 1, 0);
		assert_int_equal(w.len, 40);
		wire_put_u16(&w, bad[i]);
		wire_put_u16(&w, RRTYPE_IPSECKEY);
		wire_put_zeros(&w, 20);
		read_it();
		assert_int_equal(out.status, ADNS_FAILED);
	}
}

static void
too_long_name(void **state)
{
	(void)state;
	begin(0x8180, 1, 0);
	for (unsigned i = 0; i < 4; i++) {
		wire_put_u8(&w, 63);
		wire_put_zeros(&w, 63);
	}
	wire_put_u8(&w, 0);
	wire_put_zeros(&w, 10);
	read_it();
	assert_int_equal(out.status, ADNS_FAILED);
}

static void
more_than_fits(void **state)
{
	(void)state;
	begin(0x8180, 40, 0);
	for (uint8_t i = 0; i < 40; i++)
		put_key("*12", IN, 300, i);
	read_it();
	assert_int_equal(out.status, ADNS_ANSWERED);
	assert_int_equal(out.n_rdata, ADNS_MAX_RDATA);
}

static void
ttl_above_2_31_is_0(void **state)
{
	(void)state;
	begin(0x8180, 1, 0);
	put_key("*12", IN, 0x80000001, 1);
	read_it();
	assert_int_equal(out.ttl_s, 0);
}

/* Cut anywhere, a reply is never taken for an answer. */
static void
truncation(void **state)
{
	size_t whole;

	(void)state;
	begin(0x8180, 2, 0);
	put_cname("*12", 3600, "b.lab");
	put_key("b.lab", IN, 300, 10);
	whole = w.len;
	for (size_t n = 0; n < whole; n++) {
		out = (struct adns_answer){ 0 };
		answer_read(span_of(buf, n), &qname, RRTYPE_IPSECKEY, &out);
		assert_int_equal(out.status, ADNS_FAILED);
		assert_int_equal(out.n_rdata, 0);
	}
}

static void
types(void **state)
{
	(void)state;
	assert_true(answer_type_known(RRTYPE_IPSECKEY));
	assert_true(answer_type_known(RRTYPE_TXT));
	assert_false(answer_type_known(CNAME));
	assert_false(answer_type_known(255));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
		cmocka_unit_test(cname_chain),
		cmocka_unit_test(cname_loop),
		cmocka_unit_test(cname_to_nothing),
		cmocka_unit_test(wrong_owner_or_class),
		cmocka_unit_test(denials),
		cmocka_unit_test(not_a_reply),
		cmocka_unit_test(bad_pointers),
		cmocka_unit_test(too_long_name),
		cmocka_unit_test(more_than_fits),
		cmocka_unit_test(ttl_above_2_31_is_0),
		cmocka_unit_test(truncation),
		cmocka_unit_test(types),
	};

	return cmocka_run_group_tests_name("answer", tests, NULL, NULL);
}
