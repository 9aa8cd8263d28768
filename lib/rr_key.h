/* KEY records (RFC 2535 3.1) that hold a host's key for IPsec, as RFC 4322 5.1
 * has them; RFC 3445 withdrew that use, and IPSECKEY took its place.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-------------------------------+---------------+---------------+
 *   |             flags             |    protocol   |   algorithm   |
 *   +-------------------------------+---------------+---------------+
 *   |                        public key ...                         |
 *   +---------------------------------------------------------------+
 */
#ifndef LIB_RR_KEY_H
#define LIB_RR_KEY_H

#include "lib/rr_ipseckey.h"

/* What showhostkey of old wrote, and what old peers ask for: a host's key, of the
 * algorithm that they call RSA/MD5. */
enum { KEY_FLAGS_HOST = 0x4200, KEY_PROTOCOL_IPSEC = 4, KEY_RSAMD5 = 1, KEY_RSASHA1 = 5 };

struct rr_key {
	uint16_t flags;
	uint8_t protocol, algorithm;
	struct span key;		/* borrowed from the rdata */
};

/* False with *ERR naming the field when the rdata is malformed. */
bool rr_key_read(struct span rdata, struct rr_key *out, const char **err);
/* May this key prove who a host is? Of another protocol: false with *WHY NULL, as
 * it is no concern of ours. RSA of either number is the same key (RFC 3110). */
bool rr_key_is_hosts(const struct rr_key *rr, const char **why);
void rr_key_write(struct wire_writer *w, const struct rr_key *rr);
/* "16896 4 1 AQOF8...": decimal, in one piece. -ENOSPC, -ENOMEM. */
int rr_key_text(const struct rr_key *rr, char *out, size_t outlen);

#endif
