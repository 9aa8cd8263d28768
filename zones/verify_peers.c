/* Steps of oe-zone verify that ask elsewhere: each authoritative server, and the name that
 * goes with an address. */
#include <stdlib.h>
#include <string.h>

#include "lib/wire.h"
#include "lib/rr_ipseckey.h"
#include "zones/server.h"
#include "zones/verify.h"

enum { RRTYPE_NS = 2, RRTYPE_PTR = 12, SERVERS_MAX = 16 };

/* The records of the server RR by RR, as octets. */
static bool
has_octets(const ldns_rr_list *list, const uint8_t *data, size_t len)
{
	ldns_buffer *b = ldns_buffer_new(4096);
	bool found = false;

	for (size_t i = 0; b != NULL && i < ldns_rr_list_rr_count(list) && !found; i++) {
		ldns_buffer_clear(b);
		found = ldns_rr_rdata2buffer_wire(b, ldns_rr_list_rr(list, i)) == LDNS_STATUS_OK &&
			ldns_buffer_position(b) == len && memcmp(ldns_buffer_begin(b), data, len) == 0;
	}
	ldns_buffer_free(b);
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
		lost += !has_octets(list, (const uint8_t *)v->keys->data[i], (size_t)v->keys->len[i]);
	if (lost == 0 && there == n_records(v->keys))
		verify_say(v, "server", VERIFY_OK, "%s has the same %zu", server, there);
	else
		verify_say(v, "server", VERIFY_ERROR, "%s has %zu records, and %zu of the resolver's "
			   "are not among them: wait for its transfer, or look at it", server, there, lost);
}

static void
ask_at(struct verify *v, const char *host, const struct ip_addr *a, const ldns_rdf *name)
{
	struct server s;
	struct addr_buf b;
	char at[300], err[400] = "no memory";
	ldns_rr_list *list = NULL;

	snprintf(at, sizeof(at), "@%s", ip_addr_text(a, &b));
	if (server_open(at, &s))
		list = server_ask(&s, name, LDNS_RR_TYPE_IPSECKEY, err, sizeof(err));
	snprintf(at, sizeof(at), "%.120s %s", host, b.text);
	if (list != NULL)
		compare(v, at, list);
	else
		verify_say(v, "server", VERIFY_ERROR, "%.120s: %s", host, err);
	ldns_rr_list_deep_free(list);
	server_close(&s);
}

static bool
name_in(const struct ub_result *r, int i, struct dns_name *out)
{
	struct wire_reader w = wire_reader(span_of(r->data[i], (size_t)r->len[i]));

	return dns_name_read(&w, out);
}

/* Asks at the addresses of HOST: all hosts together have at most SERVERS_MAX. */
static void
each_address(struct verify *v, const char *host, const ldns_rdf *name)
{
	static const int types[] = { RRTYPE_A, RRTYPE_AAAA };
	unsigned n = 0;

	for (size_t t = 0; t < 2; t++) {
		struct ub_result *r;

		lookup_ask(v->ctx, host, types[t], &r);
		for (int i = 0; r != NULL && r->havedata && r->data[i] != NULL; i++, n++) {
			struct ip_addr a = ip_addr_from(span_of(r->data[i], (size_t)r->len[i]));

			if (a.family != IP_NONE && v->n_servers++ < SERVERS_MAX)
				ask_at(v, host, &a, name);
		}
		ub_resolve_free(r);
	}
	if (n == 0)
		verify_say(v, "server", VERIFY_ERROR, "%s has no address", host);
}

/* The NS records of the zone that holds NAME: of it, or of the next name above. */
static struct ub_result *
servers_of(struct verify *v, const char *name)
{
	struct ub_result *r;

	for (const char *at = name; *at != '\0'; at += strcspn(at, "."), at += *at == '.') {
		lookup_ask(v->ctx, at, RRTYPE_NS, &r);
		if (r != NULL && r->havedata)
			return r;
		ub_resolve_free(r);
	}
	return NULL;
}

void
verify_servers(struct verify *v)
{
	/* Behind a CNAME (RFC 2317) the records are of another zone. */
	const char *owner = v->keys->canonname != NULL ? v->keys->canonname : v->name.text;
	struct ub_result *ns = servers_of(v, owner);
	ldns_rdf *name = ldns_dname_new_frm_str(owner);
	struct dns_name host;

	if (ns == NULL || name == NULL)
		verify_say(v, "server", VERIFY_UNKNOWN, "no NS record of %s is found", owner);
	for (int i = 0; ns != NULL && name != NULL && ns->data[i] != NULL && i < SERVERS_MAX; i++)
		if (name_in(ns, i, &host))
			each_address(v, host.text, name);
	ldns_rdf_deep_free(name);
	ub_resolve_free(ns);
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
