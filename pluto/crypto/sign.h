/* Signatures of IKE_AUTH: RSA PKCS#1 and PSS, ECDSA, Ed25519 (RFC 7296 2.15,
 * RFC 7427, RFC 8420). AlgorithmIdentifiers are compared with a fixed list,
 * never parsed. */
#ifndef PLUTO_CRYPTO_SIGN_H
#define PLUTO_CRYPTO_SIGN_H

#include "lib/pubkey.h"

/* Hashes as a set: bit (1 << enum sig_hash). */
typedef uint16_t sig_hash_set;

struct private_key {
	EVP_PKEY *evp;			/* owned */
	struct pubkey pub;
};
/* PEM or DER; also Ed25519 and EC. False with a sentence in ERR. */
bool private_key_load(const char *path, struct private_key *out, char *err, size_t errlen);
bool private_key_generate(enum pubkey_kind kind, unsigned rsa_bits, struct private_key *out);
/* PKCS#8 PEM with mode 0600, never over an existing file. 0 or -errno. */
int private_key_save(const struct private_key *k, const char *path);
/* The same key once more, for a job that may outlive its owner. */
struct private_key private_key_ref(const struct private_key *k);
void private_key_free(struct private_key *k);

/* AUTH data for METHOD over OCTETS. For method 14: length octet,
 * AlgorithmIdentifier, signature, with a hash that PEER_HASHES allows (PSS
 * preferred for RSA). Empty chunk on failure. Slow: runs in the pool. */
struct chunk sign_auth(const struct private_key *k, uint8_t method, sig_hash_set peer_hashes,
		       struct span octets);
/* Does DATA verify over OCTETS with K? Only methods and hashes we allow; *HOW
 * (may be NULL) says "rsa-pss-sha2_256". Slow: runs in the pool. */
bool verify_auth(const struct pubkey *k, uint8_t method, struct span data, struct span octets,
		 const char **how);
/* The hashes that we list in SIGNATURE_HASH_ALGORITHMS. */
sig_hash_set sign_our_hashes(void);

#endif
