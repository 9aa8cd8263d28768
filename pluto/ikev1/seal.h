/* Encryption of whole messages, and the later exchanges' IVs and hashes. */
#ifndef PLUTO_IKEV1_SEAL_H
#define PLUTO_IKEV1_SEAL_H

#include "pluto/ikev1/inside.h"

/* The finished message with what is behind its header encrypted; IV moves on.
 * Owned; empty when it did not fit. */
struct chunk v1_seal(struct isakmp *sa, uint8_t iv[V1_BLOCK_MAX], struct ike_build *b);
/* The plain payloads of DATAGRAM; IV moves on. Owned; empty when it is not a
 * whole number of blocks. */
struct chunk v1_unseal(struct isakmp *sa, uint8_t iv[V1_BLOCK_MAX], struct span datagram);
/* RFC 2409 appendix B: the first IV of an exchange of its own. */
bool v1_exchange_iv(const struct isakmp *sa, uint32_t msgid, uint8_t iv[V1_BLOCK_MAX]);
/* prf(SKEYID_a, M-ID | [Ni_b |] REST): the HASH of Quick Mode and Informational;
 * the length, or 0. */
size_t v1_exchange_hash(const struct isakmp *sa, uint32_t msgid, struct span ni,
			struct span rest, uint8_t out[V1_HASH_MAX]);
/* Builds an encrypted message around INNER payloads, HASH in front of them;
 * sends nothing. FIRST is the type of the first payload of INNER. */
struct chunk v1_protected(struct isakmp *sa, uint8_t exchange, uint32_t msgid,
			  uint8_t iv[V1_BLOCK_MAX], struct span hash, struct span inner,
			  uint8_t first);
uint32_t v1_new_msgid(struct isakmp *sa);

#endif
