/* A datagram, or the inside of SK, to values: pure, and without opinion.
 *
 * RFC 7296 3.1
 *    0                   1                   2                   3
 *   +---------------------------------------------------------------+
 *   |                       IKE SA Initiator's SPI                  |
 *   |                       IKE SA Responder's SPI                  |
 *   |  Next Payload | MjVer | MnVer | Exchange Type |     Flags     |
 *   |                          Message ID                           |
 *   |                            Length                             |
 *   +---------------------------------------------------------------+
 */
#ifndef PLUTO_WIRE_IKE_MSG_H
#define PLUTO_WIRE_IKE_MSG_H

#include "lib/addr.h"
#include "lib/wire.h"
#include "pluto/wire/ike_const.h"

struct ike_hdr {
	uint8_t spi_i[8], spi_r[8];
	uint8_t next_payload, version, exchange, flags;
	uint32_t message_id, length;
};

struct payload {
	uint8_t type;
	bool critical;
	struct span body;	/* without the 4-byte generic header */
};

/* A chain of payloads; views into somebody else's bytes. */
struct payload_list {
	uint8_t n;
	struct payload p[IKE_MAX_PAYLOADS];
	uint64_t seen;		/* bit (type - 32) for each type in 33..64 that occurs */
};

#define PAYLOAD_BIT(type) (1ull << ((type) - 32))

struct ike_msg {		/* views into one buffer; owns no heap */
	struct span raw;	/* the whole message, without a non-ESP marker */
	struct ike_hdr hdr;
	struct payload_list outer;	/* ends with SK or SKF when there is one */
};

/* What was wrong with bytes from outside; said once by whoever knows the SA. */
struct parse_error {
	const char *what;	/* the field, "SK length" */
	enum wire_err err;
	uint16_t notify;	/* what the protocol says to answer; 0: drop silently */
	uint8_t payload;	/* for UNSUPPORTED_CRITICAL_PAYLOAD */
};

/* Header only: enough for demux and cookies. */
bool ike_hdr_read(struct span datagram, struct ike_hdr *out, struct parse_error *e);
/* The same for another major version: NOTIFY is what a wrong one is answered by. */
bool ike_hdr_read_version(struct span datagram, unsigned major, uint16_t notify,
			  struct ike_hdr *out, struct parse_error *e);
/* Header and outer payloads. Length must equal the datagram; SK/SKF is last;
 * unknown critical payloads are an error, unknown others are skipped. */
bool ike_msg_read(struct span datagram, struct ike_msg *out, struct parse_error *e);
/* The payloads inside SK, after decryption; FIRST is SK's next payload. */
bool payload_list_read(struct span plain, uint8_t first, struct payload_list *out,
		       struct parse_error *e);

/* The first payload of a type, or NULL. */
const struct payload *payload_find(const struct payload_list *l, uint8_t type);

struct ke_body { uint16_t group; struct span value; };
struct notify_body { uint8_t protocol; struct span spi; uint16_t type; struct span data; };
struct delete_body { uint8_t protocol; uint8_t spi_size; uint16_t n_spis; struct span spis; };
struct auth_body { uint8_t method; struct span data; };

bool ke_read(struct span body, struct ke_body *out, struct parse_error *e);
bool nonce_read(struct span body, struct span *out, struct parse_error *e);	/* 16..256 */
bool notify_read(struct span body, struct notify_body *out, struct parse_error *e);
bool delete_read(struct span body, struct delete_body *out, struct parse_error *e);
bool auth_read(struct span body, struct auth_body *out, struct parse_error *e);
/* The first notify of a type, read; false when there is none. */
bool notify_find(const struct payload_list *l, uint16_t type, struct notify_body *out);
/* The first notify with an error type (< 16384). */
bool notify_find_error(const struct payload_list *l, struct notify_body *out);

#endif
