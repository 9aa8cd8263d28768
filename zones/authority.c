/* Finds the authoritative servers of a name. */
#include "zones/authority.h"

#include <string.h>

#include "lib/rr_ipseckey.h"

enum { RRTYPE_NS = 2 };

static void
add(struct authorities *a, const struct dns_name *host, const struct ip_addr *addr)
{
	if (a->n < AUTHORITIES_MAX)
		a->at[a->n++] = (struct authority){ *host, *addr };
}

static void
add_host(struct ub_ctx *ctx, const struct dns_name *host, struct authorities *out)
{
	static const int types[] = { RRTYPE_A, RRTYPE_AAAA };
	struct ip_addr none = { .family = IP_NONE };
	unsigned before = out->n;

	for (size_t t = 0; t < 2; t++) {
		struct ub_result *r;

		lookup_ask(ctx, host->text, types[t], &r);
		for (int i = 0; r != NULL && r->havedata && r->data[i] != NULL; i++) {
			struct ip_addr a = ip_addr_from(span_of(r->data[i], (size_t)r->len[i]));

			if (a.family != IP_NONE)
				add(out, host, &a);
		}
		ub_resolve_free(r);
	}
	if (out->n == before)
		add(out, host, &none);
}

/* The NS records of NAME, or of the next name above that has some. */
static struct ub_result *
servers_of(struct ub_ctx *ctx, const char *name, struct dns_name *zone)
{
	struct ub_result *r;

	for (const char *at = name; *at != '\0'; at += strcspn(at, "."), at += *at == '.') {
		lookup_ask(ctx, at, RRTYPE_NS, &r);
		if (r != NULL && r->havedata) {
			strncpy(zone->text, at, sizeof(zone->text) - 1);
			return r;
		}
		ub_resolve_free(r);
	}
	return NULL;
}

bool
authorities_find(struct ub_ctx *ctx, const char *owner, struct authorities *out)
{
	struct ub_result *ns;

	*out = (struct authorities){ .n = 0 };
	ns = servers_of(ctx, owner, &out->zone);
	for (int i = 0; ns != NULL && ns->data[i] != NULL && i < AUTHORITIES_MAX; i++) {
		struct wire_reader w = wire_reader(span_of(ns->data[i], (size_t)ns->len[i]));
		struct dns_name host;

		if (dns_name_read(&w, &host))
			add_host(ctx, &host, out);
	}
	ub_resolve_free(ns);
	return out->n > 0;
}
