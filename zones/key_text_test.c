/* Keys that are lines of text: of OpenSSH, of DNS; and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/rr_ipseckey.h"
#include "zones/key_text.h"

#define ED "DHkk5ELqV2CEY2mNIIQFejoq74Y6+Tz178vQekWQwB0="

static void
put_string(struct wire_writer *w, struct span s)
{
	wire_put_u32(w, (uint32_t)s.len);
	wire_put(w, s);
}

/* "NAME BASE64 somebody@host" with these strings behind the name; malloc'd. */
static char *
ssh_line(const char *name, const struct span *parts, size_t n)
{
	uint8_t blob[2000];
	struct wire_writer w = wire_writer(blob, sizeof(blob));
	char *base64, *line = NULL;

	put_string(&w, span_str(name));
	for (size_t i = 0; i < n; i++)
		put_string(&w, parts[i]);
	base64 = base64_encode(wire_written(&w));
	assert_true(asprintf(&line, "%s %s somebody@host\n", name, base64) > 0);
	free(base64);
	return line;
}

static struct pubkey
made(const char *type, void *arg)
{
	EVP_PKEY *evp = strcmp(type, "RSA") == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048)
		: EVP_PKEY_Q_keygen(NULL, NULL, "EC", (char *)arg);
	struct pubkey k;

	assert_true(pubkey_from_evp(evp, &k));
	EVP_PKEY_free(evp);
	return k;
}

static void
reads_as(const char *text, const struct pubkey *want)
{
	struct pubkey k;

	assert_true(key_text_read(span_str(text), &k));
	assert_string_equal(k.fingerprint, want->fingerprint);
	pubkey_free(&k);
}

static struct pubkey
ed_key(void)
{
	struct pubkey k;
	struct chunk raw;
	const char *err;

	assert_int_equal(base64_decode(ED, &raw), 0);
	assert_true(pubkey_from_dns(IPSECKEY_EDDSA, chunk_span(raw), &k, &err));
	chunk_free(&raw);
	return k;
}

static void
ed25519_of_openssh(void **state)
{
	struct pubkey k = ed_key();
	struct chunk raw = pubkey_to_dns(&k);
	struct span key = chunk_span(raw);
	char *line = ssh_line("ssh-ed25519", &key, 1);

	(void)state;
	reads_as(line, &k);
	free(line);
	chunk_free(&raw);
	pubkey_free(&k);
}

static void
ecdsa_of_openssh(void **state)
{
	static const char *const curves[][3] = { { "P-256", "ecdsa-sha2-nistp256", "nistp256" },
		{ "P-384", "ecdsa-sha2-nistp384", "nistp384" } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct pubkey k = made("EC", (void *)(uintptr_t)curves[i][0]);
		struct chunk raw = pubkey_to_dns(&k);
		uint8_t point[100] = { 4 };
		struct span parts[2] = { span_str(curves[i][2]), span_of(point, raw.len + 1) };
		char *line;

		memcpy(point + 1, raw.ptr, raw.len);
		line = ssh_line(curves[i][1], parts, 2);
		reads_as(line, &k);
		free(line);
		point[0] = 2;	/* compressed */
		line = ssh_line(curves[i][1], parts, 2);
		{
			struct pubkey none;

			assert_false(key_text_read(span_str(line), &none));
		}
		free(line);
		chunk_free(&raw);
		pubkey_free(&k);
	}
}

/* A number whose first bit is set has a zero in front. */
static void
rsa_of_openssh(void **state)
{
	struct pubkey k = made("RSA", NULL);
	struct chunk raw = pubkey_to_dns(&k);
	size_t e = raw.ptr[0];
	uint8_t n[300] = { 0 };
	struct span parts[2] = { span_of(raw.ptr + 1, e), span_of(n, raw.len - e) };
	char *line;

	(void)state;
	memcpy(n + 1, raw.ptr + 1 + e, raw.len - 1 - e);
	line = ssh_line("ssh-rsa", parts, 2);
	reads_as(line, &k);
	free(line);
	chunk_free(&raw);
	pubkey_free(&k);
}

static void
records_of_dns(void **state)
{
	static const char *const texts[] = {
		"x.lab. IN KEY 512 3 15 " ED "\n",
		"; This is a key-signing key\nx.lab. 3600 IN DNSKEY 257 3 15 DHkk5ELqV2CEY2mNIIQFejoq "
			"74Y6+Tz178vQekWQwB0= ; remark\n",
		"1.2.0.192.in-addr.arpa. 3600 IN IPSECKEY 10 1 4 192.0.2.1 " ED "\n",
		"x. IPSECKEY 10 0 4 . (" ED ")",
		"\n\nnothing here\r\nx.lab. KEY 512 3 15 " ED "\r\n",
	};
	struct pubkey k = ed_key();

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		reads_as(texts[i], &k);
	pubkey_free(&k);
}

static void
what_is_no_key(void **state)
{
	static const char *const texts[] = { "", "\n", "ssh-ed25519", "ssh-ed25519 ", "ssh-ed25519 AAAA",
		"ssh-ed25519 !!!!", "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIAx5JORC6ldghGNpjSCEBXo6Ku+GOvk89e/"
			"L0HpFkMAd", "x. KEY 512 3 16 " ED, "x. KEY 512 3 15", "x. KEY 512 3 15 AAAA",
		"x. IPSECKEY 10 0 0 .", "x. IPSECKEY 10 0 300 . " ED, "x. A 192.0.2.1",
		"x. TXT \"" ED "\"", "KEY KEY KEY KEY KEY KEY" };
	struct pubkey k;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (key_text_read(span_str(texts[i]), &k))
			fail_msg("\"%s\" is taken for a key", texts[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ed25519_of_openssh),
		cmocka_unit_test(ecdsa_of_openssh),
		cmocka_unit_test(rsa_of_openssh),
		cmocka_unit_test(records_of_dns),
		cmocka_unit_test(what_is_no_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
