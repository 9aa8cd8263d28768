/* Makes records of keys and addresses, and prints them. */
#include "zones/record.h"

#include <stdlib.h>
#include <string.h>

#include "lib/number.h"
#include "lib/rr_key.h"
#include "lib/rr_txt_oe.h"

enum { RDATA_MAX = 2048, TEXT_MAX = 4096 };

bool
record_precedence_parse(const char *text, uint8_t *out)
{
	unsigned long n;

	if (!number_parse(text, UINT8_MAX, &n))
		return false;
	*out = (uint8_t)n;
	return true;
}

bool
record_ttl_parse(const char *text, uint32_t *out)
{
	unsigned long n;

	if (!number_parse(text, INT32_MAX, &n))
		return false;
	*out = (uint32_t)n;
	return true;
}

static bool
set_address(const struct ip_addr *a, struct rr_ipseckey *rr)
{
	rr->gateway_kind = a->family == IP_V4 ? GW_ADDR4 : GW_ADDR6;
	rr->gateway = *a;
	return true;
}

/* Without a word about the gateway an address is its own, and a name has none
 * ("itself", RFC 4025 2.3). */
static bool
set_gateway(const char *text, const struct ip_addr *self,
	    struct rr_ipseckey *rr)
{
	struct ip_addr a;

	if (!text && self)
		return set_address(self, rr);
	if (!text || strcmp(text, "none") == 0 || strcmp(text, ".") == 0) {
		rr->gateway_kind = GW_ITSELF;
		return true;
	}
	if (ip_addr_parse(text, &a))
		return set_address(&a, rr);
	rr->gateway_kind = GW_NAME;
	return dns_name_from_host(span_str(text), &rr->gateway_name);
}

/* RFC 4322 knows RSA keys alone, a TXT record names somebody, and a KEY is of whom
 * it is under. */
static const char *
why_not(const struct record_request *q, const struct record *r)
{
	if (q->kind != RECORD_IPSECKEY && r->rr.algorithm != IPSECKEY_RSA)
		return "TXT and KEY records hold RSA keys alone (newhostkey --type rsa)";
	if (q->kind == RECORD_TXT && r->rr.gateway_kind == GW_ITSELF)
		return "a TXT record names a gateway: give one with -g";
	if (q->kind == RECORD_KEY && q->gateway)
		return "a KEY record names no gateway: leave it out";
	return NULL;
}

bool
record_make(const struct record_request *q, const struct pubkey *key,
	    struct record *out, char *err, size_t errlen)
{
	struct ip_addr self;
	bool is_addr = ip_addr_parse(q->owner, &self);
	const char *why;

	*out = (struct record){ .ttl = q->ttl, .kind = q->kind, .key = key, .rr = {
	    .precedence = q->precedence, .algorithm = key->alg } };
	if (is_addr) {
		out->owner = revname_of(&self);
	} else if (!dns_name_from_host(span_str(q->owner), &out->owner)) {
		snprintf(err, errlen, "\"%s\": expected an address or a host "
		    "name", q->owner);
		return false;
	}
	if (!set_gateway(q->gateway, is_addr ? &self : NULL, &out->rr)) {
		snprintf(err, errlen, "gateway \"%s\": expected an address, a "
		    "host name or none", q->gateway);
		return false;
	}
	why = why_not(q, out);
	if (why) {
		snprintf(err, errlen, "%s: %s", q->owner, why);
		return false;
	}
	out->key_bytes = pubkey_to_dns(key);
	out->rr.key = chunk_span(out->key_bytes);
	if (out->rr.key.len)
		return true;
	snprintf(err, errlen, "the key cannot be written as DNS has it");
	return false;
}

void
record_clear(struct record *r)
{
	chunk_free(&r->key_bytes);
	*r = (struct record){ 0 };
}

static struct rr_txt_oe
txt_of(const struct record *r)
{
	return (struct rr_txt_oe){ .precedence = r->rr.precedence,
	    .gateway_kind = r->rr.gateway_kind, .gateway = r->rr.gateway,
	    .gateway_name = r->rr.gateway_name, .key = r->key_bytes };
}

static struct rr_key
key_of(const struct record *r)
{
	return (struct rr_key){ .flags = KEY_FLAGS_HOST,
	    .protocol = KEY_PROTOCOL_IPSEC, .algorithm = KEY_RSAMD5,
	    .key = chunk_span(r->key_bytes) };
}

static void
write_rdata(struct wire_writer *w, const struct record *r)
{
	const struct rr_txt_oe txt = txt_of(r);
	const struct rr_key key = key_of(r);

	switch (r->kind) {
	case RECORD_IPSECKEY:
		rr_ipseckey_write(w, &r->rr);
		break;
	case RECORD_TXT:
		rr_txt_oe_write(w, &txt);
		break;
	case RECORD_KEY:
		rr_key_write(w, &key);
		break;
	}
}

static int
rdata_text(const struct record *r, char text[TEXT_MAX])
{
	const struct rr_txt_oe txt = txt_of(r);
	const struct rr_key key = key_of(r);

	if (r->kind == RECORD_TXT)
		return rr_txt_oe_text(&txt, text, TEXT_MAX);
	return r->kind == RECORD_KEY ? rr_key_text(&key, text, TEXT_MAX) :
	    rr_ipseckey_text(&r->rr, text, TEXT_MAX);
}

static const struct {
	const char *name;
	int number;
} kinds[] = {
	[RECORD_IPSECKEY] = { "IPSECKEY", RRTYPE_IPSECKEY },
	[RECORD_TXT] = { "TXT", RRTYPE_TXT },
	[RECORD_KEY] = { "KEY", RRTYPE_KEY },
};

static struct span
rdata_of(const struct record *r, uint8_t buf[RDATA_MAX])
{
	struct wire_writer w = wire_writer(buf, RDATA_MAX);

	write_rdata(&w, r);
	return wire_fits(&w) ? wire_written(&w) : span_of(NULL, 0);
}

static void
print_key_line(const struct output *o, const struct record *r, struct span rdata)
{
	char kind[16], print[24], text[80];

	snprintf(text, sizeof(text), "key %s %s rdata %zu bytes",
	    pubkey_kind_text(r->key, kind), pubkey_short(r->key, print),
	    rdata.len);
	output_comment(o, text);
}

/* PowerDNS 4.7 has "10 0 2 KEY" for what RFC 4025 3.1 writes as "10 0 2 . KEY". */
static void
without_dot(char *text)
{
	char *dot = strstr(text, " . ");

	if (dot != NULL)
		memmove(dot, dot + 2, strlen(dot + 2) + 1);
}

static bool
print_text(const struct output *o, const struct record *r)
{
	char text[TEXT_MAX];

	if (rdata_text(r, text) < 0)
		return false;
	if (o->format == OUTPUT_PDNSUTIL && r->kind == RECORD_IPSECKEY)
		without_dot(text);
	output_rr(o, &r->owner, r->ttl, kinds[r->kind].name, text);
	return true;
}

static bool
print_generic(const struct output *o, const struct record *r, struct span rdata)
{
	char hex[2 * RDATA_MAX + 1], text[sizeof(hex) + 16], type[16];

	snprintf(type, sizeof(type), "TYPE%d", kinds[r->kind].number);
	snprintf(text, sizeof(text), "\\# %zu %s", rdata.len, span_hex(rdata, hex, sizeof(hex)));
	output_rr(o, &r->owner, r->ttl, type, text);
	return true;
}

static const char *
gateway_text(const struct rr_ipseckey *rr, struct addr_buf *b)
{
	if (rr->gateway_kind == GW_NAME)
		return rr->gateway_name.text;
	return rr->gateway_kind == GW_ITSELF ? "." :
	    ip_addr_text(&rr->gateway, b);
}

/* Every text in it is of host name characters, digits or base64. */
static bool
print_json(FILE *out, const struct record *r, struct span rdata)
{
	char hex[2 * RDATA_MAX + 1], kind[16];
	struct addr_buf b;
	char *key = base64_encode(r->rr.key);

	if (!key)
		return false;
	fprintf(out, "{\"owner\":\"%s\",\"ttl\":%u,\"type\":\"%s\","
	    "\"precedence\":%u,\"gateway_type\":%d,\"algorithm\":%u,"
	    "\"gateway\":\"%s\",\"public_key\":\"%s\",\"kind\":\"%s\","
	    "\"fingerprint\":\"%s\",\"rdata\":\"%s\"}\n", r->owner.text,
	    r->ttl, kinds[r->kind].name, r->rr.precedence, (int)r->rr.gateway_kind,
	    r->rr.algorithm, gateway_text(&r->rr, &b), key,
	    pubkey_kind_text(r->key, kind), r->key->fingerprint,
	    span_hex(rdata, hex, sizeof(hex)));
	free(key);
	return true;
}

const char *
record_refused(const struct output *o, const struct record *r)
{
	if (!output_holds(o, &r->owner))
		return "is not a name of that zone";
	if (o->format == OUTPUT_PDNSUTIL && r->kind == RECORD_IPSECKEY &&
	    r->rr.algorithm != IPSECKEY_RSA)
		return "PowerDNS takes IPSECKEY records of RSA keys alone (newhostkey --type rsa)";
	return NULL;
}

bool
record_print(const struct output *o, const struct record *r)
{
	uint8_t buf[RDATA_MAX];
	struct span rdata = rdata_of(r, buf);

	if (rdata.len == 0)
		return false;
	print_key_line(o, r, rdata);
	if (o->format == OUTPUT_JSON)
		return print_json(o->out, r, rdata);
	return o->format == OUTPUT_GENERIC ? print_generic(o, r, rdata) : print_text(o, r);
}
