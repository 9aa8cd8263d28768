/* whack --listdns: how DNS works, what was asked, what it said. */
#include "pluto/daemon.h"

#include "lib/rr_ipseckey.h"

struct listing { struct daemon *d; ctl_client c; unsigned n; };

static const char *
type_text(uint16_t rrtype)
{
	switch (rrtype) {
	case RRTYPE_A:		return "A";
	case RRTYPE_AAAA:	return "AAAA";
	case RRTYPE_TXT:	return "TXT";
	case RRTYPE_KEY:	return "KEY";
	case RRTYPE_IPSECKEY:	return "IPSECKEY";
	default:		return "?";
	}
}

static void
list_known(void *ctx, const struct adns_known *k, uint32_t left_s)
{
	struct listing *l = ctx;
	const char *type = type_text(k->rrtype);

	l->n++;
	ctl_object(l->d->ctl, l->c, json_pack("{s:s,s:s,s:s,s:s,s:s,s:i,s:I}", "event", "dns_answer",
		   "name", k->qname.text, "type", type, "status", adns_status_name(k->status),
		   "security", adns_security_name(k->security), "records", (int)k->n_rdata,
		   "left_s", (json_int_t)left_s), RC_COMMENT, "%s %s %s %s, %u records, %u s left",
		   k->qname.text, type, adns_status_name(k->status),
		   adns_security_name(k->security), (unsigned)k->n_rdata, left_s);
}

static void
list_health(struct listing *l, const struct adns_client_stats *s)
{
	const char *words = s->ready ? adns_health_text(s->hello.health) : "adns is not running";

	ctl_object(l->d->ctl, l->c, json_pack("{s:s,s:b,s:b,s:s,s:s,s:s}", "event", "dns_health",
		   "ready", s->ready, "well", s->ready && s->hello.health == ADNS_HEALTH_WELL,
		   "health", words, "resolvers", s->hello.resolvers, "anchors", s->hello.anchors),
		   RC_COMMENT, "resolvers %s, anchors %s: %s", s->hello.resolvers, s->hello.anchors,
		   words);
}

static void
list_counts(struct listing *l, const struct adns_client_stats *s)
{
	ctl_object(l->d->ctl, l->c, json_pack("{s:s,s:i,s:I,s:I,s:I,s:I,s:I,s:I}", "event", "dns_counts",
		   "in_flight", (int)s->in_flight, "asked", (json_int_t)s->asked,
		   "answered", (json_int_t)s->answered, "timed_out", (json_int_t)s->timed_out,
		   "asked_again", (json_int_t)s->asked_again, "late", (json_int_t)s->late_answers,
		   "restarts", (json_int_t)s->restarts), RC_COMMENT,
		   "%u in flight, %ju asked, %ju answered, %ju timed out, %ju asked again, %ju late, "
		   "%ju restarts", s->in_flight, (uintmax_t)s->asked, (uintmax_t)s->answered,
		   (uintmax_t)s->timed_out, (uintmax_t)s->asked_again, (uintmax_t)s->late_answers,
		   (uintmax_t)s->restarts);
}

void
cmd_listdns(struct daemon *d, ctl_client c, const json_t *request)
{
	struct listing l = { .d = d, .c = c };
	struct adns_client_stats s;

	(void)request;
	adns_client_get_stats(d->adns, &s);
	list_health(&l, &s);
	list_counts(&l, &s);
	adns_client_each_known(d->adns, list_known, &l);
	ctl_result(d->ctl, c, json_pack("{s:i}", "dns_answers", (int)l.n), RC_COMMENT,
		   "%u answers of DNS that hold", l.n);
}
