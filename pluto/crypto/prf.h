/* Pseudo-random functions and IKEv2 key derivation (RFC 7296 2.13, 2.14, 2.17). */
#ifndef PLUTO_CRYPTO_PRF_H
#define PLUTO_CRYPTO_PRF_H

#include "lib/secret.h"

size_t prf_len(uint16_t prf);		/* output and preferred key length; 0: unknown */
/* prf(key, parts concatenated) into OUT of prf_len bytes. 0 or -EINVAL. */
int prf_parts(uint16_t prf, struct span key, const struct span *parts, size_t n, uint8_t *out);
/* prf+(key, seed) of LEN bytes; at most 255 blocks. */
int prf_plus(uint16_t prf, struct span key, struct span seed, struct secret *out, size_t len);

struct ike_keymat { struct secret sk_d, sk_ai, sk_ar, sk_ei, sk_er, sk_pi, sk_pr; };
struct ike_keymat_in {
	uint16_t prf, encr, encr_bits, integ;
	struct span ni, nr, shared;
	uint8_t spi_i[8], spi_r[8];
	struct span old_sk_d;		/* rekey: SK_d of the old SA; else empty */
	uint16_t old_prf;
};
int ike_keymat_derive(const struct ike_keymat_in *in, struct ike_keymat *out);
void ike_keymat_free(struct ike_keymat *k);

/* RFC 7296 2.17. SHARED is empty without a new key exchange. Keys are the
 * cipher's key with its salt behind it, then the integrity key. */
struct child_keymat { struct secret encr_i, integ_i, encr_r, integ_r; };
struct child_keymat_in {
	uint16_t prf, encr, encr_bits, integ;
	struct span sk_d, shared, ni, nr;
};
int child_keymat_derive(const struct child_keymat_in *in, struct child_keymat *out);
void child_keymat_free(struct child_keymat *k);

#endif
