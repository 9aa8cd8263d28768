/* IPSECKEY records (RFC 4025; ECDSA from RFC 8005, EdDSA from RFC 9373).
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +---------------+---------------+---------------+---------------+
 *   |  precedence   | gateway type  |   algorithm   |   gateway ... |
 *   +---------------+---------------+---------------+---------------+
 *   |                        public key ...                         |
 *   +---------------------------------------------------------------+
 */
#ifndef LIB_RR_IPSECKEY_H
#define LIB_RR_IPSECKEY_H

#include "lib/revname.h"
#include "lib/wire.h"

enum { RRTYPE_A = 1, RRTYPE_TXT = 16, RRTYPE_KEY = 25, RRTYPE_AAAA = 28, RRTYPE_IPSECKEY = 45 };
enum gateway_kind { GW_ITSELF = 0, GW_ADDR4 = 1, GW_ADDR6 = 2, GW_NAME = 3 };
enum ipseckey_alg { IPSECKEY_NOKEY = 0, IPSECKEY_DSA = 1, IPSECKEY_RSA = 2,
	IPSECKEY_ECDSA = 3, IPSECKEY_EDDSA = 4 };

struct rr_ipseckey {
	uint8_t precedence;
	enum gateway_kind gateway_kind;
	uint8_t algorithm;		/* enum ipseckey_alg, or a number not known here */
	struct ip_addr gateway;		/* GW_ADDR4, GW_ADDR6 */
	struct dns_name gateway_name;	/* GW_NAME */
	struct span key;		/* borrowed from the rdata */
};

/* False with *ERR naming the field when the rdata is malformed. */
bool rr_ipseckey_read(struct span rdata, struct rr_ipseckey *out, const char **err);
void rr_ipseckey_write(struct wire_writer *w, const struct rr_ipseckey *rr);
/* "10 1 4 192.0.2.23 DHkk5E...=": the spelling BIND, Knot, ldns and NSD all
 * load: decimal, one line, unbroken base64, "." for no gateway. -ENOSPC. */
int rr_ipseckey_text(const struct rr_ipseckey *rr, char *out, size_t outlen);

#endif
