/* The SA payload: what is offered, what is chosen (RFC 7296 3.3, RFC 8247). */
#ifndef PLUTO_WIRE_PROPOSAL_H
#define PLUTO_WIRE_PROPOSAL_H

#include "pluto/wire/ike_build.h"

enum { PROPOSAL_MAX_TRANSFORMS = 32, PROPOSAL_MAX = 8 };

struct transform {
	uint8_t type;			/* enum transform_type */
	uint16_t id;
	uint16_t key_bits;		/* 0: no attribute */
};

/* One proposal as offered: several transforms of each type, in preference order. */
struct proposal {
	uint8_t protocol;		/* enum protocol_id */
	uint8_t n;
	struct transform t[PROPOSAL_MAX_TRANSFORMS];
};
struct proposal_list { uint8_t n; struct proposal p[PROPOSAL_MAX]; };

/* What was chosen: exactly one of each type that applies. */
struct chosen {
	uint8_t number;			/* echoed from the peer's proposal */
	uint8_t protocol;
	uint16_t encr, encr_bits, prf, integ, ke;	/* 0: none */
	bool esn;
	bool esn_unsaid;		/* the offer had no ESN transform: nor has the answer */
	uint8_t spi_len;
	uint8_t spi[8];			/* the peer's SPI in that proposal */
	uint16_t cpi;			/* the peer's, when IPComp goes inside; 0: none */
};

/* In a list, KE_NONE among key exchange transforms means that the SA may also
 * be made without one; integrity NONE is never written.
 *
 * The defaults of this project: AES-GCM-256/128, ChaCha20-Poly1305, then
 * AES-CBC with HMAC-SHA2; PRF SHA-2; X25519, P-256, P-384, MODP. */
const struct proposal_list *proposal_default_ike(void);
const struct proposal_list *proposal_default_esp(void);
const struct proposal_list *proposal_default(uint8_t protocol);	/* AH's too */

/* "aes_gcm256-sha2_512-x25519,aes256-sha2_256-modp2048" (--ike, --esp, --ah); the
 * classic "aes128-sha1;modp2048" spelling too. False with a sentence in ERR. */
bool proposal_parse(const char *text, uint8_t protocol, struct proposal_list *out,
		    char *err, size_t errlen);
/* 3DES, MD5, MODP-1024 and MODP-1536 (RFC 8247): is one of them offered, and puts them
 * behind everything else, which proposal_parse does. */
bool proposal_is_weak(const struct proposal_list *l);
void proposal_weak_last(struct proposal_list *l);
/* "aes_gcm256-sha2_512-x25519", "ah-sha2_256", "aes256-sha1 deflate" into OUT. */
const char *chosen_text(const struct chosen *c, char *out, size_t outlen);

/* Writes an SA payload's body with our SPI (0, 4 or 8 bytes) in each proposal;
 * the caller opens and closes the payload, also around the answer's.
 * Without WITH_KE, key exchange transforms are left out (IKE_AUTH). */
void proposal_write(struct ike_build *b, const struct proposal_list *l,
		    struct span spi, bool with_ke);
/* The single proposal of an answer. */
void proposal_write_chosen(struct ike_build *b, const struct chosen *c, struct span spi);

/* As responder: the first of OUR proposals, in our order, that the body offers.
 * PREFER_KE (0: none) is the group of the peer's KE payload: it wins when we
 * allow it, to save a round trip. SPI_LEN is what the SPI must have.
 * WITH_KE false ignores key exchange transforms. */
bool proposal_choose(struct span body, const struct proposal_list *ours, uint8_t protocol,
		     uint8_t spi_len, uint16_t prefer_ke, bool with_ke,
		     struct chosen *out, struct parse_error *e);
/* As initiator: reads the answer, and checks that it is one that we offered. */
bool proposal_check_answer(struct span body, const struct proposal_list *ours, uint8_t protocol,
			   uint8_t spi_len, bool with_ke, struct chosen *out,
			   struct parse_error *e);
/* The group of one word, "modp2048"; KE_NONE when it is none of ours. */
uint16_t proposal_group(const char *word);
/* GROUP and no other is left in P; false when there is no room. */
bool proposal_set_group(struct proposal *p, uint16_t group);
/* Is this group in our list? */
bool proposal_has_ke(const struct proposal_list *l, uint16_t group);

#endif
