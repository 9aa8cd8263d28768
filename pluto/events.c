/* What happens, to whoever watches. */
#include "pluto/events.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "lib/fault.h"


#define J(n) ((json_int_t)(n))

/* Those who have gone make room. */
static void
prune(struct event_hub *ev)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < ev->n; i++)
		if (ctl_alive(ev->ctl, ev->watcher[i]))
			ev->watcher[kept++] = ev->watcher[i];
	ev->n = kept;
}

unsigned
events_watchers(struct event_hub *ev)
{
	prune(ev);
	return ev->n;
}

bool
events_join(struct event_hub *ev, ctl_client c)
{
	prune(ev);
	if (ev->n == MAX_WATCHERS) {
		ev->refused++;
		return false;
	}
	ctl_limit(ev->ctl, c, WATCHER_BYTES);
	ev->watcher[ev->n++] = c;
	return true;
}

void
events_end(struct event_hub *ev, const char *why)
{
	unsigned n = events_watchers(ev);

	ev->n = 0;
	for (unsigned i = 0; i < n; i++)
		ctl_result(ev->ctl, ev->watcher[i], json_pack("{s:I}", "events", J(ev->told)),
			   RC_COMMENT, "%s", why);
}

/* RFC 3339 in UTC, with milliseconds. */
static void
now_text(char out[32])
{
	struct timespec now;
	struct tm tm;
	size_t n;

	clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec = wall_s();
	gmtime_r(&now.tv_sec, &tm);
	n = strftime(out, 32, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out + n, 32 - n, ".%03dZ", (int)(now.tv_nsec / 1000000));
}

/* O is taken. */
static void __attribute__((format(printf, 3, 4)))
tell(struct event_hub *ev, json_t *o, const char *fmt, ...)
{
	char text[600], at[32];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	now_text(at);
	ev->told++;
	if (o != NULL) {
		json_object_set_new(o, "at", json_string(at));
		json_object_set_new(o, "seq", json_integer(J(ev->told)));
	}
	prune(ev);
	for (unsigned i = 0; i < ev->n; i++)
		ctl_object(ev->ctl, ev->watcher[i], json_deep_copy(o), RC_COMMENT, "%.12s %s", at + 11,
			   text);
	json_decref(o);
}

void
events_attempt(struct event_hub *ev, oppo_id id, const struct oe_result *r)
{
	struct addr_buf here, there;

	if (ev->n == 0)
		return;
	ip_addr_text(&r->flow.src, &here);
	ip_addr_text(&r->flow.dst, &there);
	tell(ev, json_pack("{s:s,s:I,s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:s,s:i,s:I,s:b,s:i}", "event", "attempt",
			   "id", J(id.n), "here", here.text, "there", there.text,
			   "outcome", oe_outcome_name(r->outcome), "group", r->group,
			   "dnssec", evidence_name(r->evidence), "ike", ike_outcome_name(r->ike),
			   "exit", r->code, "reason", r->reason, "remembered_s", (int)r->lifetime_s,
			   "took_ms", J(r->total_ms),
			   "authenticated", r->outcome == OE_ENCRYPTED && !r->anonymous,
			   "released", (int)r->released),
	     "attempt %s -> %s %s: %s", here.text, there.text, oe_outcome_name(r->outcome), r->reason);
}

void
events_shunt(struct event_hub *ev, const struct shunt *s)
{
	struct addr_buf here, there;

	if (ev->n == 0)
		return;
	ip_addr_text(&s->local, &here);
	ip_addr_text(&s->remote, &there);
	tell(ev, json_pack("{s:s,s:s,s:s,s:s,s:i}", "event", "shunt_set", "here", here.text,
			   "there", there.text, "kind", shunt_kind_name(s->kind),
			   "lifetime_s", (int)s->lifetime_s),
	     "shunt %s -> %s %%%s%s", here.text, there.text, shunt_kind_name(s->kind),
	     s->lifetime_s > 0 ? ", for a while" : "");
}

static const char *const sa_words[] = {
	[IKE_EV_IKE_UP] = "ike_up", [IKE_EV_IKE_DOWN] = "ike_down", [IKE_EV_CHILD_UP] = "child_up",
	[IKE_EV_CHILD_DOWN] = "child_down", [IKE_EV_CHILD_REKEYED] = "child_rekeyed",
	[IKE_EV_MOVED] = "moved", [IKE_EV_FAILED] = "failed",
};

void
events_ike(struct event_hub *ev, const struct ike_event *e)
{
	struct addr_buf local, peer;
	const char *what = e->kind == IKE_EV_LINE ? NULL : sa_words[e->kind];
	const char *name = e->conn != NULL ? e->conn->name : "";
	const char *why = e->text != NULL ? e->text : "";

	if (ev->n == 0 || what == NULL)
		return;
	ip_addr_text(&e->local.addr, &local);
	ip_addr_text(&e->remote.addr, &peer);
	tell(ev, json_pack("{s:s,s:s,s:I,s:I,s:s,s:s,s:s,s:s,s:b,s:s}", "event", "sa", "what", what,
			   "ike_sa", J(e->ike), "child_sa", J(e->child), "connection", name,
			   "local", local.text, "peer", peer.text,
			   "key_source", e->key_source != NULL ? e->key_source : "",
			   "authenticated", !e->anonymous, "reason", why),
	     "sa %s #%llu/#%llu \"%s\" %s%s%s", what, (unsigned long long)e->ike,
	     (unsigned long long)e->child, name, peer.text, *why != '\0' ? ": " : "", why);
}

void
events_dns_answer(struct event_hub *ev, const struct dns_name *name, uint16_t rrtype,
		  const struct adns_answer *a, uint64_t took_ms)
{
	const char *status = adns_status_name(a->status), *security = adns_security_name(a->security);

	if (ev->n == 0)
		return;
	tell(ev, json_pack("{s:s,s:s,s:i,s:s,s:s,s:i,s:I}", "event", "dns_answered", "name", name->text,
			   "rrtype", (int)rrtype, "status", status, "security", security,
			   "records", (int)a->n_rdata, "took_ms", J(took_ms)),
	     "dns %s type %u %s %s, %u records in %llu ms", name->text, rrtype, status, security,
	     (unsigned)a->n_rdata, (unsigned long long)took_ms);
}

void
events_dns_helper(struct event_hub *ev, const char *what)
{
	if (ev->n > 0)
		tell(ev, json_pack("{s:s,s:s}", "event", "dns_helper", "what", what), "adns %s", what);
}

void
events_listening(struct event_hub *ev, unsigned addresses)
{
	if (ev->n > 0)
		tell(ev, json_pack("{s:s,s:i}", "event", "listening", "addresses", (int)addresses),
		     "listening on %u addresses", addresses);
}
