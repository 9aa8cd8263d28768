/* ipsec.secrets: what is read, what wins, and what each mistake is called. */
#include "pluto/crypto/vectors.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pluto/keeper/keys.h"
#include "pluto/keeper/secrets.h"

static struct ident
id(const char *text)
{
	struct ident out = { 0 };
	char err[200];

	if (!ident_parse(text, &out, err, sizeof(err)))
		fail_msg("%s: %s", text, err);
	return out;
}

static struct secrets *
parse(const char *text)
{
	char err[300];
	struct secrets *s = secrets_parse_text(span_str(text), "t", err,
	    sizeof(err));

	if (!s)
		fail_msg("%s", err);
	return s;
}

/* The secret between LOCAL and REMOTE is WANT; NULL: there is none. */
static void
expect(const struct secrets *s, const char *local, const char *remote,
       const char *want)
{
	struct ident l = id(local), r = { 0 };
	struct secret got;
	bool ok;

	if (remote)
		r = id(remote);
	ok = secrets_find_psk(s, &l, remote ? &r : NULL, &got);
	if (ok != (want != NULL) ||
	    (ok && !span_eq(secret_span(&got), span_str(want))))
		fail_msg("%s to %s: not %s", local, remote ? remote : "?",
		    want ? want : "nothing");
	secret_free(&got);
}

static void
most_specific_wins(void **state)
{
	static const char text[] =
	    ": PSK \"nobody\"\n"
	    "%any : PSK \"any\"\n"
	    "@east : PSK \"us\"\n"
	    "%any @west : PSK \"any and them\"\n"
	    "@east %any : PSK \"us and any\"\n"
	    "@east @west : PSK \"both\"\n"
	    "192.0.2.1 @road : PSK \"pair\"\n";
	struct secrets *s = parse(text);

	(void)state;
	expect(s, "@east", "@west", "both");
	expect(s, "@west", "@east", "both");
	expect(s, "@east", "@north", "us and any");
	expect(s, "@east", NULL, "us and any");
	expect(s, "@south", "@west", "any and them");
	expect(s, "@south", "@north", "any");
	expect(s, "192.0.2.1", "@road", "pair");
	expect(s, "192.0.2.1", "@other", "any");
	secrets_free(s);
	s = parse(": PSK \"nobody\"\n@east : PSK \"us\"\n"
	    "@east @west : PSK \"both\"\n");
	expect(s, "@east", "@north", "us");
	expect(s, "@north", "@south", "nobody");
	/* a pair's secret is for that pair alone */
	expect(s, "@west", "@north", "nobody");
	secrets_free(s);
	s = parse("@east @west : PSK \"both\"\n");
	expect(s, "@west", "@north", NULL);
	expect(s, "@west", NULL, NULL);
	secrets_free(s);
}

static void
ties(void **state)
{
	struct secrets *s = parse("@a @b @c : PSK \"one\"\n"
	    "@a @b @d : PSK \"two\"\n@a @e @f : PSK \"same\"\n"
	    "@a @e @g : PSK \"same\"\n");

	(void)state;
	expect(s, "@a", "@b", NULL);
	expect(s, "@a", "@c", "one");
	expect(s, "@a", "@e", "same");
	secrets_free(s);
	s = parse("@a @b : PSK \"same\"\n@b @a : PSK \"same\"\n");
	expect(s, "@a", "@b", "same");
	secrets_free(s);
}

static void
spellings(void **state)
{
	struct secrets *s = parse(
	    "# a comment\n"
	    "\n"
	    "@a: PSK \"colon at the name\"\n"
	    "@b\n"
	    "\t@c   # over several lines\n"
	    "    :\n"
	    "# between\n"
	    "\n"
	    "  psk\n"
	    "\t'single # quotes \"'\n"
	    "@d : \"bare\"\n"
	    "@e : PSK 0x68656c6c6f\n"
	    "@f : PSK 0saGVsbG8=\n"
	    "2001:db8::1 192.0.2.1 : PSK \"six\"\r\n"
	    "0.0.0.0 @g : PSK \"old any\"\n"
	    "@h : XAUTH \"pw\"\n"
	    "user@host : PSK \"user\"");

	(void)state;
	expect(s, "@a", NULL, "colon at the name");
	expect(s, "@b", "@c", "single # quotes \"");
	expect(s, "@d", NULL, "bare");
	expect(s, "@e", NULL, "hello");
	expect(s, "@f", NULL, "hello");
	expect(s, "2001:db8::1", "192.0.2.1", "six");
	expect(s, "@z", "@g", "old any");
	expect(s, "user@host", NULL, "user");
	expect(s, "@h", NULL, NULL);
	assert_int_equal(secrets_count(s), 9);
	assert_int_equal(secrets_view(s, 1).line, 4);
	assert_int_equal(secrets_view(s, 7).kind, SECRET_XAUTH);
	secrets_free(s);
}

/* Users of XAUTH by name; without one, the only one. */
static void
users(void **state)
{
	struct secrets *one = parse("@road : XAUTH \"a\"\n@road : PSK \"not this\"\n");
	struct secrets *two = parse("@road : XAUTH \"a\"\nuser@host : XAUTH \"b\"\n");
	struct ident name;
	struct secret s;

	(void)state;
	assert_true(secrets_find_xauth(one, span_str(""), &name, &s));
	assert_true(span_eq(span_of(name.data, name.len), span_str("road")));
	assert_true(span_eq(secret_span(&s), span_str("a")));
	secret_free(&s);
	assert_false(secrets_find_xauth(one, span_str("rail"), &name, &s));
	assert_false(secrets_find_xauth(two, span_str(""), &name, &s));
	assert_true(secrets_find_xauth(two, span_str("user@host"), &name, &s));
	assert_true(span_eq(secret_span(&s), span_str("b")));
	secret_free(&s);
	secrets_free(one);
	secrets_free(two);
}

static void
empty_files(void **state)
{
	static const char *const texts[] = { "", "\n", "# only\n  # these", " " };

	(void)state;
	for (size_t i = 0; i < N_ROWS(texts); i++) {
		struct secrets *s = parse(texts[i]);

		assert_int_equal(secrets_count(s), 0);
		assert_int_equal(secrets_count(s), 0);
		secrets_free(s);
	}
}

static void
mistakes(void **state)
{
	static const struct { const char *text, *err; } rows[] = {
		{ " @a : PSK \"x\"\n", "t:1: expected an entry to begin" },
		{ "\n@a\n@b : PSK \"x\"\n", "t:3: expected \" : \"" },
		{ "@a\n", "expected \" : \"" },
		{ "@a :PSK \"x\"\n", "t:1: expected" },
		{ "@a :\n", "t:1: expected PSK, RSA" },
		{ "@a : WHAT \"x\"\n", "t:1: expected PSK, RSA" },
		{ "@a : PIN \"x\"\n", "t:1: expected PSK, RSA" },
		{ "@a : PSK\n", "t:1: expected a secret" },
		{ "@a : PSK\n@b : PSK \"x\"\n", "t:1: expected a secret" },
		{ "@a : PSK \"\"\n", "expected a secret of 1 to" },
		{ "@a : PSK \"open\n", "t:1: expected a closing quote" },
		{ "@a : PSK plain\n", "expected a secret as \"text\"" },
		{ "@a : PSK 0x\n", "expected a secret as" },
		{ "@a : PSK 0xzz\n", "expected a secret as" },
		{ "@a : PSK 0s!!\n", "expected a secret as" },
		{ "@a : PSK \"x\" more\n", "expected nothing more" },
		{ ": RSA\n", "t:1: expected the name of a PEM file" },
		{ ": RSA {\n\tModulus: 0x1\n\t}\n", "keys written out" },
		{ ": PUBKEY k.pem\n", "expected no key file here" },
		{ "include x\n", "expected no include here" },
		{ "include\n", "expected a file name after include" },
		{ "include a b\n", "expected one file name" },
		{ "@a : PSK \"x\"\n@a : PSK \"y\"\n",
		  "t:2: expected the same secret as for the same identities "
		  "in t:1" },
	};
	char err[300];

	(void)state;
	for (size_t i = 0; i < N_ROWS(rows); i++) {
		assert_null(secrets_parse_text(span_str(rows[i].text), "t",
		    err, sizeof(err)));
		if (!strstr(err, rows[i].err))
			fail_msg("row %zu: \"%s\"", i, err);
	}
}

/* The text of a secret never stands in an error. */
static void
errors_keep_secrets(void **state)
{
	char err[300];

	(void)state;
	assert_null(secrets_parse_text(span_str("@a : PSK hunter2\n"), "t",
	    err, sizeof(err)));
	assert_null(strstr(err, "hunter2"));
	assert_null(secrets_parse_text(span_str("@a : PSK \"x\" hunter2\n"),
	    "t", err, sizeof(err)));
	assert_null(strstr(err, "hunter2"));
}

static char dir[64];

static void
path_in(const char *name, char out[128])
{
	snprintf(out, 128, "%s/%s", dir, name);
}

static void
put(const char *name, const char *text)
{
	char path[128];
	FILE *f;

	path_in(name, path);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	chmod(path, 0600);
}

static struct secrets *
load(const char *name, char *err, size_t errlen)
{
	char path[128];

	path_in(name, path);
	return secrets_load(path, dir, err, errlen);
}

static int
make_dir(void **state)
{
	char path[128];

	(void)state;
	strcpy(dir, "/tmp/secrets_test.XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	path_in("private", path);
	return mkdir(path, 0700);
}

static int
remove_dir(void **state)
{
	static const char *const names[] = { "main", "sub.1", "sub.2", "loop",
		"private/a.pem", "private/b.pem" };
	char path[128];

	(void)state;
	for (size_t i = 0; i < N_ROWS(names); i++) {
		path_in(names[i], path);
		unlink(path);
	}
	path_in("private", path);
	rmdir(path);
	return rmdir(dir);
}

static void
includes(void **state)
{
	char err[300] = "";
	struct secrets *s;

	(void)state;
	put("main", "@a : PSK \"one\"\ninclude sub.*\ninclude none.*\n");
	put("sub.1", "@b : PSK \"two\"\n");
	put("sub.2", "@c : PSK \"three\"\n");
	s = load("main", err, sizeof(err));
	assert_non_null(s);
	expect(s, "@a", NULL, "one");
	expect(s, "@c", NULL, "three");
	secrets_free(s);
	put("sub.2", "\n@c : PSK\n");
	assert_null(load("main", err, sizeof(err)));
	assert_non_null(strstr(err, "/sub.2:2: expected a secret"));
	put("main", "\ninclude missing\n");
	assert_null(load("main", err, sizeof(err)));
	assert_non_null(strstr(err, "/main:2: "));
	assert_non_null(strstr(err, "No such file"));
	put("loop", "include loop\n");
	assert_null(load("loop", err, sizeof(err)));
	assert_non_null(strstr(err, "deeper than 10"));
	assert_null(load("missing", err, sizeof(err)));
	assert_non_null(strstr(err, "No such file"));
}

static struct private_key
new_key(const char *name, enum pubkey_kind kind)
{
	struct private_key k;
	char path[128];

	path_in(name, path);
	assert_true(private_key_generate(kind, 0, &k));
	assert_int_equal(private_key_save(&k, path), 0);
	return k;
}

static struct key_list
list_of(const struct secrets *s)
{
	struct key_list l = { NULL, 0, 0 };

	for (size_t i = 0; i < secrets_count(s); i++) {
		struct secret_view v = secrets_view(s, i);

		assert_true(key_list_add(&l, &(struct key_entry){ .pub = v.key->pub,
			.ids = (struct ident *)v.ids, .n_ids = v.n_ids, .where = "" }));
	}
	return l;
}

static void
keys(void **state)
{
	struct private_key a = new_key("private/a.pem", PUBKEY_ED25519);
	struct private_key b = new_key("private/b.pem", PUBKEY_P256);
	struct key_list l;
	struct ident us = id("@us"), them = id("@them");
	char err[300] = "", text[400];
	struct secrets *s;

	(void)state;
	put("main", ": PUBKEY a.pem\n@us : ECDSA b.pem\n");
	s = load("main", err, sizeof(err));
	if (!s)
		fail_msg("%s", err);
	l = list_of(s);
	assert_true(pubkey_eq(key_list_find(&l, &us), &b.pub));
	assert_true(pubkey_eq(key_list_find(&l, &them), &a.pub));
	assert_true(pubkey_eq(key_list_find(&l, NULL), &a.pub));
	assert_true(pubkey_eq(key_list_print(&l, b.pub.fingerprint), &b.pub));
	assert_null(key_list_print(&l, "SHA256:"));
	key_list_free(&l);
	assert_true(pubkey_eq(&secrets_find_print(s, b.pub.fingerprint)->pub, &b.pub));
	assert_null(secrets_find_print(s, "SHA256:"));
	secrets_describe(s, 1, text, sizeof(text));
	assert_non_null(strstr(text, "/main:2 p256 SHA256:"));
	assert_non_null(strstr(text, "@us"));
	secrets_free(s);

	put("main", "@other : PUBKEY a.pem\n");
	s = load("main", err, sizeof(err));
	assert_non_null(s);
	l = list_of(s);
	assert_true(pubkey_eq(key_list_find(&l, &us), &a.pub));
	key_list_free(&l);
	secrets_free(s);
	put("main", "@us : PSK \"x\"\n: RSA a.pem\n");
	assert_null(load("main", err, sizeof(err)));
	assert_non_null(strstr(err, "/main:2: expected an RSA key"));
	put("main", ": RSA none.pem\n");
	assert_null(load("main", err, sizeof(err)));
	assert_non_null(strstr(err, "private/none.pem"));
	put("main", ": PUBKEY a.pem \"phrase\"\n");
	assert_null(load("main", err, sizeof(err)));
	assert_non_null(strstr(err, "passphrase"));
	private_key_free(&a);
	private_key_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(most_specific_wins),
		cmocka_unit_test(ties),
		cmocka_unit_test(spellings),
		cmocka_unit_test(users),
		cmocka_unit_test(empty_files),
		cmocka_unit_test(mistakes),
		cmocka_unit_test(errors_keep_secrets),
		cmocka_unit_test(includes),
		cmocka_unit_test(keys),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
