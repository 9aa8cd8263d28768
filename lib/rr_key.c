/* KEY records of hosts: from the wire, to the wire, and as zone text. */
#include "lib/rr_key.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base64.h"

/* RFC 2535 3.1.2, most significant first: authentication is prohibited (alone, or
 * with confidentiality: there is no key); more flags follow; bits that must be
 * zero; who is named: a host, that is, neither a user nor a zone. */
enum {
	FLAG_NO_AUTH = 0x8000, FLAG_EXTENDED = 0x1000, FLAGS_ZERO = 0x2cf0,
	FLAGS_WHO = 0x0300, WHO_HOST = 0x0200,
};

bool
rr_key_read(struct span rdata, struct rr_key *out, const char **err)
{
	struct wire_reader r = wire_reader(rdata);
	struct rr_key rr = { .flags = wire_u16(&r, "flags") };

	rr.protocol = wire_u8(&r, "protocol");
	rr.algorithm = wire_u8(&r, "algorithm");
	rr.key = wire_rest(&r);
	if (!wire_ok(&r)) {
		*err = r.what;
		return false;
	}
	*out = rr;
	return true;
}

bool
rr_key_is_hosts(const struct rr_key *rr, const char **why)
{
	*why = NULL;
	if (rr->protocol != KEY_PROTOCOL_IPSEC)
		return false;
	if ((rr->flags & FLAG_NO_AUTH) != 0)
		*why = "not for authentication";
	else if ((rr->flags & (FLAG_EXTENDED | FLAGS_ZERO)) != 0
		 || (rr->flags & FLAGS_WHO) != WHO_HOST)
		*why = "flags";
	else if (rr->algorithm != KEY_RSAMD5 && rr->algorithm != KEY_RSASHA1)
		*why = "algorithm";
	else if (rr->key.len == 0)
		*why = "public key";
	return *why == NULL;
}

void
rr_key_write(struct wire_writer *w, const struct rr_key *rr)
{
	wire_put_u16(w, rr->flags);
	wire_put_u8(w, rr->protocol);
	wire_put_u8(w, rr->algorithm);
	wire_put(w, rr->key);
}

int
rr_key_text(const struct rr_key *rr, char *out, size_t outlen)
{
	char *key = base64_encode(rr->key);
	int n;

	if (key == NULL)
		return -ENOMEM;
	n = snprintf(out, outlen, "%u %u %u %s", rr->flags, rr->protocol, rr->algorithm, key);
	free(key);
	return n < 0 || (size_t)n >= outlen ? -ENOSPC : 0;
}
