/* IKEv1's SA payload: what is offered and what is chosen, in phase 1 (RFC 2409
 * 5, appendix A) and in Quick Mode (RFC 2407 4.4, 4.5). Algorithms are spoken of
 * by their numbers in IKEv2. */
#ifndef PLUTO_WIRE_V1_SA_H
#define PLUTO_WIRE_V1_SA_H

#include "pluto/wire/proposal.h"
#include "pluto/wire/v1_const.h"

/* At most this many transforms are offered, and looked at, in one proposal. */
enum { V1_MAX_TRANSFORMS = 64 };

/* What we want of phase 1. */
struct v1_phase1 {
	const struct proposal_list *ike;	/* AEAD ciphers are passed over */
	uint16_t auth;				/* enum v1_auth */
	uint32_t life_s;
	uint16_t group;				/* only this one (Aggressive Mode); 0: any */
};

struct v1_chosen1 {
	uint16_t encr, encr_bits, prf, ke, auth;
	uint32_t life_s;			/* as the peer said it; 0: nothing */
	uint8_t proposal, transform;		/* their numbers in the offer */
	struct span attributes;			/* of the transform, as offered; borrowed */
};

/* The group that is wanted most; 0: there is none that IKEv1 can name. */
uint16_t v1_phase1_first_group(const struct v1_phase1 *p);
/* The body of the SA payload (DOI and situation first): one proposal. */
void v1_phase1_write(struct ike_build *b, const struct v1_phase1 *p);
/* As responder: the first of ours, in our order, that is offered. False with
 * NO-PROPOSAL-CHOSEN or what is malformed. */
bool v1_phase1_choose(struct span body, const struct v1_phase1 *ours, struct v1_chosen1 *out,
		      struct parse_error *e);
void v1_phase1_write_chosen(struct ike_build *b, const struct v1_chosen1 *c);
/* As initiator: exactly one transform, one of ours, unaltered (RFC 2409 5). */
bool v1_phase1_check(struct span body, const struct v1_phase1 *ours, struct v1_chosen1 *out,
		     struct parse_error *e);

/* What we want of a Quick Mode: ESP or AH, with IPCOMP beside it or not. */
struct v1_phase2 {
	const struct proposal_list *esp;
	bool compress;
	uint16_t encaps;			/* enum v1_encaps */
	uint16_t group;				/* PFS; 0: without */
	uint32_t life_s;
};

struct v1_chosen2 {
	struct chosen sa;			/* protocol, algorithms, group, ESN, the peer's SPI */
	bool compress;
	uint16_t cpi;				/* the peer's */
	uint32_t life_s;			/* as said; 0: nothing */
	uint8_t proposal;
	uint8_t transform, comp_transform;	/* numbers */
	struct span attributes, comp_attributes;	/* as offered; borrowed */
};

void v1_phase2_write(struct ike_build *b, const struct v1_phase2 *p, struct span spi, uint16_t cpi);
bool v1_phase2_choose(struct span body, const struct v1_phase2 *ours, struct v1_chosen2 *out,
		      struct parse_error *e);
/* Our SPI and CPI stand in the answer. */
void v1_phase2_write_chosen(struct ike_build *b, const struct v1_chosen2 *c, struct span spi,
			    uint16_t cpi);
bool v1_phase2_check(struct span body, const struct v1_phase2 *ours, struct v1_chosen2 *out,
		     struct parse_error *e);

#endif
