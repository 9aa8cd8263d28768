/* What the kernel calls our algorithms, and the sizes it wants. */
#include "pluto/kernel/xfrm_alg.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/xfrm.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "pluto/wire/ike_const.h"

enum { MOST_KEY = 64, BYTE_BITS = 8 };

/* Key sizes in bits; 0 in a request means the only one. */
enum keys { KEYS_AES = 1, KEYS_256, KEYS_192, KEYS_NONE };

static const struct cipher_row {
	const char *kernel;
	uint16_t id;
	uint8_t keys;		/* enum keys */
	uint8_t salt, icv;	/* bytes behind the key; ICV of an AEAD, or 0 */
} ciphers[] = {
	/* RFC 4106 */
	{ "rfc4106(gcm(aes))", ENCR_AES_GCM_16, KEYS_AES, 4, 16 },
	{ "rfc4106(gcm(aes))", ENCR_AES_GCM_12, KEYS_AES, 4, 12 },
	{ "rfc4106(gcm(aes))", ENCR_AES_GCM_8, KEYS_AES, 4, 8 },
	/* RFC 7634 */
	{ "rfc7539esp(chacha20,poly1305)", ENCR_CHACHA20_POLY1305, KEYS_256, 4, 16 },
	/* RFC 4309 */
	{ "rfc4309(ccm(aes))", ENCR_AES_CCM_16, KEYS_AES, 3, 16 },
	{ "rfc4309(ccm(aes))", ENCR_AES_CCM_12, KEYS_AES, 3, 12 },
	{ "rfc4309(ccm(aes))", ENCR_AES_CCM_8, KEYS_AES, 3, 8 },
	/* RFC 3602, RFC 3686, RFC 2451, RFC 2410: with integrity beside them */
	{ "cbc(aes)", ENCR_AES_CBC, KEYS_AES, 0, 0 },
	{ "rfc3686(ctr(aes))", ENCR_AES_CTR, KEYS_AES, 4, 0 },
	{ "cbc(des3_ede)", ENCR_3DES, KEYS_192, 0, 0 },
	{ "ecb(cipher_null)", ENCR_NULL, KEYS_NONE, 0, 0 },
};

/* The truncations of RFC 2403, RFC 2404 and RFC 4868: the kernel's own default
 * for SHA2-256, 96 bits, is not among them. */
static const struct integ_row {
	const char *kernel;
	uint16_t id;
	uint8_t key, icv;
} integs[] = {
	{ "hmac(md5)", INTEG_HMAC_MD5_96, 16, 12 },
	{ "hmac(sha1)", INTEG_HMAC_SHA1_96, 20, 12 },
	{ "hmac(sha256)", INTEG_HMAC_SHA2_256_128, 32, 16 },
	{ "hmac(sha384)", INTEG_HMAC_SHA2_384_192, 48, 24 },
	{ "hmac(sha512)", INTEG_HMAC_SHA2_512_256, 64, 32 },
};

/* The kernel's structures end in a flexible key; these have room for ours. */
struct algo {			/* struct xfrm_algo */
	char name[64];
	uint32_t key_bits;
	uint8_t key[MOST_KEY];
};
struct algo_sized {		/* struct xfrm_algo_aead, struct xfrm_algo_auth */
	char name[64];
	uint32_t key_bits, icv_bits;
	uint8_t key[MOST_KEY];
};

static const struct cipher_row *
cipher_row(uint16_t id)
{
	for (size_t i = 0; i < sizeof(ciphers) / sizeof(*ciphers); i++)
		if (ciphers[i].id == id)
			return &ciphers[i];
	return NULL;
}

static const struct integ_row *
integ_row(uint16_t id)
{
	for (size_t i = 0; i < sizeof(integs) / sizeof(*integs); i++)
		if (integs[i].id == id)
			return &integs[i];
	return NULL;
}

/* Bytes of a key of that many BITS; -1 when the cipher has none such. */
static int
key_bytes(enum keys keys, unsigned bits)
{
	switch (keys) {
	case KEYS_AES:
		return bits == 128 || bits == 192 || bits == 256 ? (int)bits / BYTE_BITS : -1;
	case KEYS_256:
		return bits == 0 || bits == 256 ? 32 : -1;
	case KEYS_192:
		return bits == 0 || bits == 192 ? 24 : -1;
	case KEYS_NONE:
		return bits == 0 ? 0 : -1;
	}
	return -1;
}

static void
put_sized(struct nlmsghdr *h, uint16_t attr, const char *name, struct span key, unsigned icv)
{
	struct algo_sized a = { .icv_bits = icv * BYTE_BITS,
		.key_bits = (uint32_t)key.len * BYTE_BITS };

	snprintf(a.name, sizeof(a.name), "%s", name);
	memcpy(a.key, key.ptr, key.len);
	mnl_attr_put(h, attr, offsetof(struct algo_sized, key) + key.len, &a);
	explicit_bzero(&a, sizeof(a));
}

static void
put_plain(struct nlmsghdr *h, uint16_t attr, const char *name, struct span key)
{
	struct algo a = { .key_bits = (uint32_t)key.len * BYTE_BITS };

	snprintf(a.name, sizeof(a.name), "%s", name);
	if (key.len > 0)
		memcpy(a.key, key.ptr, key.len);
	mnl_attr_put(h, attr, offsetof(struct algo, key) + key.len, &a);
	explicit_bzero(&a, sizeof(a));
}

static int
put_integ(struct nlmsghdr *h, const struct kernel_sa *sa)
{
	const struct integ_row *r = integ_row(sa->integ);

	if (r == NULL || sa->integ_key.len != r->key)
		return -EOPNOTSUPP;
	put_sized(h, XFRMA_ALG_AUTH_TRUNC, r->kernel, sa->integ_key, r->icv);
	return 0;
}

int
xfrm_put_algorithms(struct nlmsghdr *h, const struct kernel_sa *sa)
{
	const struct cipher_row *r = cipher_row(sa->encr);
	int len;

	if (sa->protocol == SA_AH)
		return put_integ(h, sa);
	len = r == NULL ? -1 : key_bytes(r->keys, sa->encr_bits);
	if (len < 0 || sa->encr_key.len != (size_t)len + r->salt)
		return -EOPNOTSUPP;
	if (r->icv != 0) {
		put_sized(h, XFRMA_ALG_AEAD, r->kernel, sa->encr_key, r->icv);
		return 0;
	}
	put_plain(h, XFRMA_ALG_CRYPT, r->kernel, sa->encr_key);
	return put_integ(h, sa);
}

void
xfrm_put_deflate(struct nlmsghdr *h)
{
	put_plain(h, XFRMA_ALG_COMP, "deflate", (struct span){ NULL, 0 });
}
