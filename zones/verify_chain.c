/* A step of oe-zone verify: the chain of DNSSEC, zone by zone, and where it ends. */
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "zones/verify.h"

enum { RRTYPE_NS = 2, RRTYPE_DS = 43, RRTYPE_DNSKEY = 48, TAG_AT = 0, SEP = 1 };

struct chain {
	char text[700];
	size_t used;
	char broken[256];	/* the first zone without a DS record; "": none */
	bool is_signed;		/* that zone has DNSKEY records all the same */
};

static void
append(struct chain *c, const char *text)
{
	int n = snprintf(c->text + c->used, sizeof(c->text) - c->used, "%s", text);

	if (n > 0 && c->used + (size_t)n < sizeof(c->text))
		c->used += (size_t)n;
}

static void
append_tag(struct chain *c, unsigned tag)
{
	char text[16];

	snprintf(text, sizeof(text), " %u", tag);
	append(c, text);
}

/* RFC 4034 2.1.1: the keys that anchors and DS records point to. */
static void
root_keys(struct verify *v, struct chain *c)
{
	struct ub_result *r;

	append(c, ".");
	lookup_ask(v->ctx, ".", RRTYPE_DNSKEY, &r);
	for (int i = 0; r != NULL && r->havedata && r->data[i] != NULL; i++)
		if (r->len[i] > 4 && (r->data[i][1] & SEP) != 0)
			append_tag(c, ldns_calc_keytag_raw((uint8_t *)r->data[i], (size_t)r->len[i]));
	ub_resolve_free(r);
}

static bool
has(struct verify *v, const char *name, int type)
{
	struct ub_result *r;
	bool found;

	lookup_ask(v->ctx, name, type, &r);
	found = r != NULL && r->havedata;
	ub_resolve_free(r);
	return found;
}

/* False: the chain ends above NAME. */
static bool
link_of(struct verify *v, const char *name, struct chain *c)
{
	struct ub_result *ds;
	enum lookup_verdict verdict = lookup_ask(v->ctx, name, RRTYPE_DS, &ds);

	if (verdict == LOOKUP_SECURE) {
		append(c, " -> ");
		append(c, name);
		for (int i = 0; ds->data[i] != NULL; i++)
			if (ds->len[i] > 2)
				append_tag(c, (unsigned)((uint8_t)ds->data[i][TAG_AT] << 8 |
							 (uint8_t)ds->data[i][TAG_AT + 1]));
	} else if (verdict != LOOKUP_BOGUS && has(v, name, RRTYPE_NS)) {
		snprintf(c->broken, sizeof(c->broken), "%s", name);
		c->is_signed = has(v, name, RRTYPE_DNSKEY);
	}
	ub_resolve_free(ds);
	return c->broken[0] == '\0';
}

/* From the last label to the whole name. */
static void
walk(struct verify *v, const char *name, struct chain *c)
{
	const char *at = name + strlen(name);
	bool goes_on = true;

	root_keys(v, c);
	while (goes_on && at > name) {
		for (at--; at > name && at[-1] != '.'; at--)
			;
		if (*at != '\0' && *at != '.')
			goes_on = link_of(v, at, c);
	}
}

static void
insecure(struct verify *v, const struct chain *c)
{
	if (c->broken[0] == '\0')
		verify_find(v, "DNSSEC", FIND_UNSIGNED, "nobody vouches for the answer: %s", c->text);
	else if (c->is_signed)
		verify_find(v, "DNSSEC", FIND_UNSIGNED, "nobody vouches for %s: it is signed, and the zone "
			    "above has no DS record of it: %s", c->broken, c->text);
	else
		verify_find(v, "DNSSEC", FIND_UNSIGNED, "nobody vouches for %s: it is not signed: %s",
			    c->broken, c->text);
}

void
verify_chain(struct verify *v)
{
	struct chain c = { .used = 0 };

	if (v->verdict == LOOKUP_SECURE || v->verdict == LOOKUP_ABSENT || v->verdict == LOOKUP_INSECURE)
		walk(v, verify_owner(v), &c);
	switch (v->verdict) {
	case LOOKUP_SECURE:
		verify_ok(v, "DNSSEC", "secure: %s", c.text);
		break;
	case LOOKUP_ABSENT:
		verify_ok(v, "DNSSEC", "secure: %s", c.text);
		verify_find(v, "IPSECKEY", FIND_ABSENT, "there is no IPSECKEY record, which is proven");
		break;
	case LOOKUP_INSECURE:
		insecure(v, &c);
		if (!v->keys->havedata)
			verify_find(v, "IPSECKEY", FIND_ABSENT, "there is no IPSECKEY record");
		break;
	case LOOKUP_BOGUS:
		verify_find(v, "DNSSEC", FIND_BOGUS, "%.500s",
			    v->keys->why_bogus != NULL ? v->keys->why_bogus : "bogus");
		break;
	case LOOKUP_UNKNOWN:
		verify_find(v, "DNSSEC", FIND_NO_ANSWER, "the resolver has no answer");
		break;
	}
}
