/* TXT records that name a gateway, as RFC 4322 has them (5.2):
 *
 *	X-IPsec-Server(10)=192.0.2.11 AQOF8tZ2...
 *	X-IPsec-Server(10)=@gw.example.com AQOF8tZ2...
 *
 * a precedence, who speaks IKE for the owner of the record, and perhaps his RSA
 * key (RFC 3110). The character-strings of a record are one text, joined with
 * nothing between them.
 */
#ifndef LIB_RR_TXT_OE_H
#define LIB_RR_TXT_OE_H

#include "lib/rr_ipseckey.h"

enum txt_oe {
	TXT_OE_OTHER,	/* somebody else's TXT record: no error, no concern of ours */
	TXT_OE_GATEWAY,
	TXT_OE_BAD,	/* meant for us, and malformed */
};

struct rr_txt_oe {
	uint16_t precedence;		/* lower first */
	enum gateway_kind gateway_kind;	/* never GW_ITSELF: an address is named */
	struct ip_addr gateway;		/* GW_ADDR4, GW_ADDR6 */
	struct dns_name gateway_name;	/* GW_NAME: confirms a gateway, finds none */
	struct chunk key;		/* owned; empty: to be looked up (5.2.1) */
};

/* *ERR names the field for TXT_OE_BAD; OUT is filled for TXT_OE_GATEWAY alone. */
enum txt_oe rr_txt_oe_read(struct span rdata, struct rr_txt_oe *out, const char **err);
void rr_txt_oe_free(struct rr_txt_oe *rr);
/* The rdata: character-strings of at most 250 octets. */
void rr_txt_oe_write(struct wire_writer *w, const struct rr_txt_oe *rr);
/* "\"X-IPsec-Server(10)=192.0.2.11 AQOF8...\" \"...\"": as every server loads it.
 * -ENOSPC, -ENOMEM. */
int rr_txt_oe_text(const struct rr_txt_oe *rr, char *out, size_t outlen);

#endif
