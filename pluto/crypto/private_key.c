/* Our private keys: from and to files, and made afresh. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "lib/read_file.h"
#include "lib/secret.h"
#include "pluto/crypto/sign.h"

enum { KEY_FILE_MAX = 65536, RSA_BITS_MIN = 2048, RSA_BITS_MAX = 8192 };

/* Nobody is there to type a passphrase. */
static int
no_passphrase(char *buf, int size, int writing, void *ctx)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)ctx;
	return -1;
}

static EVP_PKEY *
decode(struct span file)
{
	BIO *bio = BIO_new_mem_buf(file.ptr, (int)file.len);
	EVP_PKEY *evp = NULL;

	if (bio)
		evp = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	if (bio && !evp) {
		BIO_reset(bio);
		evp = d2i_PrivateKey_bio(bio, NULL);
	}
	BIO_free(bio);
	ERR_clear_error();
	return evp;
}

static int
slurp(const char *path, struct secret *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int rc;

	*out = (struct secret){ { NULL, 0 } };
	if (fd < 0)
		return -errno;
	rc = read_file(fd, KEY_FILE_MAX, &out->bytes);
	close(fd);
	return rc;
}

/* Takes EVP over; false when it is not a kind of ours. */
static bool
adopt(EVP_PKEY *evp, struct private_key *out)
{
	*out = (struct private_key){ 0 };
	if (!evp)
		return false;
	if (!pubkey_from_evp(evp, &out->pub)) {
		EVP_PKEY_free(evp);
		return false;
	}
	out->evp = evp;
	return true;
}

bool
private_key_load(const char *path, struct private_key *out, char *err,
		 size_t errlen)
{
	struct secret file;
	EVP_PKEY *evp;
	int rc = slurp(path, &file);

	*out = (struct private_key){ 0 };
	if (rc != 0) {
		snprintf(err, errlen, "%s: cannot read the key: %s", path,
		    rc == -EFBIG ? "not between 1 byte and 64 kB" :
		    strerror(-rc));
		return false;
	}
	evp = decode(secret_span(&file));
	secret_free(&file);
	if (!evp) {
		snprintf(err, errlen, "%s: not a private key in PEM or DER "
		    "without passphrase", path);
		return false;
	}
	if (adopt(evp, out))
		return true;
	snprintf(err, errlen, "%s: not an RSA key of 2048 to 8192 bits, nor "
	    "P-256, P-384 or Ed25519", path);
	return false;
}

bool
private_key_generate(enum pubkey_kind kind, unsigned rsa_bits,
		     struct private_key *out)
{
	*out = (struct private_key){ 0 };
	switch (kind) {
	case PUBKEY_RSA:
		if (rsa_bits < RSA_BITS_MIN || rsa_bits > RSA_BITS_MAX)
			return false;
		return adopt(EVP_PKEY_Q_keygen(NULL, NULL, "RSA",
		    (size_t)rsa_bits), out);
	case PUBKEY_P256:
		return adopt(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"), out);
	case PUBKEY_P384:
		return adopt(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384"), out);
	case PUBKEY_ED25519:
		return adopt(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), out);
	case PUBKEY_NONE:
		break;
	}
	return false;
}

static bool
write_pem(int fd, const EVP_PKEY *evp)
{
	BIO *bio = BIO_new_fd(fd, BIO_NOCLOSE);
	bool ok = bio && PEM_write_bio_PKCS8PrivateKey(bio, evp, NULL, NULL,
	    0, NULL, NULL) > 0;

	BIO_free(bio);
	ERR_clear_error();
	return ok && fsync(fd) == 0;
}

int
private_key_save(const struct private_key *k, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int rc = 0;

	if (fd < 0)
		return -errno;
	if (!write_pem(fd, k->evp))
		rc = errno ? -errno : -EIO;
	if (close(fd) < 0 && rc == 0)
		rc = -errno;
	if (rc != 0)
		unlink(path);
	return rc;
}

struct private_key
private_key_ref(const struct private_key *k)
{
	struct private_key copy = { .evp = k->evp, .pub = pubkey_ref(&k->pub) };

	if (copy.evp)
		EVP_PKEY_up_ref(copy.evp);
	return copy;
}

void
private_key_free(struct private_key *k)
{
	EVP_PKEY_free(k->evp);
	pubkey_free(&k->pub);
	*k = (struct private_key){ 0 };
}
