/* Finds the wanted records in a reply, along the chain of CNAMEs. */
#include <stdio.h>
#include <string.h>

#include "adns/answer.h"
#include "adns/message.h"
#include "lib/rr_ipseckey.h"

enum {
	RRTYPE_CNAME = 5, RRTYPE_SOA = 6, RRTYPE_DS = 43, RRTYPE_DNSKEY = 48,
	CLASS_IN = 1,
	RCODE_OK = 0, RCODE_NXDOMAIN = 3,
	MAX_CHAIN = 16,		/* CNAMEs followed */
	MAX_RECORDS = 512,	/* read in one section; the rest is not looked at */
};

/* What one walk through the answer section found for one owner. */
struct step {
	unsigned n_wanted;
	bool has_cname;
	struct msg_name target;
};

bool
answer_type_known(uint16_t rrtype)
{
	switch (rrtype) {
	case RRTYPE_A:
	case RRTYPE_TXT:
	case RRTYPE_KEY:
	case RRTYPE_AAAA:
	case RRTYPE_DS:
	case RRTYPE_IPSECKEY:
	case RRTYPE_DNSKEY:
		return true;
	default:
		return false;
	}
}

static void
fail(struct adns_answer *out, const char *why)
{
	out->status = ADNS_FAILED;
	out->n_rdata = 0;
	out->ttl_s = 0;
	snprintf(out->why, sizeof(out->why), "%s", why);
}

static void
lower_ttl(struct adns_answer *out, uint32_t ttl_s)
{
	if (ttl_s < out->ttl_s)
		out->ttl_s = ttl_s;
}

static void
take_wanted(struct adns_answer *out, struct step *s, const struct msg_record *rr)
{
	s->n_wanted++;
	lower_ttl(out, rr->ttl_s);
	if (out->n_rdata < ADNS_MAX_RDATA)
		out->rdata[out->n_rdata++] = rr->rdata;
}

/* Several CNAMEs at one name are not allowed (RFC 2181 10.1): the first counts. False
 * when it names nothing. */
static bool
take_cname(struct adns_answer *out, struct step *s, struct span message,
	   const struct msg_record *rr)
{
	if (s->has_cname)
		return true;
	if (!msg_name_at(message, rr->rdata_at, &s->target, NULL))
		return false;
	s->has_cname = true;
	lower_ttl(out, rr->ttl_s);
	return true;
}

/* One walk through the answer section; the cursor is a copy. */
static bool
walk(struct msg_cursor c, unsigned n_answers, const struct msg_name *owner,
     uint16_t rrtype, struct adns_answer *out, struct step *s)
{
	*s = (struct step){ 0 };
	for (unsigned i = 0; i < n_answers && i < MAX_RECORDS; i++) {
		struct msg_record rr;

		if (!msg_next(&c, &rr))
			return false;
		if (rr.rrclass != CLASS_IN || !msg_name_eq(&rr.owner, owner))
			continue;
		if (rr.type == rrtype)
			take_wanted(out, s, &rr);
		else if (rr.type == RRTYPE_CNAME && !take_cname(out, s, c.all, &rr))
			return false;
	}
	return true;
}

/* SOA: two names, then serial, refresh, retry, expire, minimum. */
static bool
soa_minimum(struct span message, const struct msg_record *rr, uint32_t *min)
{
	struct msg_name skip;
	size_t at = rr->rdata_at;
	struct wire_reader r = wire_reader(message);

	if (!msg_name_at(message, at, &skip, &at) ||
	    !msg_name_at(message, at, &skip, &at))
		return false;
	wire_skip(&r, at, "SOA numbers");
	wire_skip(&r, 16, "SOA numbers");
	*min = wire_u32(&r, "SOA minimum");
	return wire_ok(&r);
}

/* RFC 2308 5: a denial lives as long as the lesser of SOA TTL and minimum. */
static void
negative_ttl(struct msg_cursor c, const struct msg_header *h, struct adns_answer *out)
{
	struct msg_record rr;
	uint32_t min;

	for (unsigned i = 0; i < h->n_answers && i < MAX_RECORDS; i++)
		if (!msg_next(&c, &rr))
			break;
	for (unsigned i = 0; i < h->n_authority && i < MAX_RECORDS; i++) {
		if (!msg_next(&c, &rr))
			break;
		if (rr.type != RRTYPE_SOA || rr.rrclass != CLASS_IN ||
		    !soa_minimum(c.all, &rr, &min))
			continue;
		lower_ttl(out, rr.ttl_s);
		lower_ttl(out, min);
		return;
	}
	out->ttl_s = 0;
}

static void
deny(struct msg_cursor c, const struct msg_header *h, struct adns_answer *out)
{
	if (h->rcode != RCODE_OK && h->rcode != RCODE_NXDOMAIN) {
		char why[64];

		snprintf(why, sizeof(why), "the server answers with rcode %u",
			 (unsigned)h->rcode);
		fail(out, why);
		return;
	}
	out->status = h->rcode == RCODE_OK ? ADNS_NODATA : ADNS_NXDOMAIN;
	negative_ttl(c, h, out);
}

/* From QNAME along the CNAMEs to the records, or to where they should be. */
static void
follow(struct msg_cursor c, const struct msg_header *h, struct msg_name *owner,
       uint16_t rrtype, struct adns_answer *out)
{
	struct step s;

	for (unsigned i = 0; i <= MAX_CHAIN; i++) {
		if (!walk(c, h->n_answers, owner, rrtype, out, &s)) {
			fail(out, "malformed DNS message: answer section");
			return;
		}
		if (s.n_wanted > 0) {
			out->status = ADNS_ANSWERED;
			return;
		}
		if (!s.has_cname) {
			deny(c, h, out);
			return;
		}
		*owner = s.target;
	}
	fail(out, "the chain of CNAMEs is too long or loops");
}

void
answer_read(struct span message, const struct dns_name *qname, uint16_t rrtype,
	    struct adns_answer *out)
{
	struct msg_header h;
	struct msg_name owner;
	struct msg_cursor c = msg_open(message, &h);

	out->n_rdata = 0;
	out->ttl_s = UINT32_MAX;
	msg_skip_questions(&c, h.n_questions);
	if (!wire_ok(&c.r))
		fail(out, "malformed DNS message: header");
	else if (!h.response || h.truncated)
		fail(out, "not a whole DNS reply");
	else if (!msg_name_from_text(qname->text, &owner))
		fail(out, "the name asked for is not a name");
	else
		follow(c, &h, &owner, rrtype, out);
}
