/* Sealing and opening for SK payloads, and the sizes ESP needs too. */
#ifndef PLUTO_CRYPTO_CIPHER_H
#define PLUTO_CRYPTO_CIPHER_H

#include "lib/secret.h"

/* One row per algorithm; NULL when (encr, bits) is not ours. */
struct cipher_desc {
	uint16_t encr, key_bits;
	const char *name;		/* "aes_gcm256" */
	const char *openssl;		/* "AES-256-GCM" */
	bool aead;
	uint8_t key_len, salt_len, iv_len, block, icv_len;	/* bytes; icv 0 unless aead */
};
struct integ_desc {
	uint16_t integ;
	const char *name;		/* "sha2_256" */
	const char *digest;		/* "SHA256" */
	uint8_t key_len, icv_len;
};
const struct cipher_desc *cipher_desc(uint16_t encr, uint16_t key_bits);
const struct integ_desc *integ_desc(uint16_t integ);

/* One direction's keys. KEY holds the key and the salt behind it. NULL when the
 * algorithms or the key sizes do not fit. One thread at a time uses a sealer. */
struct sealer;
struct sealer *sealer_new(uint16_t encr, uint16_t key_bits, uint16_t integ,
			  struct span key, struct span integ_key);
void sealer_free(struct sealer *s);
const struct cipher_desc *sealer_cipher(const struct sealer *s);
size_t sealer_iv_len(const struct sealer *s);
size_t sealer_icv_len(const struct sealer *s);
size_t sealer_block(const struct sealer *s);
/* Encrypts DATA (a multiple of the block) in place and writes the ICV. AAD is
 * everything before the IV. For CBC the ICV covers AAD, IV and ciphertext. IV
 * is filled in by the call: counter for AEAD, random for CBC. 0 or -EINVAL. */
int sealer_seal(struct sealer *s, struct span aad, uint8_t *iv, uint8_t *data, size_t len,
		uint8_t *icv);
/* Checks the ICV, then decrypts DATA in place. -EBADMSG when it does not verify. */
int sealer_open(struct sealer *s, struct span aad, struct span iv, uint8_t *data, size_t len,
		struct span icv);

#endif
