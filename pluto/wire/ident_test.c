/* Identities: text, bodies, comparison, and hostile ones. */
#include "lib/test.h"

#include <string.h>

#include "pluto/wire/ident.h"

static void
both_ways(void **state)
{
	static const struct {
		const char *text, *again;
		uint8_t type, len;
	} rows[] = {
		{ "192.0.2.1", "192.0.2.1", ID_IPV4_ADDR, 4 },
		{ "2001:db8::1", "2001:db8::1", ID_IPV6_ADDR, 16 },
		{ "@east.oe.lab", "@east.oe.lab", ID_FQDN, 11 },
		{ "east.oe.lab.", "@east.oe.lab", ID_FQDN, 11 },
		{ "user@host", "user@host", ID_RFC822_ADDR, 9 },
		{ "@#00ff10", "@#00ff10", ID_KEY_ID, 3 },
		{ "%any", "%any", 0, 0 },
		{ "%none", "%any", 0, 0 },
		{ "%null", "%null", ID_NULL, 0 },
	};
	char err[200], text[300];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ident id;

		assert_true(ident_parse(rows[i].text, &id, err, sizeof(err)));
		assert_int_equal(id.type, rows[i].type);
		assert_int_equal(id.len, rows[i].len);
		assert_string_equal(ident_text(&id, text, sizeof(text)),
		    rows[i].again);
	}
}

static void
bad_text(void **state)
{
	static const char *const rows[] = {
		"", "@", "@#", "@#xy", "@#0", "%fromcert", "a b", "@a\nb",
		"C=DE, CN=x", "@caf\xc3\xa9",
	};
	char err[200], longest[300] = "@";
	struct ident id;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		err[0] = '\0';
		assert_false(ident_parse(rows[i], &id, err, sizeof(err)));
		assert_true(err[0] != '\0');
	}
	memset(longest + 1, 'a', 255);
	assert_true(ident_parse(longest, &id, err, sizeof(err)));
	longest[256] = 'a';
	assert_false(ident_parse(longest, &id, err, sizeof(err)));
	assert_false(ident_parse(longest, &id, err, 4));
	assert_int_equal(strlen(err), 3);
}

static bool
read_of(uint8_t type, size_t len, struct ident *id)
{
	uint8_t body[4 + 300] = { type };
	struct parse_error e;
	bool ok = ident_read(span_of(body, 4 + len), id, &e);

	assert_true(ok || e.notify == N_INVALID_SYNTAX);
	return ok;
}

static void
lengths(void **state)
{
	struct parse_error e;
	struct ident id;

	(void)state;
	for (size_t n = 0; n < 4; n++)
		assert_false(ident_read(span_of("\2\0\0", n), &id, &e));
	for (size_t n = 0; n <= 256; n++) {
		assert_false(read_of(0, n, &id));
		assert_int_equal(read_of(ID_IPV4_ADDR, n, &id), n == 4);
		assert_int_equal(read_of(ID_IPV6_ADDR, n, &id), n == 16);
		assert_int_equal(read_of(ID_FQDN, n, &id), n >= 1 && n <= 255);
		assert_int_equal(read_of(ID_DER_ASN1_DN, n, &id),
		    n >= 1 && n <= 255);
		assert_int_equal(read_of(ID_NULL, n, &id), n <= 255);
		assert_int_equal(read_of(77, n, &id), n >= 1 && n <= 255);
	}
}

static void
bodies(void **state)
{
	uint8_t body[259], buf[300];
	struct ident id, again;
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	struct payload_list l;
	struct parse_error e;
	char err[100];

	(void)state;
	assert_true(ident_parse("@a.b", &id, err, sizeof(err)));
	assert_int_equal(ident_body(&id, body), 7);
	assert_memory_equal(body, "\2\0\0\0a.b", 7);
	ident_write(&b, P_IDi, &id);
	assert_true(payload_list_read(ike_build_end(&b), b.first, &l, &e));
	assert_true(ident_read(l.p[0].body, &again, &e));
	assert_true(ident_eq(&id, &again));
	memset(id.data, 'x', 255);
	id.len = 255;
	assert_int_equal(ident_body(&id, body), 259);
}

static struct ident
of(const char *text)
{
	struct ident id;
	char err[100];

	assert_true(ident_parse(text, &id, err, sizeof(err)));
	return id;
}

static void
equal(void **state)
{
	static const struct { const char *a, *b; bool eq; } rows[] = {
		{ "@East.OE.lab", "@east.oe.LAB", true },
		{ "@east.oe.lab", "@east.oe.la", false },
		{ "@east.oe.lab", "@west.oe.lab", false },
		{ "@192.0.2.1", "192.0.2.1", false },
		{ "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.1", "192.0.2.2", false },
		{ "USER@host", "user@HOST", true },
		{ "@#41", "@#61", false },	/* octets have no case */
		{ "%null", "%null", true },
		{ "%null", "%any", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ident a = of(rows[i].a), b = of(rows[i].b);

		assert_int_equal(ident_eq(&a, &b), rows[i].eq);
		assert_int_equal(ident_eq(&b, &a), rows[i].eq);
	}
}

/* A NUL or an escape inside a name is neither an end nor a command. */
static void
unprintable(void **state)
{
	struct ident a = { ID_FQDN, 5, { 'a', 0, 'b', 0x1b, 0xff } };
	struct ident b = { ID_FQDN, 5, { 'a', 0, 'c', 0x1b, 0xff } };
	struct ident dn = { ID_DER_ASN1_DN, 2, { 0x30, 0x50 } };
	char text[300];

	(void)state;
	assert_string_equal(ident_text(&a, text, sizeof(text)), "@a?b??");
	assert_false(ident_eq(&a, &b));
	assert_string_equal(ident_text(&dn, text, sizeof(text)), "type9:3050");
	assert_string_equal(ident_text(&a, text, 3), "@a");
}

static void
addresses(void **state)
{
	struct ident v4 = of("192.0.2.1"), name = of("@a");
	struct ident short_v4 = { ID_IPV4_ADDR, 3, { 192, 0, 2 } };
	struct ip_addr a, none = { 0 };
	struct ident id;

	(void)state;
	assert_true(ident_addr(&v4, &a));
	id = ident_from_addr(&a);
	assert_true(ident_eq(&id, &v4));
	assert_false(ident_addr(&name, &a));
	assert_false(ident_addr(&short_v4, &a));
	assert_int_equal(ident_from_addr(&none).type, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways),
		cmocka_unit_test(bad_text),
		cmocka_unit_test(lengths),
		cmocka_unit_test(bodies),
		cmocka_unit_test(equal),
		cmocka_unit_test(unprintable),
		cmocka_unit_test(addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
