/* whack --listdns: how DNS works, what was asked, what it said. */
#include "pluto/daemon_commands.h"

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

/* What resolvers told us (--dns-tap), and what became of it. */
static void
list_tap(struct listing *l, const struct adns_tap_counts *a)
{
	const struct dns_tap_counts *t = &l->d->tap.counts;

	if (l->d->opt.dns_tap == NULL)
		return;
	ctl_object(l->d->ctl, l->c, json_pack("{s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}",
		   "event", "dns_tap", "path", l->d->opt.dns_tap, "notices", (json_int_t)t->notices,
		   "addresses", (json_int_t)t->addresses, "started", (json_int_t)t->started,
		   "settled", (json_int_t)t->settled, "limited", (json_int_t)t->limited + (json_int_t)a->limited,
		   "repeated", (json_int_t)a->repeated, "malformed", (json_int_t)a->malformed,
		   "refused", (json_int_t)a->refused, "dropped", (json_int_t)a->dropped,
		   "forward_asked", (json_int_t)t->forward_asked,
		   "forward_used", (json_int_t)t->forward_used), RC_COMMENT,
		   "tap %s: %ju notices of %ju addresses, %ju attempts begun, %ju settled already, "
		   "%ju limited, %ju repeated, %ju malformed, %ju refused, %ju dropped; %ju forward "
		   "names asked, %ju used", l->d->opt.dns_tap, (uintmax_t)t->notices,
		   (uintmax_t)t->addresses, (uintmax_t)t->started, (uintmax_t)t->settled,
		   (uintmax_t)(t->limited + a->limited), (uintmax_t)a->repeated,
		   (uintmax_t)a->malformed, (uintmax_t)a->refused, (uintmax_t)a->dropped,
		   (uintmax_t)t->forward_asked, (uintmax_t)t->forward_used);
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
	list_tap(&l, &s.tap);
	adns_client_each_known(d->adns, list_known, &l);
	ctl_result(d->ctl, c, json_pack("{s:i}", "dns_answers", (int)l.n), RC_COMMENT,
		   "%u answers of DNS that hold", l.n);
}
