/* Loads the public half of a key from a private or a public key file. */
#include "zones/key_file.h"

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
#include "zones/key_text.h"

enum { KEY_FILE_MAX = 65536 };

bool
key_file_default(const char *ipsecdir, char *out, size_t outlen)
{
	int n = snprintf(out, outlen, "%s/private/" HOST_KEY_NAME, ipsecdir);

	return n > 0 && (size_t)n < outlen;
}

static int
no_passphrase(char *buf, int size, int writing, void *ctx)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)ctx;
	return -1;
}

/* The forms a key may have, likeliest first. */
static EVP_PKEY *
decode_form(BIO *bio, int form)
{
	switch (form) {
	case 0:
		return PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	case 1:
		return PEM_read_bio_PUBKEY(bio, NULL, no_passphrase, NULL);
	case 2:
		return d2i_PrivateKey_bio(bio, NULL);
	default:
		return d2i_PUBKEY_bio(bio, NULL);
	}
}

static EVP_PKEY *
decode(struct span file)
{
	EVP_PKEY *evp = NULL;

	for (int form = 0; form < 4 && !evp; form++) {
		BIO *bio = BIO_new_mem_buf(file.ptr, (int)file.len);

		if (bio)
			evp = decode_form(bio, form);
		BIO_free(bio);
	}
	ERR_clear_error();
	return evp;
}

static ssize_t
read_path(const char *path, struct chunk buf)
{
	bool input = strcmp(path, "-") == 0;
	int fd = input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read_full(fd, buf);
	if (!input)
		close(fd);
	return n == (ssize_t)buf.len ? -EFBIG : n;
}

bool
key_file_load(const char *path, struct pubkey *out, char *err, size_t errlen)
{
	struct secret file = secret_new(KEY_FILE_MAX);
	ssize_t n = file.bytes.ptr ? read_path(path, file.bytes) : -ENOMEM;
	EVP_PKEY *evp = NULL;
	bool ok;

	*out = (struct pubkey){ 0 };
	if (n < 0) {
		snprintf(err, errlen, "%s: cannot read the key: %s", path,
		    strerror((int)-n));
		secret_free(&file);
		return false;
	}
	evp = decode(span_of(file.bytes.ptr, (size_t)n));
	ok = evp ? pubkey_from_evp(evp, out) : key_text_read(span_of(file.bytes.ptr, (size_t)n), out);
	secret_free(&file);
	if (!ok && !evp)
		snprintf(err, errlen, "%s: neither a private nor a public key in PEM or DER, nor a line of "
			 "OpenSSH or DNS with one", path);
	else if (!ok)
		snprintf(err, errlen, "%s: not an RSA key of 2048 to 8192 "
		    "bits, nor P-256, P-384 or Ed25519", path);
	EVP_PKEY_free(evp);
	return ok;
}
