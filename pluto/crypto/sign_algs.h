/* The signature algorithms we make and accept, as fixed rows. */
#ifndef PLUTO_CRYPTO_SIGN_ALGS_H
#define PLUTO_CRYPTO_SIGN_ALGS_H

#include "pluto/crypto/sign.h"

enum sig_scheme { SIG_PKCS1, SIG_PSS, SIG_ECDSA, SIG_EDDSA };

struct sig_alg {
	enum pubkey_kind kind;
	enum sig_scheme scheme;
	uint8_t hash;			/* IANA hash id (RFC 7427, RFC 8420) */
	const char *digest;		/* NULL: the scheme hashes by itself */
	const char *how;		/* for the operator */
	struct span id;			/* DER AlgorithmIdentifier that we send */
	struct span also;		/* another spelling that we accept */
};

/* Rows in order of preference for each kind; N of them. */
const struct sig_alg *sig_algs(size_t *n);
/* Raw signature over OCTETS, and its check. r|s is not DER: methods 9, 10. */
struct chunk sig_make(const struct sig_alg *a, EVP_PKEY *key, struct span octets);
bool sig_check(const struct sig_alg *a, EVP_PKEY *key, struct span sig,
	       struct span octets);
/* ECDSA between DER and r|s of HALF octets each; empty chunk when malformed. */
struct chunk ecdsa_to_rs(struct span der, size_t half);
struct chunk ecdsa_from_rs(struct span rs, size_t half);

#endif
