/* One authoritative server, asked with libldns. */
#include "zones/server.h"

#include <stdio.h>
#include <string.h>

enum { TRIES = 3, TIMEOUT_S = 3 };

static ldns_rdf *
address_of(const struct endpoint *e)
{
	struct addr_buf b;

	return ldns_rdf_new_frm_str(e->addr.family == IP_V4 ? LDNS_RDF_TYPE_A : LDNS_RDF_TYPE_AAAA,
				    ip_addr_text(&e->addr, &b));
}

bool
server_open(const char *text, struct server *out)
{
	const struct timeval timeout = { .tv_sec = TIMEOUT_S };
	ldns_rdf *addr;
	bool ok;

	*out = (struct server){ 0 };
	if (text[0] != '@' || !endpoint_parse(text + 1, 53, &out->at))
		return false;
	addr = address_of(&out->at);
	out->resolver = ldns_resolver_new();
	ok = addr != NULL && out->resolver != NULL &&
		ldns_resolver_push_nameserver(out->resolver, addr) == LDNS_STATUS_OK;
	ldns_rdf_deep_free(addr);
	if (!ok) {
		server_close(out);
		return false;
	}
	ldns_resolver_set_port(out->resolver, out->at.port);
	ldns_resolver_set_recursive(out->resolver, false);
	ldns_resolver_set_retry(out->resolver, TRIES);
	ldns_resolver_set_timeout(out->resolver, timeout);
	ldns_resolver_set_edns_udp_size(out->resolver, 1232);
	return true;
}

void
server_close(struct server *s)
{
	if (s->resolver != NULL)
		ldns_resolver_deep_free(s->resolver);
	s->resolver = NULL;
}

static ldns_rr_list *
records_of(const ldns_pkt *answer, const ldns_rdf *name, ldns_rr_type type)
{
	ldns_rr_list *found = ldns_pkt_rr_list_by_name_and_type(answer, name, type,
								LDNS_SECTION_ANSWER);

	return found != NULL ? found : ldns_rr_list_new();
}

ldns_rr_list *
server_ask(const struct server *s, const ldns_rdf *name, ldns_rr_type type, char *err, size_t errlen)
{
	ldns_pkt *answer = ldns_resolver_query(s->resolver, name, type, LDNS_RR_CLASS_IN, 0);
	ldns_pkt_rcode rcode = answer != NULL ? ldns_pkt_get_rcode(answer) : LDNS_RCODE_SERVFAIL;
	ldns_rr_list *found = NULL;
	char *text = ldns_rdf2str(name);
	struct addr_buf b;

	if (answer == NULL)
		snprintf(err, errlen, "%s does not answer: is it there, and may this host ask it?",
			 endpoint_text(&s->at, &b));
	else if (!ldns_pkt_aa(answer) || (rcode != LDNS_RCODE_NOERROR && rcode != LDNS_RCODE_NXDOMAIN))
		snprintf(err, errlen, "%s has no zone with %.200s", endpoint_text(&s->at, &b),
			 text != NULL ? text : "that name");
	else
		found = records_of(answer, name, type);
	free(text);
	ldns_pkt_free(answer);
	return found;
}

struct span
server_rdata(const ldns_rr *rr, uint8_t *out, size_t max)
{
	ldns_buffer *b = ldns_buffer_new(4096);
	size_t len = 0;

	if (b != NULL && ldns_rr_rdata2buffer_wire(b, rr) == LDNS_STATUS_OK &&
	    ldns_buffer_position(b) <= max) {
		len = ldns_buffer_position(b);
		memcpy(out, ldns_buffer_begin(b), len);
	}
	ldns_buffer_free(b);
	return span_of(out, len);
}
