/* Steps of oe-zone verify that ask elsewhere: each authoritative server, and the name that
 * goes with an address. */
#include <stdlib.h>
#include <string.h>

#include "lib/wire.h"
#include "lib/rr_ipseckey.h"
#include "zones/authority.h"
#include "zones/server.h"
#include "zones/verify.h"

enum { RRTYPE_PTR = 12, TTL_MAX = 86400 };

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

/* Here, as resolvers cut what they hold. */
static void
check_ttl(struct verify *v, const char *server, const ldns_rr_list *list)
{
	uint32_t ttl = ldns_rr_list_rr_count(list) > 0 ? ldns_rr_ttl(ldns_rr_list_rr(list, 0)) : 0;

	if (ttl > TTL_MAX)
		verify_find(v, "server", FIND_TTL, "%s: %u seconds are more than a day", server, ttl);
}

/* Which version of the zone it has; 0: it does not say. */
static uint32_t
serial_at(const struct server *s, const struct dns_name *zone)
{
	ldns_rdf *name = ldns_dname_new_frm_str(zone->text);
	char err[400];
	ldns_rr_list *soa = name != NULL ? server_ask(s, name, LDNS_RR_TYPE_SOA, err, sizeof(err)) : NULL;
	uint32_t serial = 0;

	if (soa != NULL && ldns_rr_list_rr_count(soa) > 0)
		serial = ldns_rdf2native_int32(ldns_rr_rdf(ldns_rr_list_rr(soa, 0), 2));
	ldns_rr_list_deep_free(soa);
	ldns_rdf_deep_free(name);
	return serial;
}

static void
compare(struct verify *v, const char *server, const ldns_rr_list *list, uint32_t serial)
{
	size_t there = ldns_rr_list_rr_count(list), lost = 0;

	for (int i = 0; v->keys->data[i] != NULL; i++)
		lost += !has_octets(list, span_of(v->keys->data[i], (size_t)v->keys->len[i]));
	if (lost == 0 && there == n_records(v->keys))
		verify_ok(v, "server", "%s has the same %zu, serial %u", server, there, serial);
	else
		verify_find(v, "server", FIND_SERVERS, "%s has %zu records, and %zu of the resolver's "
			    "are not among them, serial %u", server, there, lost, serial);
}

static void
ask_at(struct verify *v, const struct authority *a, const struct dns_name *zone, const ldns_rdf *name)
{
	struct server s = { .resolver = NULL };
	struct addr_buf b;
	char at[300], err[400] = "no memory";
	ldns_rr_list *list = NULL;

	if (a->addr.family == IP_NONE) {
		verify_find(v, "server", FIND_SILENT, "%s has no address", a->host.text);
		return;
	}
	snprintf(at, sizeof(at), "@%s", ip_addr_text(&a->addr, &b));
	if (server_open(at, &s))
		list = server_ask(&s, name, LDNS_RR_TYPE_IPSECKEY, err, sizeof(err));
	snprintf(at, sizeof(at), "%.120s %s", a->host.text, b.text);
	if (list != NULL) {
		compare(v, at, list, serial_at(&s, zone));
		check_ttl(v, at, list);
	} else {
		verify_find(v, "server", FIND_SILENT, "%.120s: %s", a->host.text, err);
	}
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
	const char *owner = verify_owner(v);
	ldns_rdf *name = ldns_dname_new_frm_str(owner);
	struct authorities servers;

	if (name == NULL || !authorities_find(v->ctx, owner, &servers))
		verify_find(v, "server", FIND_NO_ANSWER, "no NS record of %s is found", owner);
	else
		for (unsigned i = 0; i < servers.n; i++)
			ask_at(v, &servers.at[i], &servers.zone, name);
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
		verify_find(v, "forward", FIND_FORWARD, "no PTR record");
	else if (has_address(v, host.text))
		verify_ok(v, "forward", "PTR %s has the address", host.text);
	else
		verify_find(v, "forward", FIND_FORWARD, "PTR %s has not the address", host.text);
	ub_resolve_free(ptr);
}
