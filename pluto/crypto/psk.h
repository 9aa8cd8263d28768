/* What follows from a shared secret: AUTH of IKEv2, SKEYID of IKEv1. */
#ifndef PLUTO_CRYPTO_PSK_H
#define PLUTO_CRYPTO_PSK_H

#include "lib/secret.h"

enum { PSK_NONCE_MAX = 256 };

/* prf(prf(SECRET, "Key Pad for IKEv2"), OCTETS) (RFC 7296 2.15); empty on failure. */
struct chunk psk_auth(uint16_t prf, struct span secret, struct span octets);
/* prf(SECRET, NI | NR) (RFC 2409 5); empty on failure, and for nonces that together are
 * the words above: what follows would be as good as the secret in IKEv2. */
struct secret psk_skeyid(uint16_t prf, struct span secret, struct span ni, struct span nr);

#endif
