/* IPSECKEY records: from the wire, to the wire, and as zone text. */
#include "lib/rr_ipseckey.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base64.h"

static void
read_gateway(struct wire_reader *r, uint8_t type, struct rr_ipseckey *rr)
{
	switch (type) {
	case GW_ITSELF:
		break;
	case GW_ADDR4:
		rr->gateway = ip_addr_from(wire_bytes(r, 4, "gateway"));
		break;
	case GW_ADDR6:
		rr->gateway = ip_addr_from(wire_bytes(r, 16, "gateway"));
		break;
	case GW_NAME:
		/* RFC 4025 2.5: never compressed. */
		if (!dns_name_read(r, &rr->gateway_name))
			r->what = "gateway name";
		break;
	default:
		wire_bad(r, "gateway type");
		return;
	}
	rr->gateway_kind = (enum gateway_kind)type;
}

bool
rr_ipseckey_read(struct span rdata, struct rr_ipseckey *out, const char **err)
{
	struct wire_reader r = wire_reader(rdata);
	struct rr_ipseckey rr = { 0 };
	uint8_t type;

	rr.precedence = wire_u8(&r, "precedence");
	type = wire_u8(&r, "gateway type");
	rr.algorithm = wire_u8(&r, "algorithm");
	if (wire_ok(&r))
		read_gateway(&r, type, &rr);
	rr.key = wire_rest(&r);
	/* RFC 4025 2.4: algorithm 0 says that no key is present. */
	if (rr.algorithm == IPSECKEY_NOKEY && rr.key.len != 0)
		wire_bad(&r, "public key");
	if (!wire_ok(&r)) {
		*err = r.what;
		return false;
	}
	*out = rr;
	return true;
}

void
rr_ipseckey_write(struct wire_writer *w, const struct rr_ipseckey *rr)
{
	wire_put_u8(w, rr->precedence);
	wire_put_u8(w, (uint8_t)rr->gateway_kind);
	wire_put_u8(w, rr->algorithm);
	switch (rr->gateway_kind) {
	case GW_ITSELF:
		break;
	case GW_ADDR4:
	case GW_ADDR6:
		wire_put(w, ip_addr_span(&rr->gateway));
		break;
	case GW_NAME:
		dns_name_write(w, &rr->gateway_name);
		break;
	}
	wire_put(w, rr->key);
}

static const char *
gateway_text(const struct rr_ipseckey *rr, struct addr_buf *buf)
{
	switch (rr->gateway_kind) {
	case GW_ITSELF:
		break;
	case GW_ADDR4:
	case GW_ADDR6:
		return ip_addr_text(&rr->gateway, buf);
	case GW_NAME:
		return rr->gateway_name.text;
	}
	return ".";
}

int
rr_ipseckey_text(const struct rr_ipseckey *rr, char *out, size_t outlen)
{
	char *key = base64_encode(rr->key);
	struct addr_buf buf;
	int n;

	if (key == NULL)
		return -ENOMEM;
	n = snprintf(out, outlen, "%u %u %u %s%s%s", rr->precedence,
		     (unsigned)rr->gateway_kind, rr->algorithm,
		     gateway_text(rr, &buf), *key != '\0' ? " " : "", key);
	free(key);
	return n < 0 || (size_t)n >= outlen ? -ENOSPC : 0;
}
