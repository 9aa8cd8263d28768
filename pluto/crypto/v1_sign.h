/* Signatures of IKEv1: PKCS#1 over the bare HASH, without a DigestInfo (RFC 2409
 * 5.1). */
#ifndef PLUTO_CRYPTO_V1_SIGN_H
#define PLUTO_CRYPTO_V1_SIGN_H

#include "pluto/crypto/sign.h"

/* Empty when the key is not RSA, or OpenSSL refuses. Slow: runs in the pool. */
struct chunk v1_sign(const struct private_key *k, struct span hash);
bool v1_verify(const struct pubkey *k, struct span signature, struct span hash);

#endif
