/* The steps of oe-zone verify. */
#include "zones/verify.h"

#include <stdarg.h>
#include <string.h>

#include "lib/pubkey.h"
#include "lib/rr_ipseckey.h"
#include "zones/output.h"

enum { UDP_MAX = 1232 };

void
verify_say(struct verify *v, const char *what, enum verify_status status, const char *fmt, ...)
{
	static const char *const words[] = { [VERIFY_OK] = "ok", [VERIFY_WARNING] = "warning",
		[VERIFY_ERROR] = "error", [VERIFY_UNKNOWN] = "unknown", [VERIFY_BOGUS] = "bogus" };
	va_list ap;

	if (status > v->worst)
		v->worst = status;
	if (v->quiet)
		return;
	fprintf(v->out, "  %-11s %-8s", what, words[status]);
	va_start(ap, fmt);
	vfprintf(v->out, fmt, ap);
	va_end(ap);
	putc('\n', v->out);
}

static void
dnssec(struct verify *v)
{
	switch (v->verdict) {
	case LOOKUP_SECURE:
		verify_say(v, "DNSSEC", VERIFY_OK, "secure, from the anchor down");
		break;
	case LOOKUP_ABSENT:
		verify_say(v, "DNSSEC", VERIFY_ERROR, "there is no IPSECKEY record, which is proven: "
			   "publish it");
		break;
	case LOOKUP_INSECURE:
		verify_say(v, "DNSSEC", VERIFY_ERROR, "nobody vouches: sign the zone, and have its DS "
			   "record in the zone above");
		break;
	case LOOKUP_BOGUS:
		verify_say(v, "DNSSEC", VERIFY_BOGUS, "%.300s",
			   v->keys->why_bogus != NULL ? v->keys->why_bogus : "bogus");
		break;
	case LOOKUP_UNKNOWN:
		verify_say(v, "DNSSEC", VERIFY_UNKNOWN, "the resolver has no answer: is it there, and "
			   "are the servers of the zone?");
		break;
	}
}

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
		verify_say(v, "IPSECKEY", VERIFY_ERROR, "malformed: %s", err);
	} else if (!pubkey_from_dns(rr.algorithm, rr.key, &key, &err)) {
		verify_say(v, "IPSECKEY", VERIFY_ERROR, "%s", err);
	} else {
		struct addr_buf b;
		const char *gw = rr.gateway_kind == GW_NAME ? rr.gateway_name.text
			: rr.gateway_kind == GW_ITSELF ? "." : ip_addr_text(&rr.gateway, &b);

		verify_say(v, "IPSECKEY", VERIFY_OK, "%u %d %u %s %s %s ttl %d", rr.precedence,
			   (int)rr.gateway_kind, rr.algorithm, gw, pubkey_kind_text(&key, kind),
			   pubkey_short(&key, print), v->keys->ttl);
		pubkey_free(&key);
	}
}

static void
keys(struct verify *v)
{
	for (int i = 0; v->keys->data[i] != NULL; i++)
		one_key(v, rdata(v->keys, i));
}

static void
size(struct verify *v)
{
	int octets = v->keys->answer_len;

	verify_say(v, "size", octets > UDP_MAX ? VERIFY_WARNING : VERIFY_OK, "%d octets%s", octets,
		   octets > UDP_MAX ? ": more than 1232 are asked again by TCP" : "");
}

/* What is looked at where there are records to look at. */
static void (*const steps[])(struct verify *v) = {
	keys,			/* peers can use each of them */
	size,			/* and get them by UDP */
	verify_servers,		/* whichever server they ask */
	verify_forward,		/* and the name that goes with the address says the same */
	verify_ike,		/* and somebody is there */
};

bool
verify_subject(const char *text, struct verify *v)
{
	v->is_addr = ip_addr_parse(text, &v->addr);
	if (v->is_addr)
		v->name = revname_of(&v->addr);
	return v->is_addr || output_zone_parse(text, &v->name);
}

enum verify_status
verify_name(struct verify *v, const char *asked)
{
	v->asked = asked;
	v->worst = VERIFY_OK;
	v->verdict = lookup_ask(v->ctx, v->name.text, RRTYPE_IPSECKEY, &v->keys);
	if (!v->quiet)
		fprintf(v->out, "%s -> %s\n", asked, v->name.text);
	dnssec(v);
	if (v->keys != NULL && v->keys->havedata && v->verdict != LOOKUP_BOGUS)
		for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
			steps[i](v);
	ub_resolve_free(v->keys);
	v->keys = NULL;
	if (!v->quiet)
		fprintf(v->out, "ready: %s\n", v->worst <= VERIFY_WARNING ? "yes" : "no");
	return v->worst;
}
