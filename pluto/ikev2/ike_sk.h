/* SK and SKF: sealing, opening, fragmenting, reassembling (RFC 7296 3.14,
 * RFC 5282, RFC 7383). Knows keys and bytes, but no SA. */
#ifndef PLUTO_IKEV2_IKE_SK_H
#define PLUTO_IKEV2_IKE_SK_H

#include "pluto/crypto/cipher.h"
#include "pluto/wire/ike_build.h"

enum { SK_MAX_FRAGMENTS = 32, SK_MAX_MESSAGE = 32768 };

/* Finished datagrams of one message: one, or its fragments. Owned. */
struct sk_out {
	uint8_t n;
	struct chunk datagram[SK_MAX_FRAGMENTS];
};
void sk_out_free(struct sk_out *o);

/* Seals INNER (from ike_build_inner) under HDR. When the message is longer than
 * LIMIT octets (0: no fragmentation agreed) it becomes SKF fragments of at most
 * LIMIT octets each. 0, -EMSGSIZE, or -EINVAL. */
int sk_seal(struct sealer *s, const struct ike_hdr *hdr, const struct ike_build *inner,
	    size_t limit, struct sk_out *out);

/* Opens MSG's SK into BUF (at least the datagram's size): the plain payload
 * bytes and the type of the first. -EBADMSG when it does not verify (nothing
 * may be concluded from it), -EPROTO with *E when it is malformed inside. */
int sk_open(struct sealer *s, const struct ike_msg *msg, uint8_t *buf, size_t max,
	    struct span *plain, uint8_t *first, struct parse_error *e);

/* Fragments of one message on their way in. Zeroed is empty. */
struct sk_reassembly {
	uint32_t message_id;
	uint16_t total, have;
	uint8_t first;
	size_t bytes;
	struct chunk part[SK_MAX_FRAGMENTS];	/* owned, decrypted */
};
/* Takes one SKF message. 1: complete, *PLAIN (owned by the caller) and *FIRST
 * are set; 0: more to come, or a duplicate; -EBADMSG, -EPROTO as above. A
 * larger total for the same message restarts; a smaller one is ignored. */
int sk_fragment_in(struct sk_reassembly *r, struct sealer *s, const struct ike_msg *msg,
		   struct chunk *plain, uint8_t *first, struct parse_error *e);
void sk_reassembly_clear(struct sk_reassembly *r);

#endif
