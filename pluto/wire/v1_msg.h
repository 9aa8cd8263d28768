/* An ISAKMP message of IKEv1 to values (RFC 2408 3.1): the header is that of
 * IKEv2 with other numbers; payloads chain in the same way. Written with
 * ike_build.h, whose generic payload header is the same too. */
#ifndef PLUTO_WIRE_V1_MSG_H
#define PLUTO_WIRE_V1_MSG_H

#include "pluto/wire/ike_build.h"
#include "pluto/wire/v1_const.h"

struct v1_payload {
	uint8_t type;
	struct span body;	/* without the generic header */
};

/* Views into somebody else's bytes. */
struct v1_chain {
	uint8_t n;
	struct v1_payload p[V1_MAX_PAYLOADS];
	uint64_t seen;		/* V1_BIT of each type that occurs */
	/* What HASH(1) covers: everything behind the first payload, headers
	 * included, padding not. */
	struct span after_first;
};
/* Types end at 21, but for the fragment. */
#define V1_BIT(type) (1ull << ((type) == V1_FRAGMENT ? 63 : (type)))

/* The header alone: version 1.x, a length that is the datagram's, a cookie of
 * the initiator. */
bool v1_hdr_read(struct span datagram, struct ike_hdr *out, struct parse_error *e);
/* The payloads from type FIRST on. PADDED: bytes may be left behind the chain
 * (RFC 2409 appendix B), whatever they are; else up to three, which some peers add
 * in the clear too. An unknown type is an error. */
bool v1_chain_read(struct span payloads, uint8_t first, bool padded, struct v1_chain *out,
		   struct parse_error *e);
/* The first of its type, or NULL; V1_NEXT: the one behind P. */
const struct v1_payload *v1_find(const struct v1_chain *c, uint8_t type);
const struct v1_payload *v1_find_next(const struct v1_chain *c, const struct v1_payload *p);

struct v1_notify_body { uint32_t doi; uint8_t protocol; uint16_t type; struct span spi, data; };
struct v1_delete_body { uint32_t doi; uint8_t protocol, spi_size; uint16_t n_spis; struct span spis; };
/* An ID payload's body; the same octets go into HASH_I and HASH_R. */
struct v1_id { uint8_t type, ip_proto; uint16_t port; struct span data; };
struct v1_nat_oa { struct ip_addr addr; };
/* A part of a whole message, header included: in Cisco's way, number from 1 on. */
struct v1_fragment { uint16_t id; uint8_t number; bool last; struct span data; };

bool v1_notify_read(struct span body, struct v1_notify_body *out, struct parse_error *e);
bool v1_delete_read(struct span body, struct v1_delete_body *out, struct parse_error *e);
bool v1_id_read(struct span body, struct v1_id *out, struct parse_error *e);
bool v1_fragment_read(struct span body, struct v1_fragment *out, struct parse_error *e);
bool v1_nat_oa_read(struct span body, struct v1_nat_oa *out, struct parse_error *e);
/* RFC 2409 5: 8 to 256 octets. */
bool v1_nonce_read(struct span body, struct span *out, struct parse_error *e);

void v1_put_notify(struct ike_build *b, uint8_t protocol, struct span spi, uint16_t type,
		   struct span data);
/* N SPIs of SPI_SIZE octets each. */
void v1_put_delete(struct ike_build *b, uint8_t protocol, uint8_t spi_size, struct span spis);
void v1_put_fragment(struct ike_build *b, const struct v1_fragment *f);
void v1_put_id(struct ike_build *b, const struct v1_id *id);
void v1_put_nat_oa(struct ike_build *b, const struct ip_addr *a);

/* Phase 2 identities: an address, a subnet or a range, with protocol and port
 * (RFC 2407 4.6.2). False: not one that a traffic selector can say. */
bool v1_id_to_ts(const struct v1_id *id, struct traffic_selector *out);
/* Into ID, whose data points into BUF. */
void v1_id_from_ts(const struct traffic_selector *ts, struct v1_id *id, uint8_t buf[32]);

#endif
