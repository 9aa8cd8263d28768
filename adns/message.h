/* A cursor over one DNS message: names with compression, and its records. */
#ifndef ADNS_MESSAGE_H
#define ADNS_MESSAGE_H

#include "lib/wire.h"

/* A name as on the wire (RFC 1035 3.1), uncompressed, letters in lower case, so
 * that two names are equal when their octets are. */
struct msg_name {
	uint8_t len;
	uint8_t bytes[255];
};

/*  RFC 1035 4.1.1
 *   +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
 *   |                      ID                       |
 *   |QR|   Opcode  |AA|TC|RD|RA|   Z    |   RCODE   |
 *   |    QDCOUNT, ANCOUNT, NSCOUNT, ARCOUNT         |
 *   +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
 */
struct msg_header {
	bool response, truncated;
	bool authentic;			/* AD (RFC 4035 3.2.3) */
	uint8_t rcode;
	uint16_t n_questions, n_answers, n_authority;
};

struct msg_record {
	struct msg_name owner;
	uint16_t type, rrclass;
	uint32_t ttl_s;			/* RFC 2181 8: above 2^31 is 0 */
	struct span rdata;		/* borrowed from the message */
	size_t rdata_at;		/* its offset, to follow pointers */
};

/* The message and the place in it. */
struct msg_cursor {
	struct span all;
	struct wire_reader r;
};

struct msg_cursor msg_open(struct span message, struct msg_header *h);
/* Leaves out the question section. */
void msg_skip_questions(struct msg_cursor *c, unsigned n);
/* False at the first record that does not parse (C->r says what). */
bool msg_next(struct msg_cursor *c, struct msg_record *rr);
/* The name at offset AT of the message; *END, when not NULL, is where it ends
 * there. Pointers only lead backwards, so this ends. */
bool msg_name_at(struct span message, size_t at, struct msg_name *out, size_t *end);
/* Presentation form of host-name characters to wire form. */
bool msg_name_from_text(const char *text, struct msg_name *out);
bool msg_name_eq(const struct msg_name *a, const struct msg_name *b);

#endif
