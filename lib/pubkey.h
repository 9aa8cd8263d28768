/* Public keys as DNS carries them (RFC 3110, RFC 6605, RFC 8080), to and from
 * OpenSSL, with the limits a hostile zone must not exceed. Needs libcrypto. */
#ifndef LIB_PUBKEY_H
#define LIB_PUBKEY_H

#include <openssl/evp.h>

#include "lib/base64.h"
#include "lib/span.h"

enum pubkey_kind { PUBKEY_NONE, PUBKEY_RSA, PUBKEY_P256, PUBKEY_P384, PUBKEY_ED25519 };

/* One public key; reference counted through EVP_PKEY, so a copy is pubkey_ref. */
struct pubkey {
	enum pubkey_kind kind;
	unsigned bits;			/* RSA modulus bits; curve bits otherwise */
	EVP_PKEY *evp;			/* owned */
	char fingerprint[52];		/* "SHA256:" + base64 of SHA-256 over (alg, key bytes) */
	uint8_t alg;			/* IPSECKEY algorithm number */
};

/* KEY bytes of IPSECKEY algorithm ALG. RSA: 2048..8192 bits (or from
 * pubkey_min_rsa_bits on), odd exponent 3..2^64; points must be on the curve. False with
 * *ERR saying what is wrong. */
bool pubkey_from_dns(uint8_t alg, struct span key, struct pubkey *out, const char **err);
/* Sets the smallest RSA key that DNS may give us, for the whole process. */
void pubkey_min_rsa_bits(unsigned bits);
/* Takes a reference on EVP. False when the kind is not one of ours. */
bool pubkey_from_evp(EVP_PKEY *evp, struct pubkey *out);
/* The DNS bytes; owned by the caller; empty on failure. */
struct chunk pubkey_to_dns(const struct pubkey *k);
struct pubkey pubkey_ref(const struct pubkey *k);
void pubkey_free(struct pubkey *k);
bool pubkey_eq(const struct pubkey *a, const struct pubkey *b);
/* "rsa2048", "p256", "p384", "ed25519" into BUF; returns BUF. */
const char *pubkey_kind_text(const struct pubkey *k, char buf[16]);
/* "SHA256:5Qh1..yA" into BUF. */
const char *pubkey_short(const struct pubkey *k, char buf[24]);

#endif
