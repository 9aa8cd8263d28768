/* Records as text, key files, and the line in ipsec.secrets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include <errno.h>

#include <openssl/pem.h>

#include "zones/key_file.h"
#include "zones/record.h"
#include "zones/secrets_line.h"

#define KEY "DHkk5ELqV2CEY2mNIIQFejoq74Y6+Tz178vQekWQwB0="

static struct pubkey
test_key(void)
{
	struct chunk raw;
	struct pubkey k;
	const char *err = NULL;

	assert_int_equal(base64_decode(KEY, &raw), 0);
	assert_true(pubkey_from_dns(IPSECKEY_EDDSA, chunk_span(raw), &k, &err));
	chunk_free(&raw);
	return k;
}

/* What is printed for Q; malloc'd. */
static char *
printed(const struct record_request *q, enum output_format format)
{
	struct pubkey k = test_key();
	struct record r;
	char err[200], *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_true(record_make(q, &k, &r, err, sizeof(err)));
	assert_true(record_print(&(struct output){ .out = out, .format = format }, &r));
	record_clear(&r);
	pubkey_free(&k);
	fclose(out);
	return text;
}

/* The line behind the comment is WANT. */
static void
expect_line(const struct record_request *q, const char *want)
{
	char *text = printed(q, OUTPUT_ZONE), *line = strchr(text, '\n');

	assert_memory_equal(text, "; key ed25519 SHA256:", 21);
	assert_non_null(line);
	assert_string_equal(line + 1, want);
	free(text);
}

static void
zone_lines(void **state)
{
	(void)state;
	expect_line(&(struct record_request){ .owner = "192.1.2.23",
	    .ttl = 3600, .precedence = 10 },
	    "23.2.1.192.in-addr.arpa. 3600 IN IPSECKEY 10 1 4 192.1.2.23 "
	    KEY "\n");
	expect_line(&(struct record_request){ .owner = "192.1.2.23",
	    .ttl = 0, .gateway = "none" },
	    "23.2.1.192.in-addr.arpa. 0 IN IPSECKEY 0 0 4 . " KEY "\n");
	expect_line(&(struct record_request){ .owner = "2001:db8::1",
	    .ttl = 60, .precedence = 255 },
	    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2."
	    "ip6.arpa. 60 IN IPSECKEY 255 2 4 2001:db8::1 " KEY "\n");
	expect_line(&(struct record_request){ .owner = "east.oe.lab",
	    .ttl = 5, .precedence = 1 },
	    "east.oe.lab. 5 IN IPSECKEY 1 0 4 . " KEY "\n");
	expect_line(&(struct record_request){ .owner = "192.1.2.23",
	    .ttl = 5, .gateway = "gw.oe.lab" },
	    "23.2.1.192.in-addr.arpa. 5 IN IPSECKEY 0 3 4 gw.oe.lab. "
	    KEY "\n");
	expect_line(&(struct record_request){ .owner = "192.1.2.23",
	    .ttl = 5, .gateway = "2001:db8::2" },
	    "23.2.1.192.in-addr.arpa. 5 IN IPSECKEY 0 2 4 2001:db8::2 "
	    KEY "\n");
}

static void
other_formats(void **state)
{
	const struct record_request q = { .owner = "192.1.2.23", .ttl = 60,
		.precedence = 10 };
	char *text = printed(&q, OUTPUT_GENERIC);

	(void)state;
	assert_non_null(strstr(text, "\n23.2.1.192.in-addr.arpa. 60 IN TYPE45 "
	    "\\# 39 0a0104c00102170c7924e442ea57608463698d2084057a3a2aef863a"
	    "f93cf5efcbd07a4590c01d\n"));
	free(text);
	text = printed(&q, OUTPUT_NSUPDATE);
	assert_non_null(strstr(text, "\nupdate add 23.2.1.192.in-addr.arpa. 60 "
	    "IN IPSECKEY 10 1 4 192.1.2.23 " KEY "\nsend\n"));
	free(text);
	text = printed(&q, OUTPUT_JSON);
	assert_memory_equal(text, "{\"owner\":\"23.2.1.192.in-addr.arpa.\",", 36);
	assert_non_null(strstr(text, "\"gateway\":\"192.1.2.23\",\"public_key\":"
	    "\"" KEY "\""));
	assert_string_equal(text + strlen(text) - 3, "\"}\n");
	free(text);
}

/* RFC 4322 5: TXT with a gateway, KEY without; RSA alone. */
static void
legacy_records(void **state)
{
	static const struct {
		struct record_request q;
		const char *has;
	} rows[] = {
		{ { .kind = RECORD_TXT, .owner = "10.1.0.10", .gateway = "192.1.2.45",
		    .precedence = 10, .ttl = 60 },
		  "\n10.0.1.10.in-addr.arpa. 60 IN TXT \"X-IPsec-Server(10)=192.1.2.45 AwEAA" },
		{ { .kind = RECORD_TXT, .owner = "192.1.2.45" },
		  "\n45.2.1.192.in-addr.arpa. 0 IN TXT \"X-IPsec-Server(0)=192.1.2.45 AwEAA" },
		{ { .kind = RECORD_TXT, .owner = "10.1.0.10", .gateway = "gw.oe.lab" },
		  " IN TXT \"X-IPsec-Server(0)=@gw.oe.lab AwEAA" },
		{ { .kind = RECORD_KEY, .owner = "192.1.2.45" },
		  "\n45.2.1.192.in-addr.arpa. 0 IN KEY 16896 4 1 AwEAA" },
	};
	EVP_PKEY *evp = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	struct pubkey ed = test_key(), rsa;
	struct record r;
	char err[200];

	(void)state;
	assert_true(pubkey_from_evp(evp, &rsa));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *text = NULL;
		size_t len;
		FILE *f = open_memstream(&text, &len);

		assert_true(record_make(&rows[i].q, &rsa, &r, err, sizeof(err)));
		assert_true(record_print(&(struct output){ .out = f }, &r));
		fclose(f);
		if (strstr(text, rows[i].has) == NULL)
			fail_msg("\"%s\" is not in %s", rows[i].has, text);
		free(text);
		record_clear(&r);
		assert_false(record_make(&rows[i].q, &ed, &r, err, sizeof(err)));
		assert_non_null(strstr(err, "RSA"));
	}
	assert_false(record_make(&(struct record_request){ .kind = RECORD_TXT, .owner = "a.b" },
				 &rsa, &r, err, sizeof(err)));
	assert_non_null(strstr(err, "-g"));
	assert_false(record_make(&(struct record_request){ .kind = RECORD_KEY, .owner = "a.b",
				 .gateway = "192.0.2.1" }, &rsa, &r, err, sizeof(err)));
	pubkey_free(&rsa);
	pubkey_free(&ed);
	EVP_PKEY_free(evp);
}

static void
refused_requests(void **state)
{
	static const char *const owners[] = { "", "a b", "-x;y", "a..b",
		"$(id)", "192.1.2.0/24\n" };
	struct pubkey k = test_key();
	struct record r;
	char err[200];

	(void)state;
	for (size_t i = 0; i < sizeof(owners) / sizeof(*owners); i++) {
		assert_false(record_make(&(struct record_request){
		    .owner = owners[i] }, &k, &r, err, sizeof(err)));
		assert_non_null(strstr(err, "expected an address or"));
		assert_false(record_make(&(struct record_request){
		    .owner = "a", .gateway = owners[i] }, &k, &r, err,
		    sizeof(err)));
		assert_non_null(strstr(err, "gateway"));
	}
	pubkey_free(&k);
}

static void
numbers(void **state)
{
	uint8_t p;
	uint32_t t;
	enum output_format f;

	(void)state;
	assert_true(record_precedence_parse("0", &p));
	assert_true(record_precedence_parse("255", &p));
	assert_false(record_precedence_parse("256", &p));
	assert_false(record_precedence_parse("-1", &p));
	assert_false(record_precedence_parse("", &p));
	assert_false(record_precedence_parse("10x", &p));
	assert_true(record_ttl_parse("2147483647", &t));
	assert_false(record_ttl_parse("2147483648", &t));
	assert_false(record_ttl_parse(" 1", &t));
	assert_true(output_format_parse("json", &f) && f == OUTPUT_JSON);
	assert_false(output_format_parse("xml", &f));
}

static char dir[64];

static const char *
in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static int
make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/record_test.XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int
remove_dir(void **state)
{
	(void)state;
	unlink(in_dir("key"));
	unlink(in_dir("secrets"));
	return rmdir(dir);
}

/* Writes EVP in one of four forms. */
static void
write_key(EVP_PKEY *evp, int form)
{
	FILE *f = fopen(in_dir("key"), "w");
	int ok = form == 0 ? PEM_write_PrivateKey(f, evp, NULL, NULL, 0, NULL,
	    NULL) : form == 1 ? PEM_write_PUBKEY(f, evp) :
	    form == 2 ? i2d_PrivateKey_fp(f, evp) : i2d_PUBKEY_fp(f, evp);

	assert_int_equal(ok, 1);
	fclose(f);
}

static void
key_files(void **state)
{
	EVP_PKEY *evp[] = { EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"),
		EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256") };
	char err[200];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct pubkey want, got;

		assert_true(pubkey_from_evp(evp[i], &want));
		for (int form = 0; form < 4; form++) {
			write_key(evp[i], form);
			assert_true(key_file_load(in_dir("key"), &got, err,
			    sizeof(err)));
			assert_true(pubkey_eq(&want, &got));
			pubkey_free(&got);
		}
		pubkey_free(&want);
		EVP_PKEY_free(evp[i]);
	}
}

static void
not_key_files(void **state)
{
	struct pubkey k;
	char err[200];
	FILE *f = fopen(in_dir("key"), "w");

	(void)state;
	fputs("no key\n", f);
	fclose(f);
	assert_false(key_file_load(in_dir("key"), &k, err, sizeof(err)));
	assert_non_null(strstr(err, "neither a private nor a public key"));
	assert_false(key_file_load(in_dir("none"), &k, err, sizeof(err)));
	assert_non_null(strstr(err, "No such file"));
	assert_false(key_file_load("/dev/zero", &k, err, sizeof(err)));
	assert_non_null(strstr(err, "too large"));
}

/* The text of the secrets file is WANT. */
static void
expect_secrets(const char *want)
{
	char text[400] = "";
	FILE *f = fopen(in_dir("secrets"), "r");
	size_t n = fread(text, 1, sizeof(text) - 1, f);

	fclose(f);
	text[n] = '\0';
	assert_string_equal(text, want);
}

static void
secrets_lines(void **state)
{
	struct stat st;
	FILE *f;

	(void)state;
	assert_int_equal(secrets_line_add(in_dir("secrets"), "/k/a.pem"), 0);
	assert_int_equal(stat(in_dir("secrets"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(secrets_line_add(in_dir("secrets"), "/k/a.pem"), 0);
	expect_secrets(": PUBKEY \"/k/a.pem\"\n");
	f = fopen(in_dir("secrets"), "a");
	fputs("# no newline", f);
	fclose(f);
	assert_int_equal(secrets_line_add(in_dir("secrets"), "/k/b"), 0);
	expect_secrets(": PUBKEY \"/k/a.pem\"\n# no newline\n"
	    ": PUBKEY \"/k/b\"\n");
	assert_true(secrets_line_add(in_dir("secrets"), "/k/\"b") < 0);
	assert_true(secrets_line_add(in_dir("secrets"), "/k\n: PSK") < 0);
	assert_true(secrets_line_add(in_dir("secrets"), "k") < 0);
}

static void
secrets_lines_go(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(chmod(in_dir("secrets"), 0640), 0);
	assert_int_equal(secrets_line_remove(in_dir("secrets"), "/k/a.pem"), 0);
	expect_secrets("# no newline\n: PUBKEY \"/k/b\"\n");
	assert_int_equal(stat(in_dir("secrets"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	/* Once more, and one that begins as it does. */
	assert_int_equal(secrets_line_remove(in_dir("secrets"), "/k/a.pem"), 0);
	assert_int_equal(secrets_line_add(in_dir("secrets"), "/k/bb"), 0);
	assert_int_equal(secrets_line_remove(in_dir("secrets"), "/k/b"), 0);
	expect_secrets("# no newline\n: PUBKEY \"/k/bb\"\n");
	assert_int_equal(secrets_line_remove(in_dir("none"), "/k/b"), -ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zone_lines),
		cmocka_unit_test(other_formats),
		cmocka_unit_test(legacy_records),
		cmocka_unit_test(refused_requests),
		cmocka_unit_test(numbers),
		cmocka_unit_test(key_files),
		cmocka_unit_test(not_key_files),
		cmocka_unit_test(secrets_lines),
		cmocka_unit_test(secrets_lines_go),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
