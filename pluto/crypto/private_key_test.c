/* Private keys: save and load, never over a file, and files that are no keys. */
#include "pluto/crypto/vectors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>

#include "pluto/crypto/sign.h"

static char dir[64];

static int
make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/private_key_test.XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int
remove_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

static const char *
in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void
write_file(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), (ssize_t)len);
	close(fd);
}

static void
save_and_load(void **state)
{
	static const enum pubkey_kind kinds[] = { PUBKEY_RSA, PUBKEY_P256,
		PUBKEY_P384, PUBKEY_ED25519 };
	const char *path = in_dir("key.pem");
	char err[200] = "";

	(void)state;
	for (size_t i = 0; i < N_ROWS(kinds); i++) {
		struct private_key a, b;
		struct stat st;

		assert_true(private_key_generate(kinds[i], 2048, &a));
		assert_int_equal(private_key_save(&a, path), 0);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
		assert_int_equal(private_key_save(&a, path), -EEXIST);
		assert_true(private_key_load(path, &b, err, sizeof(err)));
		assert_true(pubkey_eq(&a.pub, &b.pub));
		assert_int_equal(b.pub.kind, kinds[i]);
		private_key_free(&a);
		private_key_free(&b);
		assert_int_equal(unlink(path), 0);
	}
}

static void
der_loads_too(void **state)
{
	const char *path = in_dir("key.der");
	struct private_key a, b;
	unsigned char *der = NULL;
	char err[200];
	int len;

	(void)state;
	assert_true(private_key_generate(PUBKEY_ED25519, 0, &a));
	len = i2d_PrivateKey(a.evp, &der);
	assert_true(len > 0);
	write_file(path, der, (size_t)len);
	assert_true(private_key_load(path, &b, err, sizeof(err)));
	assert_true(pubkey_eq(&a.pub, &b.pub));
	private_key_free(&a);
	private_key_free(&b);
	OPENSSL_free(der);
	unlink(path);
}

static void
refuses(const char *path, const char *why)
{
	struct private_key k;
	char err[200] = "";

	assert_false(private_key_load(path, &k, err, sizeof(err)));
	if (!strstr(err, why) || !strstr(err, path))
		fail_msg("\"%s\" does not say \"%s\"", err, why);
	assert_null(k.evp);
}

static void
not_keys(void **state)
{
	const char *path = in_dir("bad");
	static char big[70000];

	(void)state;
	refuses("/nonexistent/key.pem", "No such file");
	refuses("/dev/null", "cannot read");
	write_file(path, "", 0);
	refuses(path, "not a private key");
	memset(big, 'x', sizeof(big));
	write_file(path, big, sizeof(big));
	refuses(path, "64 kB");
	write_file(path, "hello\n", 6);
	refuses(path, "not a private key");
	write_file(path, "-----BEGIN PRIVATE KEY-----\nAAAA\n", 34);
	refuses(path, "not a private key");
	unlink(path);
}

/* A key with a passphrase fails at once: nobody is asked. */
static void
passphrase(void **state)
{
	const char *path = in_dir("locked.pem");
	struct private_key k;
	FILE *f = fopen(path, "w");

	(void)state;
	assert_true(private_key_generate(PUBKEY_P256, 0, &k));
	assert_int_equal(PEM_write_PKCS8PrivateKey(f, k.evp,
	    EVP_aes_128_cbc(), "secret", 6, NULL, NULL), 1);
	fclose(f);
	refuses(path, "without passphrase");
	private_key_free(&k);
	unlink(path);
}

static void
kinds_we_do_not_take(void **state)
{
	const char *path = in_dir("other.pem");
	FILE *f = fopen(path, "w");
	EVP_PKEY *x = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	struct private_key k;

	(void)state;
	PEM_write_PrivateKey(f, x, NULL, NULL, 0, NULL, NULL);
	fclose(f);
	EVP_PKEY_free(x);
	refuses(path, "P-256");
	unlink(path);
	assert_false(private_key_generate(PUBKEY_RSA, 1024, &k));
	assert_false(private_key_generate(PUBKEY_RSA, 16384, &k));
	assert_false(private_key_generate(PUBKEY_NONE, 0, &k));
	private_key_free(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(save_and_load),
		cmocka_unit_test(der_loads_too),
		cmocka_unit_test(not_keys),
		cmocka_unit_test(passphrase),
		cmocka_unit_test(kinds_we_do_not_take),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
