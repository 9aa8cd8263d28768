/* Identities: IDi and IDr as values (RFC 7296 3.5). */
#ifndef PLUTO_WIRE_IDENT_H
#define PLUTO_WIRE_IDENT_H

#include "pluto/wire/ike_build.h"

struct ident {
	uint8_t type;			/* enum id_type; 0: none */
	uint8_t len;
	uint8_t data[255];		/* address bytes, or the name */
};

struct ident ident_from_addr(const struct ip_addr *a);
/* "192.0.2.1", "2001:db8::1", "@east.oe.lab", "user@host", "east.oe.lab",
 * "%any"/"%none" (type 0). False with ERR. */
bool ident_parse(const char *text, struct ident *out, char *err, size_t errlen);
bool ident_read(struct span body, struct ident *out, struct parse_error *e);
/* The body: type, three zero bytes, data. This is also what AUTH signs. */
void ident_write(struct ike_build *b, uint8_t payload, const struct ident *id);
size_t ident_body(const struct ident *id, uint8_t out[259]);
bool ident_eq(const struct ident *a, const struct ident *b);	/* names without case */
/* The address of an address identity. */
bool ident_addr(const struct ident *id, struct ip_addr *out);
/* "192.0.2.1", "@east.oe.lab": printable characters only. */
const char *ident_text(const struct ident *id, char *out, size_t outlen);

#endif
