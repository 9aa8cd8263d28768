/* What the keeper answers: to good questions what they ask for, to all others nothing;
 * the records of both, cut and filled. */
#include "lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/rr_ipseckey.h"
#include "pluto/crypto/psk.h"
#include "pluto/crypto/v1_sign.h"
#include "pluto/keeper/answer.h"
#include "pluto/wire/ike_const.h"

static char dir[64];
static struct private_key rsa;
static struct store *store;

static struct ident
id(const char *text)
{
	struct ident out;
	char err[200];

	assert_true(ident_parse(text, &out, err, sizeof(err)));
	return out;
}

static int
setup(void **state)
{
	char path[128], conf[128];
	FILE *f;

	(void)state;
	strcpy(dir, "/tmp/keeper_answer_test.XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/key.pem", dir);
	assert_true(private_key_generate(PUBKEY_RSA, 2048, &rsa));
	assert_int_equal(private_key_save(&rsa, path), 0);
	snprintf(conf, sizeof(conf), "%s/secrets", dir);
	f = fopen(conf, "w");
	assert_non_null(f);
	fprintf(f, "@us @them : PSK \"a secret of two\"\n@us %%any : RSA %s\n"
		"@fred : XAUTH \"correct horse\"\n", path);
	assert_int_equal(fclose(f), 0);
	store = store_new(conf, dir);
	return store == NULL;
}

static int
teardown(void **state)
{
	char path[128];

	(void)state;
	store_free(store);
	private_key_free(&rsa);
	snprintf(path, sizeof(path), "%s/key.pem", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/secrets", dir);
	unlink(path);
	return rmdir(dir);
}

/* As over a channel. */
static struct keeper_answer
ask(const struct keeper_request *r)
{
	static uint8_t buf[IPC_MAX];
	struct keeper_request got;
	struct keeper_answer a, out;
	struct span record = keeper_request_write(r, buf, sizeof(buf));

	assert_true(record.len > 0);
	assert_true(keeper_request_read(record, &got));
	keeper_answer(store, &got, &a);
	assert_true(keeper_answer_read(keeper_answer_write(&a, buf, sizeof(buf)), &out));
	assert_int_equal(out.kind, r->kind);
	assert_int_equal(out.id, r->id);
	keeper_answer_free(&a);
	return out;
}

static void
refused(const struct keeper_request *r)
{
	struct keeper_answer a = ask(r);

	assert_false(a.ok);
	assert_int_equal(a.bytes.bytes.len, 0);
	assert_int_equal(a.n_ids, 0);
}

static struct keeper_answer
load(void)
{
	return ask(&(struct keeper_request){ .kind = KEEPER_LOAD, .id = 1 });
}

static void
nothing_before_it_has_read(void **state)
{
	struct keeper_request r = { .kind = KEEPER_PSK_AUTH, .prf = PRF_HMAC_SHA2_256,
		.local = id("@us"), .remote = id("@them"), .a = span_str("octets") };

	(void)state;
	refused(&r);
	r.kind = KEEPER_KEY;
	refused(&r);
}

static void
loads(void **state)
{
	struct keeper_answer a = load(), key;
	struct keeper_request r = { .kind = KEEPER_KEY, .id = 7, .generation = a.generation };
	struct chunk dns = pubkey_to_dns(&rsa.pub);

	(void)state;
	assert_true(a.ok);
	assert_string_equal(a.text, "");
	assert_int_equal(a.keys, 1);
	assert_int_equal(a.secrets, 2);
	key = ask(&r);
	assert_true(key.ok);
	assert_int_equal(key.alg, IPSECKEY_RSA);
	assert_true(span_eq(secret_span(&key.bytes), chunk_span(dns)));
	assert_int_equal(key.n_ids, 2);
	assert_int_equal(key.ids[1].type, 0);
	assert_non_null(strstr(key.text, "/secrets:2 rsa2048 SHA256:"));
	keeper_answer_free(&key);
	chunk_free(&dns);
	r.index = 1;
	refused(&r);
	r.index = 0;
	r.generation++;
	refused(&r);
	keeper_answer_free(&a);
}

static void
signs(void **state)
{
	struct keeper_request r = { .kind = KEEPER_SIGN, .method = AUTH_DIGITAL_SIGNATURE,
		.hashes = sign_our_hashes(), .a = span_str("octets") };
	struct keeper_answer a;
	uint8_t hash[20] = { 1 };

	(void)state;
	strcpy(r.fingerprint, rsa.pub.fingerprint);
	a = ask(&r);
	assert_true(a.ok);
	assert_true(verify_auth(&rsa.pub, r.method, secret_span(&a.bytes), r.a, NULL));
	keeper_answer_free(&a);
	r.method = 99;
	refused(&r);
	r.method = AUTH_DIGITAL_SIGNATURE;
	r.hashes = 0;
	refused(&r);
	r = (struct keeper_request){ .kind = KEEPER_SIGN_V1, .a = SPAN_OF(hash) };
	strcpy(r.fingerprint, rsa.pub.fingerprint);
	a = ask(&r);
	assert_true(a.ok);
	assert_true(v1_verify(&rsa.pub, secret_span(&a.bytes), r.a));
	keeper_answer_free(&a);
	r.a.len = 15;
	refused(&r);
	r.a = span_str("as long as no hash is: what would be signed here would be anything");
	refused(&r);
	strcpy(r.fingerprint, "SHA256:");
	r.a = SPAN_OF(hash);
	refused(&r);
}

static void
computes_with_secrets(void **state)
{
	const struct span psk = span_str("a secret of two");
	struct keeper_request r = { .kind = KEEPER_PSK_AUTH, .prf = PRF_HMAC_SHA2_256,
		.local = id("@us"), .remote = id("@them"), .a = span_str("octets"),
		.b = span_str("more octets") };
	struct chunk mac = psk_auth(r.prf, psk, r.a);
	struct secret skeyid = psk_skeyid(r.prf, psk, r.a, r.b);
	struct keeper_answer a = ask(&r);

	(void)state;
	assert_true(a.ok && span_eq(secret_span(&a.bytes), chunk_span(mac)));
	keeper_answer_free(&a);
	r.kind = KEEPER_SKEYID;
	a = ask(&r);
	assert_true(a.ok && span_eq(secret_span(&a.bytes), secret_span(&skeyid)));
	keeper_answer_free(&a);
	chunk_free(&mac);
	secret_free(&skeyid);
	r.prf = 12345;
	refused(&r);
	r.prf = PRF_HMAC_SHA2_256;
	r.remote = id("@somebody");
	refused(&r);
}

/* "Key Pad for IKEv2" as two nonces: SKEYID would be the key of all AUTHs of that pair. */
static void
not_by_the_back_door(void **state)
{
	static const char words[] = "Key Pad for IKEv2";
	struct keeper_request r = { .kind = KEEPER_SKEYID, .prf = PRF_HMAC_SHA2_256,
		.local = id("@us"), .remote = id("@them") };

	(void)state;
	for (size_t i = 0; i <= strlen(words); i++) {
		r.a = span_of(words, i);
		r.b = span_of(words + i, strlen(words) - i);
		refused(&r);
	}
	r.a = span_of(words, 8);
	r.b = span_str(" for IKEv");
	struct keeper_answer a = ask(&r);

	assert_true(a.ok);
	keeper_answer_free(&a);
}

static void
passwords(void **state)
{
	struct keeper_request r = { .kind = KEEPER_PASSWORD, .a = span_str("fred"),
		.b = span_str("correct horse") };
	struct keeper_answer a = ask(&r);

	(void)state;
	assert_true(a.ok);
	assert_int_equal(a.bytes.bytes.len, 0);	/* not told */
	r.b = span_str("correct");
	refused(&r);
	r.a = span_str("");
	r.b = span_str("correct horse");
	refused(&r);
	r.kind = KEEPER_LOGIN;
	a = ask(&r);
	assert_true(a.ok && a.n_ids == 1);
	assert_true(span_eq(secret_span(&a.bytes), span_str("correct horse")));
	keeper_answer_free(&a);
	r.a = span_str("john");
	refused(&r);
}

/* A file that cannot be read changes nothing. */
static void
what_is_wrong_is_told(void **state)
{
	struct store *other = store_new("/nonexistent/secrets", dir);
	struct keeper_answer a;

	(void)state;
	assert_non_null(other);
	keeper_answer(other, &(struct keeper_request){ .kind = KEEPER_LOAD }, &a);
	assert_false(a.ok);
	assert_string_equal(a.text, "/nonexistent/secrets: No such file or directory");
	keeper_answer_free(&a);
	store_free(other);
}

static void
records_cut(void **state)
{
	static const uint8_t octets[300];
	uint8_t buf[2048], small[40];
	struct keeper_request r = { .kind = KEEPER_SKEYID, .id = 5, .prf = 2, .local = id("@us"),
		.remote = id("192.0.2.1"), .a = SPAN_OF(octets), .b = SPAN_OF(octets) };
	struct span whole = keeper_request_write(&r, buf, sizeof(buf));
	struct keeper_request got;
	struct keeper_answer a;

	(void)state;
	assert_true(keeper_request_read(whole, &got));
	for (size_t i = 0; i < whole.len; i++)
		assert_false(keeper_request_read(span_of(buf, i), &got));
	assert_false(keeper_request_read(span_of(buf, whole.len + 1), &got));
	assert_int_equal(keeper_request_write(&r, small, sizeof(small)).len, 0);
	for (unsigned kind = 0; kind < 70000; kind++) {
		buf[0] = (uint8_t)(kind >> 8);
		buf[1] = (uint8_t)kind;
		(void)keeper_request_read(whole, &got);
		if (keeper_answer_read(whole, &a))
			assert_true(a.kind < KEEPER_KINDS);
		keeper_answer_free(&a);
	}
}

/* A request is as long as a record: what does not fit is not sent. */
static void
too_long(void **state)
{
	static uint8_t buf[IPC_MAX], octets[IPC_MAX];
	struct keeper_request r = { .kind = KEEPER_SIGN, .a = SPAN_OF(octets) };

	(void)state;
	assert_int_equal(keeper_request_write(&r, buf, sizeof(buf)).len, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_before_it_has_read), cmocka_unit_test(loads),
		cmocka_unit_test(signs), cmocka_unit_test(computes_with_secrets),
		cmocka_unit_test(not_by_the_back_door), cmocka_unit_test(passwords),
		cmocka_unit_test(what_is_wrong_is_told), cmocka_unit_test(records_cut),
		cmocka_unit_test(too_long),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
