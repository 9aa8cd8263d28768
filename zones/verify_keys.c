/* Steps of oe-zone verify about the keys themselves. */
#include <string.h>

#include "lib/pubkey.h"
#include "lib/rr_ipseckey.h"
#include "lib/rr_txt_oe.h"
#include "zones/verify.h"

static struct span
rdata(const struct ub_result *r, int i)
{
	return span_of(r->data[i], (size_t)r->len[i]);
}

static void
one_key(struct verify *v, struct span data)
{
	struct rr_ipseckey rr;
	struct pubkey key;
	const char *err = "";
	char kind[16], print[24];

	if (!rr_ipseckey_read(data, &rr, &err)) {
		verify_find(v, "IPSECKEY", FIND_FIELDS, "malformed: %s", err);
	} else if (rr.algorithm == IPSECKEY_NOKEY || rr.key.len == 0) {
		verify_find(v, "IPSECKEY", FIND_NO_KEY, "the record has no key");
	} else if (rr.algorithm < IPSECKEY_RSA || rr.algorithm > IPSECKEY_EDDSA) {
		verify_find(v, "IPSECKEY", FIND_ALGORITHM, "nobody takes keys of algorithm %u", rr.algorithm);
	} else if (!pubkey_from_dns(rr.algorithm, rr.key, &key, &err)) {
		verify_find(v, "IPSECKEY", FIND_BAD_KEY, "%s", err);
	} else {
		struct addr_buf b;
		const char *gw = rr.gateway_kind == GW_NAME ? rr.gateway_name.text
			: rr.gateway_kind == GW_ITSELF ? "." : ip_addr_text(&rr.gateway, &b);

		verify_ok(v, "IPSECKEY", "%u %d %u %s %s %s ttl %d", rr.precedence,
			  (int)rr.gateway_kind, rr.algorithm, gw, pubkey_kind_text(&key, kind),
			  pubkey_short(&key, print), v->keys->ttl);
		pubkey_free(&key);
	}
}

void
verify_keys(struct verify *v)
{
	for (int i = 0; v->keys->data[i] != NULL; i++)
		one_key(v, rdata(v->keys, i));
}

static bool
has_key(const struct ub_result *r, struct span key)
{
	struct rr_ipseckey rr;
	const char *err;

	for (int i = 0; r != NULL && r->havedata && r->data[i] != NULL; i++)
		if (rr_ipseckey_read(rdata(r, i), &rr, &err) && span_eq(rr.key, key))
			return true;
	return false;
}

static void
one_gateway(struct verify *v, const struct rr_ipseckey *rr)
{
	struct dns_name rev = revname_of(&rr->gateway);
	struct ub_result *r;
	struct addr_buf b;
	const char *gw = ip_addr_text(&rr->gateway, &b);

	lookup_ask(v->ctx, rev.text, RRTYPE_IPSECKEY, &r);
	if (has_key(r, rr->key))
		verify_ok(v, "gateway", "%s has the key under its own name", gw);
	else
		verify_find(v, "gateway", FIND_GATEWAY, "%s has not this key under its own name", gw);
	ub_resolve_free(r);
}

void
verify_gateways(struct verify *v)
{
	struct rr_ipseckey rr;
	const char *err;

	for (int i = 0; v->keys->data[i] != NULL; i++) {
		if (!rr_ipseckey_read(rdata(v->keys, i), &rr, &err) ||
		    (rr.gateway_kind != GW_ADDR4 && rr.gateway_kind != GW_ADDR6))
			continue;
		if (!v->is_addr || !ip_addr_eq(&rr.gateway, &v->addr))
			one_gateway(v, &rr);
	}
}

static void
one_txt(struct verify *v, struct span data, unsigned *n)
{
	struct rr_txt_oe txt;
	const char *err = "";

	switch (rr_txt_oe_read(data, &txt, &err)) {
	case TXT_OE_GATEWAY:
		++*n;
		if (txt.key.len == 0 || has_key(v->keys, chunk_span(txt.key)))
			verify_ok(v, "TXT", "X-IPsec-Server, with a key of the IPSECKEY records");
		else
			verify_find(v, "TXT", FIND_TXT_DIFFERS, "no IPSECKEY record has this key");
		rr_txt_oe_free(&txt);
		break;
	case TXT_OE_BAD:
		++*n;
		verify_find(v, "TXT", FIND_BAD_TXT, "%s", err);
		break;
	case TXT_OE_OTHER:
		break;
	}
}

void
verify_txt(struct verify *v)
{
	struct ub_result *r;
	enum lookup_verdict verdict = lookup_ask(v->ctx, v->name.text, RRTYPE_TXT, &r);
	unsigned n = 0;

	for (int i = 0; r != NULL && r->havedata && r->data[i] != NULL; i++)
		one_txt(v, rdata(r, i), &n);
	if (n == 0)
		verify_ok(v, "TXT", "none of RFC 4322%s", verdict == LOOKUP_ABSENT ? ", which is proven" : "");
	ub_resolve_free(r);
}
