/* Key exchange: X25519, P-256, P-384 and the MODP groups (RFC 7296 2.14, 3.4). */
#ifndef PLUTO_CRYPTO_KE_H
#define PLUTO_CRYPTO_KE_H

#include "lib/secret.h"

struct ke_pair;		/* our private half */

bool ke_known(uint16_t group);
size_t ke_value_len(uint16_t group);		/* octets of a KE value; 0: unknown */
/* A fresh pair; NULL when the group is unknown or OpenSSL refuses. */
struct ke_pair *ke_generate(uint16_t group);
/* A pair around a private key made elsewhere, for published vectors and
 * repeatable exchanges. Takes EVP over, also on failure; NULL when it does not
 * belong to the group. */
struct evp_pkey_st;
struct ke_pair *ke_adopt(uint16_t group, struct evp_pkey_st *evp);
uint16_t ke_group(const struct ke_pair *k);
/* Our public value as it goes into the KE payload: MODP padded to the prime,
 * ECP as x|y without the 0x04 (RFC 5903). Borrowed. */
struct span ke_public(const struct ke_pair *k);
/* g^ir padded to the group's length; rejects a peer value of wrong length, not
 * on the curve, 0, 1, p-1, >= p, and an all-zero X25519 result. 0 or -EINVAL. */
int ke_shared(const struct ke_pair *k, struct span peer, struct secret *out);
void ke_free(struct ke_pair *k);

#endif
