/* The letter holds each record in both forms, and no line that mail would cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "zones/mail.h"

static char *addrs[] = { (char[]){ "192.0.2.1" }, (char[]){ "2001:db8::1" } };

static bool
letter_of(const char *algorithm, size_t bits, char **text, char *err)
{
	EVP_PKEY *evp = bits > 0 ? EVP_PKEY_Q_keygen(NULL, NULL, algorithm, bits)
		: EVP_PKEY_Q_keygen(NULL, NULL, algorithm);
	struct pubkey key;
	size_t len;
	FILE *out = open_memstream(text, &len);
	bool ok;

	assert_true(pubkey_from_evp(evp, &key));
	ok = mail_write(out, &(struct letter){ &key, { .ttl = 60, .precedence = 5 }, addrs, 2 }, err, 200);
	fclose(out);
	pubkey_free(&key);
	EVP_PKEY_free(evp);
	return ok;
}

static void
both_forms(void **state)
{
	static const char *const parts[] = {
		"Subject: IPSECKEY records for the reverse name of 192.0.2.1 and others\n\nHello,",
		"\n1.2.0.192.in-addr.arpa. 60 IN IPSECKEY 5 1 4 192.0.2.1 ",
		".8.b.d.0.1.0.0.2.ip6.arpa. 60 IN IPSECKEY 5 2 4 2001:db8::1 ",
		"\n1.2.0.192.in-addr.arpa. 60 IN TYPE45 \\# 39 050104c0000201",
		"dig +dnssec 1.2.0.192.in-addr.arpa. IPSECKEY\n", "ed25519 with the fingerprint\n\n    SHA256:",
	};
	char *text, err[200];

	(void)state;
	assert_true(letter_of("ED25519", 0, &text, err));
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (strstr(text, parts[i]) == NULL)
			fail_msg("\"%s\" is not in:\n%s", parts[i], text);
	assert_null(strchr(text, ';'));
	for (const char *at = text; *at != '\0'; at++)
		assert_true(*at == '\n' || (*at >= ' ' && *at <= '~'));
	free(text);
}

static void
long_lines(void **state)
{
	char *text, err[200];

	(void)state;
	assert_true(letter_of("RSA", 3072, &text, err));
	free(text);
	assert_false(letter_of("RSA", 4096, &text, err));
	assert_non_null(strstr(err, "longer than a line of mail"));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_forms),
		cmocka_unit_test(long_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
