/* The ciphers and integrity algorithms we speak, one row each. */
#include "pluto/crypto/cipher.h"

static const struct cipher_desc ciphers[] = {
	/* RFC 4106, RFC 5282: salt of 4, explicit IV of 8, ICV of 16 */
	{ .encr = 20, .key_bits = 256, .name = "aes_gcm256",
	  .openssl = "AES-256-GCM", .aead = true, .key_len = 32,
	  .salt_len = 4, .iv_len = 8, .block = 1, .icv_len = 16 },
	{ .encr = 20, .key_bits = 192, .name = "aes_gcm192",
	  .openssl = "AES-192-GCM", .aead = true, .key_len = 24,
	  .salt_len = 4, .iv_len = 8, .block = 1, .icv_len = 16 },
	{ .encr = 20, .key_bits = 128, .name = "aes_gcm128",
	  .openssl = "AES-128-GCM", .aead = true, .key_len = 16,
	  .salt_len = 4, .iv_len = 8, .block = 1, .icv_len = 16 },
	/* RFC 7634: one key size, so no key length attribute */
	{ .encr = 28, .key_bits = 0, .name = "chacha20_poly1305",
	  .openssl = "ChaCha20-Poly1305", .aead = true, .key_len = 32,
	  .salt_len = 4, .iv_len = 8, .block = 1, .icv_len = 16 },
	/* RFC 3602: needs an integrity algorithm beside it */
	{ .encr = 12, .key_bits = 256, .name = "aes256",
	  .openssl = "AES-256-CBC", .key_len = 32, .iv_len = 16, .block = 16 },
	{ .encr = 12, .key_bits = 192, .name = "aes192",
	  .openssl = "AES-192-CBC", .key_len = 24, .iv_len = 16, .block = 16 },
	{ .encr = 12, .key_bits = 128, .name = "aes128",
	  .openssl = "AES-128-CBC", .key_len = 16, .iv_len = 16, .block = 16 },
};

static const struct integ_desc integs[] = {
	{ 2, "sha1", "SHA1", 20, 12 },		/* RFC 2404 */
	{ 12, "sha2_256", "SHA256", 32, 16 },	/* RFC 4868 */
	{ 13, "sha2_384", "SHA384", 48, 24 },
	{ 14, "sha2_512", "SHA512", 64, 32 },
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
