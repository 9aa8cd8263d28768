/* The ciphers and integrity algorithms we speak, one row each. */
#include "pluto/crypto/cipher.h"

#include "pluto/wire/ike_const.h"

static const struct cipher_desc ciphers[] = {
	/* RFC 4106, RFC 5282: salt of 4, explicit IV of 8, ICV of 16 */
	{ .encr = ENCR_AES_GCM_16, .key_bits = 256, .name = "aes_gcm256",
	  .openssl = "AES-256-GCM", .aead = true, .key_len = 32,
	  .salt_len = 4, .iv_len = 8, .block = 1, .icv_len = 16 },
	{ .encr = ENCR_AES_GCM_16, .key_bits = 192, .name = "aes_gcm192",
	  .openssl = "AES-192-GCM", .aead = true, .key_len = 24,
	  .salt_len = 4, .iv_len = 8, .block = 1, .icv_len = 16 },
	{ .encr = ENCR_AES_GCM_16, .key_bits = 128, .name = "aes_gcm128",
	  .openssl = "AES-128-GCM", .aead = true, .key_len = 16,
	  .salt_len = 4, .iv_len = 8, .block = 1, .icv_len = 16 },
	/* RFC 7634: one key size, so no key length attribute */
	{ .encr = ENCR_CHACHA20_POLY1305, .key_bits = 0, .name = "chacha20_poly1305",
	  .openssl = "ChaCha20-Poly1305", .aead = true, .key_len = 32,
	  .salt_len = 4, .iv_len = 8, .block = 1, .icv_len = 16 },
	/* RFC 3602: needs an integrity algorithm beside it */
	{ .encr = ENCR_AES_CBC, .key_bits = 256, .name = "aes256",
	  .openssl = "AES-256-CBC", .key_len = 32, .iv_len = 16, .block = 16 },
	{ .encr = ENCR_AES_CBC, .key_bits = 192, .name = "aes192",
	  .openssl = "AES-192-CBC", .key_len = 24, .iv_len = 16, .block = 16 },
	{ .encr = ENCR_AES_CBC, .key_bits = 128, .name = "aes128",
	  .openssl = "AES-128-CBC", .key_len = 16, .iv_len = 16, .block = 16 },
	/* RFC 4309: salt of 3 */
	{ .encr = ENCR_AES_CCM_16, .key_bits = 256, .name = "aes_ccm256",
	  .openssl = "AES-256-CCM", .aead = true, .key_len = 32,
	  .salt_len = 3, .iv_len = 8, .block = 1, .icv_len = 16 },
	{ .encr = ENCR_AES_CCM_16, .key_bits = 192, .name = "aes_ccm192",
	  .openssl = "AES-192-CCM", .aead = true, .key_len = 24,
	  .salt_len = 3, .iv_len = 8, .block = 1, .icv_len = 16 },
	{ .encr = ENCR_AES_CCM_16, .key_bits = 128, .name = "aes_ccm128",
	  .openssl = "AES-128-CCM", .aead = true, .key_len = 16,
	  .salt_len = 3, .iv_len = 8, .block = 1, .icv_len = 16 },
	/* RFC 3686: a nonce of 4 behind the key; needs an integrity algorithm */
	{ .encr = ENCR_AES_CTR, .key_bits = 256, .name = "aes_ctr256",
	  .openssl = "AES-256-CTR", .key_len = 32, .salt_len = 4, .iv_len = 8, .block = 1 },
	{ .encr = ENCR_AES_CTR, .key_bits = 192, .name = "aes_ctr192",
	  .openssl = "AES-192-CTR", .key_len = 24, .salt_len = 4, .iv_len = 8, .block = 1 },
	{ .encr = ENCR_AES_CTR, .key_bits = 128, .name = "aes_ctr128",
	  .openssl = "AES-128-CTR", .key_len = 16, .salt_len = 4, .iv_len = 8, .block = 1 },
	/* RFC 2410: integrity alone */
	{ .encr = ENCR_NULL, .key_bits = 0, .name = "null", .openssl = "NULL", .block = 1 },
	/* RFC 2451: for peers of old, and only when named */
	{ .encr = ENCR_3DES, .key_bits = 0, .name = "3des",
	  .openssl = "DES-EDE3-CBC", .key_len = 24, .iv_len = 8, .block = 8 },
};

static const struct integ_desc integs[] = {
	{ INTEG_HMAC_MD5_96, "md5", "MD5", 16, 12 },		/* RFC 2403 */
	{ INTEG_HMAC_SHA1_96, "sha1", "SHA1", 20, 12 },		/* RFC 2404 */
	{ INTEG_HMAC_SHA2_256_128, "sha2_256", "SHA256", 32, 16 },	/* RFC 4868 */
	{ INTEG_HMAC_SHA2_384_192, "sha2_384", "SHA384", 48, 24 },
	{ INTEG_HMAC_SHA2_512_256, "sha2_512", "SHA512", 64, 32 },
};

const struct cipher_desc *
cipher_desc(uint16_t encr, uint16_t key_bits)
{
	for (size_t i = 0; i < sizeof(ciphers) / sizeof(*ciphers); i++)
		if (ciphers[i].encr == encr && ciphers[i].key_bits == key_bits)
			return &ciphers[i];
	return NULL;
}

const struct integ_desc *
integ_desc(uint16_t integ)
{
	for (size_t i = 0; i < sizeof(integs) / sizeof(*integs); i++)
		if (integs[i].integ == integ)
			return &integs[i];
	return NULL;
}
