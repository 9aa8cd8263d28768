/* Steps of oe-zone verify that ask elsewhere: each authoritative server, and the name that
 * goes with an address. */
#include <stdlib.h>
#include <string.h>

#include "lib/wire.h"
#include "lib/rr_ipseckey.h"
#include "zones/authority.h"
#include "zones/server.h"
#include "zones/verify.h"

enum { RRTYPE_PTR = 12 };

static bool
has_octets(const ldns_rr_list *list, struct span data)
{
	uint8_t octets[4096];
	bool found = false;

	for (size_t i = 0; i < ldns_rr_list_rr_count(list) && !found; i++)
		found = span_eq(server_rdata(ldns_rr_list_rr(list, i), octets, sizeof(octets)), data);
	return found;
}

static size_t
n_records(const struct ub_result *r)
{
	size_t n = 0;

	while (r->data[n] != NULL)
		n++;
	return n;
}

static void
compare(struct verify *v, const char *server, const ldns_rr_list *list)
{
	size_t there = ldns_rr_list_rr_count(list), lost = 0;

	for (int i = 0; v->keys->data[i] != NULL; i++)
		lost += !has_octets(list, span_of(v->keys->data[i], (size_t)v->keys->len[i]));
	if (lost == 0 && there == n_records(v->keys))
		verify_say(v, "server", VERIFY_OK, "%s has the same %zu", server, there);
	else
		verify_say(v, "server", VERIFY_ERROR, "%s has %zu records, and %zu of the resolver's "
			   "are not among them: wait for its transfer, or look at it", server, there, lost);
}

static void
ask_at(struct verify *v, const struct authority *a, const ldns_rdf *name)
{
	struct server s = { .resolver = NULL };
	struct addr_buf b;
	char at[300], err[400] = "no memory";
	ldns_rr_list *list = NULL;

	if (a->addr.family == IP_NONE) {
		verify_say(v, "server", VERIFY_ERROR, "%s has no address", a->host.text);
		return;
	}
	snprintf(at, sizeof(at), "@%s", ip_addr_text(&a->addr, &b));
	if (server_open(at, &s))
		list = server_ask(&s, name, LDNS_RR_TYPE_IPSECKEY, err, sizeof(err));
	snprintf(at, sizeof(at), "%.120s %s", a->host.text, b.text);
	if (list != NULL)
		compare(v, at, list);
	else
		verify_say(v, "server", VERIFY_ERROR, "%.120s: %s", a->host.text, err);
	ldns_rr_list_deep_free(list);
	server_close(&s);
}

static bool
name_in(const struct ub_result *r, int i, struct dns_name *out)
{
	struct wire_reader w = wire_reader(span_of(r->data[i], (size_t)r->len[i]));

	return dns_name_read(&w, out);
}

void
verify_servers(struct verify *v)
{
	/* Behind a CNAME (RFC 2317) the records are of another zone. */
	const char *owner = v->keys->canonname != NULL ? v->keys->canonname : v->name.text;
	ldns_rdf *name = ldns_dname_new_frm_str(owner);
	struct authorities servers;

	if (name == NULL || !authorities_find(v->ctx, owner, &servers))
		verify_say(v, "server", VERIFY_UNKNOWN, "no NS record of %s is found", owner);
	else
		for (unsigned i = 0; i < servers.n; i++)
			ask_at(v, &servers.at[i], name);
	ldns_rdf_deep_free(name);
}

static bool
has_address(struct verify *v, const char *host)
{
	struct ub_result *r;
	bool found = false;

	lookup_ask(v->ctx, host, v->addr.family == IP_V4 ? RRTYPE_A : RRTYPE_AAAA, &r);
	for (int i = 0; r != NULL && r->havedata && r->data[i] != NULL && !found; i++)
		found = span_eq(span_of(r->data[i], (size_t)r->len[i]), ip_addr_span(&v->addr));
	ub_resolve_free(r);
	return found;
}

void
verify_forward(struct verify *v)
{
	struct ub_result *ptr = NULL;
	struct dns_name host;

	if (!v->is_addr)
		return;
	lookup_ask(v->ctx, v->name.text, RRTYPE_PTR, &ptr);
	if (ptr == NULL || !ptr->havedata || !name_in(ptr, 0, &host))
		verify_say(v, "forward", VERIFY_WARNING, "no PTR record: logs show the address alone");
	else if (has_address(v, host.text))
		verify_say(v, "forward", VERIFY_OK, "PTR %s has the address", host.text);
	else
		verify_say(v, "forward", VERIFY_WARNING, "PTR %s has not the address", host.text);
	ub_resolve_free(ptr);
}
