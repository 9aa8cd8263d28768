/* IKEv1's keys, hashes and initialization vectors (RFC 2409 5, appendix B). A
 * hash is named by the number of its HMAC among IKEv2's prfs. */
#ifndef PLUTO_CRYPTO_V1_KEYMAT_H
#define PLUTO_CRYPTO_V1_KEYMAT_H

#include "lib/secret.h"

enum { V1_HASH_MAX = 64, V1_BLOCK_MAX = 16 };

/* What both sides know once their nonces and key exchange values crossed. */
struct v1_keymat_in {
	uint16_t prf, encr, encr_bits;
	struct span skeyid;		/* by a shared secret (psk.h); empty: signatures */
	struct span ni, nr, shared;	/* nonces' bodies; g^xy padded to its group */
	uint8_t cky_i[8], cky_r[8];
};

struct v1_keymat {
	uint16_t prf;
	struct secret skeyid, skeyid_d, skeyid_a;
	struct secret cipher_key;	/* from SKEYID_e (appendix B) */
};

/* 0 or -EINVAL. */
int v1_keymat_derive(const struct v1_keymat_in *in, struct v1_keymat *out);
void v1_keymat_free(struct v1_keymat *k);

/* HASH_I, or HASH_R with the halves the other way round:
 * prf(SKEYID, MINE | YOURS | CKY_MINE | CKY_YOURS | SAi_b | ID_b).
 * OUT has room for V1_HASH_MAX; the length, or -EINVAL. */
int v1_auth_hash(const struct v1_keymat *k, struct span g_mine, struct span g_yours,
		 const uint8_t cky_mine[8], const uint8_t cky_yours[8], struct span sai_b,
		 struct span id_b, uint8_t *out);
/* The HASH payloads of the later exchanges: prf(SKEYID_a, PARTS). */
int v1_hash(const struct v1_keymat *k, const struct span *parts, size_t n, uint8_t *out);
/* The plain hash of PARTS: NAT-D and initialization vectors. */
int v1_digest(uint16_t prf, const struct span *parts, size_t n, uint8_t *out);

/* KEYMAT of one direction, LEN octets. G_QM is empty without PFS (RFC 2409 5.5). */
struct v1_child_in {
	struct span g_qm, ni, nr;
	uint8_t protocol;		/* of the SA: 2 AH, 3 ESP */
	uint8_t spi[4];			/* the receiver's */
};
int v1_child_keymat(const struct v1_keymat *k, const struct v1_child_in *in, size_t len,
		    struct secret *out);

/* CBC over whole blocks in place; IV is replaced by the last ciphertext block,
 * as the chain demands. 0 or -EINVAL. */
int v1_encrypt(const struct v1_keymat *k, uint16_t encr, uint16_t bits, uint8_t *iv, uint8_t *data,
	       size_t len);
int v1_decrypt(const struct v1_keymat *k, uint16_t encr, uint16_t bits, uint8_t *iv, uint8_t *data,
	       size_t len);

#endif
