/* The door's messages, to and from records of tagged values. */
#include <string.h>

#include "adns/adns_proto.h"

/* No question may wait longer than this, whatever the asker says. */
enum { TIMEOUT_MAX_MS = 600000 };

static struct span
name_span(const struct dns_name *n)
{
	return span_of(n->text, strnlen(n->text, sizeof(n->text)));
}

bool
adns_query_write(struct ipc_writer *m, void *buf, size_t max,
		 const struct adns_query *q)
{
	*m = ipc_begin(buf, max, ADNS_MSG_QUERY);
	ipc_put_u64(m, q->id);
	ipc_put_u64(m, q->rrtype);
	ipc_put_u64(m, q->timeout_ms);
	ipc_put_bytes(m, name_span(&q->qname));
	return wire_fits(&m->w);
}

bool
adns_answer_write(struct ipc_writer *m, void *buf, size_t max,
		  const struct adns_answer *a)
{
	*m = ipc_begin(buf, max, ADNS_MSG_ANSWER);
	if (a->n_rdata > ADNS_MAX_RDATA)
		return false;
	ipc_put_u64(m, a->id);
	ipc_put_u64(m, a->status);
	ipc_put_u64(m, a->security);
	ipc_put_u64(m, a->ttl_s);
	ipc_put_u64(m, a->from_cache);
	ipc_put_text(m, a->why);
	ipc_put_u64(m, a->n_rdata);
	for (unsigned i = 0; i < a->n_rdata; i++)
		ipc_put_bytes(m, a->rdata[i]);
	return wire_fits(&m->w);
}

bool
adns_cancel_write(struct ipc_writer *m, void *buf, size_t max, uint64_t id)
{
	*m = ipc_begin(buf, max, ADNS_MSG_CANCEL);
	ipc_put_u64(m, id);
	return wire_fits(&m->w);
}

bool
adns_hello_write(struct ipc_writer *m, void *buf, size_t max,
		 const struct adns_hello *h)
{
	*m = ipc_begin(buf, max, ADNS_MSG_HELLO);
	ipc_put_text(m, h->resolvers);
	ipc_put_text(m, h->anchors);
	ipc_put_u64(m, h->health);
	return wire_fits(&m->w);
}

bool
adns_notice_write(struct ipc_writer *m, void *buf, size_t max, const struct adns_notice *n)
{
	*m = ipc_begin(buf, max, ADNS_MSG_NOTICE);
	if (n->n_addrs < 1 || n->n_addrs > ADNS_MAX_NOTED)
		return false;
	ipc_put_bytes(m, name_span(&n->name));
	ipc_put_u64(m, n->n_addrs);
	for (unsigned i = 0; i < n->n_addrs; i++)
		ipc_put_bytes(m, ip_addr_span(&n->addrs[i]));
	return wire_fits(&m->w);
}

bool
adns_tap_counts_write(struct ipc_writer *m, void *buf, size_t max, const struct adns_tap_counts *c)
{
	*m = ipc_begin(buf, max, ADNS_MSG_TAP_COUNTS);
	ipc_put_u64(m, c->told);
	ipc_put_u64(m, c->malformed);
	ipc_put_u64(m, c->refused);
	ipc_put_u64(m, c->limited);
	ipc_put_u64(m, c->repeated);
	ipc_put_u64(m, c->dropped);
	return wire_fits(&m->w);
}

/* A number that must not exceed MAX. */
static uint64_t
bounded(struct ipc_reader *m, uint64_t max, const char *what)
{
	uint64_t v = ipc_u64(m, what);

	if (v > max) {
		wire_bad(&m->r, what);
		return 0;
	}
	return v;
}

/* The name is checked anew: nothing is asked that is not a host name. */
static void
read_qname(struct ipc_reader *m, struct dns_name *out)
{
	struct span text = ipc_bytes(m, "qname");

	if (!wire_ok(&m->r))
		return;
	if (!dns_name_from_host(text, out))
		wire_bad(&m->r, "qname");
}

bool
adns_query_read(struct ipc_reader *m, struct adns_query *out)
{
	*out = (struct adns_query){ 0 };
	if (m->type != ADNS_MSG_QUERY)
		return false;
	out->id = ipc_u64(m, "id");
	out->rrtype = (uint16_t)bounded(m, UINT16_MAX, "rrtype");
	out->timeout_ms = (uint32_t)bounded(m, TIMEOUT_MAX_MS, "timeout");
	read_qname(m, &out->qname);
	return ipc_done(m) && out->id != 0;
}

bool
adns_answer_read(struct ipc_reader *m, struct adns_answer *out)
{
	*out = (struct adns_answer){ 0 };
	if (m->type != ADNS_MSG_ANSWER)
		return false;
	out->id = ipc_u64(m, "id");
	out->status = (enum adns_status)bounded(m, ADNS_BUSY, "status");
	out->security = (enum adns_security)bounded(m, ADNS_BOGUS, "security");
	out->ttl_s = (uint32_t)bounded(m, UINT32_MAX, "ttl");
	out->from_cache = bounded(m, 1, "from_cache") != 0;
	ipc_text(m, out->why, sizeof(out->why), "why");
	out->n_rdata = (uint16_t)bounded(m, ADNS_MAX_RDATA, "number of records");
	for (unsigned i = 0; i < out->n_rdata; i++)
		out->rdata[i] = ipc_bytes(m, "rdata");
	return ipc_done(m) && out->id != 0;
}

bool
adns_cancel_read(struct ipc_reader *m, uint64_t *id)
{
	*id = 0;
	if (m->type != ADNS_MSG_CANCEL)
		return false;
	*id = ipc_u64(m, "id");
	return ipc_done(m);
}

bool
adns_hello_read(struct ipc_reader *m, struct adns_hello *out)
{
	*out = (struct adns_hello){ 0 };
	if (m->type != ADNS_MSG_HELLO)
		return false;
	ipc_text(m, out->resolvers, sizeof(out->resolvers), "resolvers");
	ipc_text(m, out->anchors, sizeof(out->anchors), "anchors");
	out->health = (enum adns_health)bounded(m, ADNS_HEALTH_UNVALIDATED, "health");
	return ipc_done(m);
}

bool
adns_notice_read(struct ipc_reader *m, struct adns_notice *out)
{
	*out = (struct adns_notice){ 0 };
	if (m->type != ADNS_MSG_NOTICE)
		return false;
	read_qname(m, &out->name);
	out->n_addrs = (uint16_t)bounded(m, ADNS_MAX_NOTED, "number of addresses");
	for (unsigned i = 0; i < out->n_addrs; i++) {
		struct span bytes = ipc_bytes(m, "address");

		if (bytes.len != 4 && bytes.len != 16)
			wire_bad(&m->r, "address");
		else
			out->addrs[i] = ip_addr_from(bytes);
	}
	return ipc_done(m) && out->n_addrs > 0;
}

bool
adns_tap_counts_read(struct ipc_reader *m, struct adns_tap_counts *out)
{
	*out = (struct adns_tap_counts){ 0 };
	if (m->type != ADNS_MSG_TAP_COUNTS)
		return false;
	out->told = ipc_u64(m, "told");
	out->malformed = ipc_u64(m, "malformed");
	out->refused = ipc_u64(m, "refused");
	out->limited = ipc_u64(m, "limited");
	out->repeated = ipc_u64(m, "repeated");
	out->dropped = ipc_u64(m, "dropped");
	return ipc_done(m);
}

const char *
adns_status_name(enum adns_status s)
{
	switch (s) {
	case ADNS_ANSWERED:	return "ANSWERED";
	case ADNS_NODATA:	return "NODATA";
	case ADNS_NXDOMAIN:	return "NXDOMAIN";
	case ADNS_FAILED:	return "FAILED";
	case ADNS_TIMED_OUT:	return "TIMED_OUT";
	case ADNS_BUSY:		return "BUSY";
	}
	return "?";
}

const char *
adns_health_text(enum adns_health h)
{
	switch (h) {
	case ADNS_HEALTH_UNKNOWN:
		return "not known yet";
	case ADNS_HEALTH_WELL:
		return "well, the root's keys validate";
	case ADNS_HEALTH_SILENT:
		return "the resolvers are silent or refuse: see to the network or to them";
	case ADNS_HEALTH_STRIPPED:
		return "the resolver passes no signatures (RRSIG), so that signed zones look bogus: "
			"use another one";
	case ADNS_HEALTH_CLOCK:
		return "our clock is outside the dates of the root's signatures: set it";
	case ADNS_HEALTH_ANCHOR:
		return "the trust anchor does not fit the root's keys: it is old, or somebody answers "
			"in place of the root";
	case ADNS_HEALTH_PORTAL:
		return "names that cannot exist have addresses: a captive portal answers for all";
	case ADNS_HEALTH_UNVALIDATED:
		return "the resolver does not vouch for the root's keys (AD): make it validate, nothing "
			"is secure before";
	}
	return "?";
}

const char *
adns_security_name(enum adns_security s)
{
	switch (s) {
	case ADNS_INSECURE:	return "INSECURE";
	case ADNS_SECURE:	return "SECURE";
	case ADNS_BOGUS:	return "BOGUS";
	}
	return "?";
}
