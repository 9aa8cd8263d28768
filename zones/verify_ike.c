/* A step of oe-zone verify: somebody speaks IKE where the records say. */
#include <limits.h>
#include <string.h>

#include "lib/program.h"
#include "lib/rr_ipseckey.h"
#include "zones/child.h"
#include "zones/ike_probe.h"
#include "zones/verify_host.h"

enum { GATEWAYS_MAX = 8, IKE_PORT = 500 };

struct gateways {
	struct ip_addr addr[GATEWAYS_MAX];
	unsigned n;
};

static void
add(struct gateways *g, const struct ip_addr *a)
{
	for (unsigned i = 0; i < g->n; i++)
		if (ip_addr_eq(&g->addr[i], a))
			return;
	if (g->n < GATEWAYS_MAX && a->family != IP_NONE)
		g->addr[g->n++] = *a;
}

static void
add_host(struct verify *v, const char *host, struct gateways *g)
{
	static const int types[] = { RRTYPE_A, RRTYPE_AAAA };

	for (size_t t = 0; t < 2; t++) {
		struct ub_result *r;

		lookup_ask(v->ctx, host, types[t], &r);
		for (int i = 0; r != NULL && r->havedata && r->data[i] != NULL; i++) {
			struct ip_addr a = ip_addr_from(span_of(r->data[i], (size_t)r->len[i]));

			add(g, &a);
		}
		ub_resolve_free(r);
	}
}

static void
add_gateway(struct verify *v, const struct rr_ipseckey *rr, struct gateways *g)
{
	switch (rr->gateway_kind) {
	case GW_ADDR4:
	case GW_ADDR6:
		add(g, &rr->gateway);
		break;
	case GW_NAME:
		add_host(v, rr->gateway_name.text, g);
		break;
	case GW_ITSELF:		/* RFC 4025 2.3: whoever has the name */
		if (v->is_addr)
			add(g, &v->addr);
		else
			add_host(v, v->name.text, g);
		break;
	}
}

/* Of a pair that is encrypted an answer in the clear is dropped here; but then somebody spoke
 * IKE there. pluto says so, if it runs, and if this user may ask it. */
static bool
encrypted(const struct verify *v, const struct endpoint *to)
{
	const char *ctlbase = v->host != NULL ? v->host->ctlbase : "/run/pluto/pluto";
	char path[PATH_MAX], said[CHILD_SAID];
	struct addr_buf here, there;
	struct ip_addr from;
	const char *argv[] = { path, "--ctlbase", ctlbase, "--explain", NULL,
		ip_addr_text(&to->addr, &there), NULL };

	if (!ike_probe_from(to, &from) || !program_find("whack", path))
		return false;
	argv[4] = ip_addr_text(&from, &here);
	return child_run(argv, NULL, said) == 0 && strstr(said, " ENCRYPTED ") != NULL;
}

static void
probe(struct verify *v, const struct ip_addr *a)
{
	const struct endpoint to = { *a, IKE_PORT };
	int ms = ike_probe(&to);
	struct addr_buf b;

	if (ms >= 0)
		verify_ok(v, "IKE", "%s answered in %d ms", endpoint_text(&to, &b), ms);
	else if (encrypted(v, &to))
		verify_ok(v, "IKE", "%s: this host is encrypting to it", endpoint_text(&to, &b));
	else
		verify_find(v, "IKE", FIND_NO_IKE, "%s: %s", endpoint_text(&to, &b), strerror(-ms));
}

void
verify_ike(struct verify *v)
{
	struct gateways g = { .n = 0 };
	struct rr_ipseckey rr;
	const char *err;

	if (v->no_ike)
		return;
	for (int i = 0; v->keys->data[i] != NULL; i++)
		if (rr_ipseckey_read(span_of(v->keys->data[i], (size_t)v->keys->len[i]), &rr, &err))
			add_gateway(v, &rr, &g);
	for (unsigned i = 0; i < g.n; i++)
		probe(v, &g.addr[i]);
}
