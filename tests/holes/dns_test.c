/* What a hostile zone, or a hostile name server, sends: rdata on its way to a key that
 * is believed, and whole messages on their way to rdata. */
#include "lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "adns/answer.h"
#include "lib/rr_ipseckey.h"
#include "pluto/dns_keys.h"
#include "tests/holes/spell.h"

#define ED25519 "dd64d7814be99f54650979e6f348066362d9fc4ad450466d677dc80e2f327e13"
#define RSA2048 "03010001 80 55*254 55"

static const struct spell_live nobody;

/* One record of a signed zone: is there a key in it for us? */
static const struct rdata_row {
	const char *id;
	uint16_t type;
	const char *words;
	bool usable;
} rdatas[] = {
	{ "D17", RRTYPE_IPSECKEY, "0a0004" ED25519, true },
	{ "D17", RRTYPE_IPSECKEY, "0a0002 " RSA2048, true },
	/* gateways: type 4 and more; too short; compressed, without a root, too long */
	{ "D17", RRTYPE_IPSECKEY, "0a0404" ED25519, false },
	{ "D17", RRTYPE_IPSECKEY, "0aff04" ED25519, false },
	{ "D17", RRTYPE_IPSECKEY, "0a0104 c00002", false },
	{ "D17", RRTYPE_IPSECKEY, "0a0204 20010db8*3 000000", false },
	{ "D17", RRTYPE_IPSECKEY, "0a0304 c00c" ED25519, false },
	{ "D05", RRTYPE_IPSECKEY, "0a0304 0367772e c00c" ED25519, false },
	{ "D17", RRTYPE_IPSECKEY, "0a0304 0367776c", false },
	{ "D05", RRTYPE_IPSECKEY, "0a0304 3f 61*63 3f 61*63 3f 61*63 3f 61*63 3f 61*63 00" ED25519, false },
	{ "D05", RRTYPE_IPSECKEY, "0a0304 ff 61*255 00" ED25519, false },
	{ "D05", RRTYPE_IPSECKEY, "0a0304 0161*128 00" ED25519, false },
	/* D01: names that a shell would run, or that begin another line */
	{ "D01", RRTYPE_IPSECKEY, "0a0304 09 ';touch/x;' 00" ED25519, false },
	{ "D01", RRTYPE_IPSECKEY, "0a0304 0a '`touch/x`a' 00" ED25519, false },
	{ "D01", RRTYPE_IPSECKEY, "0a0304 09 '$(reboot)' 00" ED25519, false },
	{ "D01", RRTYPE_IPSECKEY, "0a0304 03 610a62 00" ED25519, false },
	{ "D01", RRTYPE_IPSECKEY, "0a0304 03 610d0a 00" ED25519, false },
	{ "D01", RRTYPE_IPSECKEY, "0a0304 03 612061 00" ED25519, false },
	{ "D01", RRTYPE_IPSECKEY, "0a0304 03 '%n%' 00" ED25519, false },
	{ "D15", RRTYPE_IPSECKEY, "0a0304 06 '68656c' 2e 00" ED25519, false },
	/* algorithm 0 with a key; unknown ones; none at all */
	{ "D17", RRTYPE_IPSECKEY, "0a0000" ED25519, false },
	{ "D17", RRTYPE_IPSECKEY, "0a0005" ED25519, false },
	{ "D17", RRTYPE_IPSECKEY, "0a0001 00*64", false },
	{ "D17", RRTYPE_IPSECKEY, "0a0000", false },
	{ "D17", RRTYPE_IPSECKEY, "0a00", false },
	{ "D17", RRTYPE_IPSECKEY, "", false },
	/* RSA: an exponent longer than the rest, than the modulus; moduli of 0, 1, 7, 16385 bits */
	{ "D17", RRTYPE_IPSECKEY, "0a0002 00", false },
	{ "D17", RRTYPE_IPSECKEY, "0a0002 00ffff 01", false },
	{ "D17", RRTYPE_IPSECKEY, "0a0002 000000 80 55*255", false },
	{ "D17", RRTYPE_IPSECKEY, "0a0002 ff 55*255 80 55*15", false },
	{ "D17", RRTYPE_IPSECKEY, "0a0002 03010001", false },
	{ "D17", RRTYPE_IPSECKEY, "0a0002 03010001 01", false },
	{ "D17", RRTYPE_IPSECKEY, "0a0002 03010001 7f", false },
	{ "D17", RRTYPE_IPSECKEY, "0a0002 03010001 01 55*2047 55", false },
	{ "D17", RRTYPE_IPSECKEY, "0a0002 03010001 80 55*60000 55", false },
	/* curves: a point that is none, of another length */
	{ "D17", RRTYPE_IPSECKEY, "0a0003 00*64", false },
	{ "D17", RRTYPE_IPSECKEY, "0a0003 ff*96", false },
	{ "D17", RRTYPE_IPSECKEY, "0a0003 5a*63", false },
	{ "D17", RRTYPE_IPSECKEY, "0a0004 5a*31", false },
	{ "D17", RRTYPE_IPSECKEY, "0a0004 5a*33", false },
	/* H01: a gateway in TXT that looks like a distinguished name, and is too long for any */
	{ "H01", RRTYPE_TXT, "ff 'X-IPsec-Server(10)=@' 613d*117", false },
	{ "H01", RRTYPE_TXT, "ff 'X-IPsec-Server(10)=@' 61*234 ff 612e*127 61 ff 62*255 ff 3d*255", false },
	{ "H01", RRTYPE_TXT, "27 'X-IPsec-Server(10)=@C=US,O=x,CN=gateway'", false },
	/* TXT: strings that end too late, 255 of them, a NUL, lines, numbers that are none */
	{ "D17", RRTYPE_TXT, "ff 'X-IPsec-Server(10)=192.0.2.1'", false },
	{ "D17", RRTYPE_TXT, "00*255", false },
	{ "D17", RRTYPE_TXT, "01*2 58", false },
	{ "D17", RRTYPE_TXT, "1d 'X-IPsec-Server(10)=192.0.2.' 3100", false },
	{ "D17", RRTYPE_TXT, "1e 'X-IPsec-Server(10)=192.0.2.1' 0d0a", false },
	{ "D17", RRTYPE_TXT, "1c 'X-IPsec-Server(ab)=192.0.2.1'", false },
	{ "D17", RRTYPE_TXT, "1c 'X-IPsec-Server(-1)=192.0.2.1'", false },
	{ "D17", RRTYPE_TXT, "1d 'X-IPsec-Server(10)==192.0.2.1'", false },
	{ "D17", RRTYPE_TXT, "27 'X-IPsec-Server(10)=192.0.2.1' 20 '!!!!!!!!!!'", false },
	/* KEY: NOKEY, another protocol, no octets of a key */
	{ "D17", RRTYPE_KEY, "42000401 " RSA2048, true },
	{ "D17", RRTYPE_KEY, "c2000401", false },
	{ "D17", RRTYPE_KEY, "42000301 " RSA2048, false },
	{ "D17", RRTYPE_KEY, "4200ff01 " RSA2048, false },
	{ "D17", RRTYPE_KEY, "42000401", false },
	{ "D17", RRTYPE_KEY, "420004", false },
};

static bool
finds_key(uint16_t type, struct span rdata, enum adns_security security, unsigned copies)
{
	static struct adns_answer a;
	static struct dns_keys keys;
	bool found;

	a = (struct adns_answer){ .status = ADNS_ANSWERED, .security = security, .ttl_s = 300,
		.n_rdata = (uint16_t)copies };
	for (unsigned i = 0; i < copies; i++)
		a.rdata[i] = rdata;
	found = dns_keys_of_kind(&a, type, &keys);
	dns_keys_free(&keys);
	return found;
}

static void
records(void **state)
{
	const char *only = getenv("HOLE");
	static struct spelled s;

	(void)state;
	for (size_t i = 0; i < sizeof(rdatas) / sizeof(*rdatas); i++) {
		const struct rdata_row *r = &rdatas[i];
		struct chunk exact;

		if (only != NULL && strcmp(only, r->id) != 0)
			continue;
		spell(r->words, &nobody, &s);
		exact = chunk_copy(spelled_span(&s));
		if (finds_key(r->type, chunk_span(exact), ADNS_SECURE, 1) != r->usable)
			fail_msg("%s \"%.60s\": %s", r->id, r->words, r->usable ? "refused" : "a key");
		assert_false(finds_key(r->type, chunk_span(exact), ADNS_BOGUS, 1));
		assert_int_equal(finds_key(r->type, chunk_span(exact), ADNS_SECURE, ADNS_MAX_RDATA),
				 r->usable);
		for (size_t n = 0; n < exact.len && exact.len < 400; n++) {
			struct chunk cut = chunk_copy(span_of(exact.ptr, n));

			finds_key(r->type, chunk_span(cut), ADNS_SECURE, 1);
			chunk_free(&cut);
		}
		chunk_free(&exact);
	}
}

#define QNAME "0131 0132 0131 03 '192' 07 'in-addr' 04 'arpa' 00"
#define HEADER(flags, an, ns, ar) "1234 " flags " 0001 " an " " ns " " ar " " QNAME " 002d 0001 "
#define KEY_RR "c00c 002d 0001 0000012c 0023 0a0004" ED25519 " "
#define OTHERS_RR "0136 c00e 002d 0001 0000012c 0023 0a0004" ED25519 " "

/* A reply to 1.2.1.192.in-addr.arpa IPSECKEY. */
static const struct message_row {
	const char *id, *words;
	enum adns_status status;
	unsigned n;
} messages[] = {
	{ "D09", HEADER("8180", "0001", "0000", "0000") KEY_RR, ADNS_ANSWERED, 1 },
	/* the same record again and again; more of them than we take */
	{ "D09", HEADER("8180", "0002", "0000", "0000") KEY_RR KEY_RR, ADNS_ANSWERED, 2 },
	/* records in RDATA with names: signature, CNAME, SOA, all cut */
	{ "D05", HEADER("8180", "0002", "0000", "0000") KEY_RR "c00c 0005 0001 0000012c 0002 c0ff", ADNS_FAILED, 0 },
	{ "D05", HEADER("8180", "0001", "0000", "0000") "c00c 0005 0001 0000012c 0001 c0", ADNS_FAILED, 0 },
	/* another name's records, as a wildcard's replay would bring; another class */
	{ "D07", HEADER("8180", "0001", "0000", "0000") OTHERS_RR, ADNS_NODATA, 0 },
	{ "D08", HEADER("8180", "0001", "0001", "0001") OTHERS_RR KEY_RR KEY_RR, ADNS_NODATA, 0 },
	{ "D08", HEADER("8180", "0001", "0000", "0000") "c00c 002d 0003 0000012c 0023 0a0004" ED25519, ADNS_NODATA, 0 },
	{ "D08", HEADER("0180", "0001", "0000", "0000") KEY_RR, ADNS_FAILED, 0 },
	/* compression: pointers to themselves, forwards, in a long chain */
	{ "D11", HEADER("8180", "0001", "0000", "0000") "c028 002d 0001 0000012c 0000", ADNS_FAILED, 0 },
	{ "D11", HEADER("8180", "0001", "0000", "0000") "c0ff 002d 0001 0000012c 0000", ADNS_FAILED, 0 },
	{ "D11", HEADER("8180", "0002", "0000", "0000") "c00c 0010 0001 0000012c 0fa0 c00c*2000 c050 002d 0001 00000000 0000",
	  ADNS_ANSWERED, 1 },
	{ "D11", HEADER("8180", "ffff", "ffff", "ffff") "c00c 0010 0001 0000012c 0000 " , ADNS_FAILED, 0 },
	/* EDNS: thousands of options, lengths that lie, error reports, OPT in the answer */
	{ "D12", HEADER("8180", "0001", "0000", "0001") KEY_RR "00 0029 04d0 00008000 4e20 00030000*5000", ADNS_ANSWERED, 1 },
	{ "D12", HEADER("8180", "0001", "0000", "0001") KEY_RR "00 0029 04d0 00008000 ffff 0003ffff", ADNS_ANSWERED, 1 },
	{ "D12", HEADER("8180", "0002", "0000", "0000") "00 0029 04d0 00008000 0004 0003ffff " KEY_RR, ADNS_ANSWERED, 1 },
	{ "D13", HEADER("8180", "0001", "0000", "0001") KEY_RR "00 0029 04d0 00008000 0bb8 000f0002 0006*500", ADNS_ANSWERED, 1 },
	/* D16: nothing, half a header; NAPTR and SOA that end too soon */
	{ "D16", "", ADNS_FAILED, 0 },
	{ "D16", "1234 8180", ADNS_FAILED, 0 },
	{ "D16", "1234 8180 0001 0001 0000 0000", ADNS_FAILED, 0 },
	{ "D16", HEADER("8180", "0002", "0000", "0000") KEY_RR "c00c 0023 0001 0000012c 0005 0001000201", ADNS_ANSWERED, 1 },
	{ "D16", HEADER("8183", "0000", "0001", "0000") "c00e 0006 0001 0000012c 0004 c00ec00e", ADNS_NXDOMAIN, 0 },
	{ "D16", HEADER("8180", "0001", "0000", "0000") "c00c 002d 0001 0000012c 0023 0a0004", ADNS_FAILED, 0 },
	/* 64 KiB of it */
	{ "D17", HEADER("8180", "0001", "0000", "0000") "c00c 002d 0001 0000012c fde8 0a0002 55*64997", ADNS_ANSWERED, 1 },
	/* CNAMEs: round in a circle, to another owner */
	{ "D17", HEADER("8180", "0001", "0000", "0000") "c00c 0005 0001 0000012c 0002 c00c", ADNS_FAILED, 0 },
	{ "D17", HEADER("8180", "0002", "0000", "0000") "c00c 0005 0001 0000012c 0004 0136c00e " OTHERS_RR, ADNS_ANSWERED, 1 },
};

static const struct dns_name qname = { "1.2.1.192.in-addr.arpa." };

static void
read_reply(struct span message, struct adns_answer *out)
{
	*out = (struct adns_answer){ 0 };
	answer_read(message, &qname, RRTYPE_IPSECKEY, out);
}

static void
replies(void **state)
{
	const char *only = getenv("HOLE");
	static struct spelled s;
	static struct adns_answer a;

	(void)state;
	for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++) {
		const struct message_row *m = &messages[i];
		struct chunk exact;

		if (only != NULL && strcmp(only, m->id) != 0)
			continue;
		spell(m->words, &nobody, &s);
		exact = chunk_copy(spelled_span(&s));
		read_reply(chunk_span(exact), &a);
		if (a.status != m->status || a.n_rdata != m->n)
			fail_msg("%s \"%.40s ... %s\": status %d, %u records", m->id, m->words,
				 m->words + (strlen(m->words) > 50 ? strlen(m->words) - 50 : 0), a.status,
				 a.n_rdata);
		for (size_t n = 0; n < exact.len && exact.len < 400; n++) {
			struct chunk cut = chunk_copy(span_of(exact.ptr, n));

			read_reply(chunk_span(cut), &a);
			chunk_free(&cut);
		}
		chunk_free(&exact);
	}
}

/* D17: five hundred IPSECKEYs, of which as many are kept as fit. */
static void
five_hundred(void **state)
{
	static struct spelled head, record;
	static uint8_t bytes[60000];
	static struct adns_answer a;
	struct wire_writer w = wire_writer(bytes, sizeof(bytes));

	(void)state;
	spell(HEADER("8180", "01f4", "0000", "0000"), &nobody, &head);
	spell(KEY_RR, &nobody, &record);
	wire_put(&w, spelled_span(&head));
	for (unsigned i = 0; i < 500; i++) {
		record.bytes[record.len - 35] = (uint8_t)i;
		wire_put(&w, spelled_span(&record));
	}
	read_reply(wire_written(&w), &a);
	assert_int_equal(a.status, ADNS_ANSWERED);
	assert_int_equal(a.n_rdata, ADNS_MAX_RDATA);
}

/* D11: a name that is reached by thousands of pointers, each to the one before it; and as
 * many records that begin there. */
static void
long_chain(void **state)
{
	enum { POINTERS = 8000, RECORDS = 2000, RDATA_AT = 52 };
	static struct spelled head;
	static uint8_t bytes[60000];
	static struct adns_answer a;
	struct wire_writer w = wire_writer(bytes, sizeof(bytes));

	(void)state;
	spell(HEADER("8180", "07d1", "0000", "0000") "c00c 0010 0001 0000012c", &nobody, &head);
	wire_put(&w, spelled_span(&head));
	wire_put_u16(&w, 2 * POINTERS);
	assert_int_equal(w.len, RDATA_AT);
	wire_put_u16(&w, 0xc00c);
	for (unsigned i = 1; i < POINTERS; i++)
		wire_put_u16(&w, (uint16_t)(0xc000 | (RDATA_AT + 2 * (i - 1))));
	for (unsigned i = 0; i < RECORDS; i++) {
		wire_put_u16(&w, (uint16_t)(0xc000 | (RDATA_AT + 2 * (POINTERS - 1))));
		wire_put_u16(&w, RRTYPE_TXT);
		wire_put_u16(&w, 1);
		wire_put_u32(&w, 300);
		wire_put_u16(&w, 0);
	}
	assert_true(wire_fits(&w));
	read_reply(wire_written(&w), &a);
	assert_int_equal(a.n_rdata, 0);
}

/* D15: names that end in an escaped dot, and others that no host has, never reach a
 * library. */
static void
names(void **state)
{
	static const char *const bad[] = { "hello\\.", "hello\\", "a..b", ".", "", "a b", "a\\046b", ";reboot",
		"$(reboot)", "`a`", "a\nb", "a/b", "%s%n", "a'b", "\"a\"", "a|b" };
	struct dns_name out;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (dns_name_from_host(span_str(bad[i]), &out))
			fail_msg("\"%s\" is taken for a host's name", bad[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records), cmocka_unit_test(replies), cmocka_unit_test(five_hundred), cmocka_unit_test(long_chain),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
