/* DNS questions, and their answers back to who asked. */
#include "pluto/daemon_commands.h"
#include "pluto/daemon_ike.h"
#include "pluto/daemon_oe.h"

#include "lib/log.h"

static void (*const answer_fns[])(struct daemon *, struct lookup *, const struct adns_answer *) = {
	[LOOKUP_IKE_ADDR] = daemon_peer_addr,
	[LOOKUP_FORWARD_ADDR] = daemon_forward_addr,
	[LOOKUP_SET] = daemon_set_answer,
	[LOOKUP_TRIAL_NAME] = daemon_trial_name_answer,
	[LOOKUP_HOST_NAME] = daemon_host_name_answer,
};

/* A name server may be a keyed peer too, and what it cannot open it does not
 * answer: silence may mean that its SA is dead. */
static void
doubt_resolvers(struct daemon *d)
{
	struct ip_addr local;

	for (unsigned i = 0; i < d->n_resolvers; i++)
		if (local_addr_towards(&d->resolvers[i].addr, &local))
			ike_doubt(d->ike, &local, &d->resolvers[i].addr);
}

static void
dns_answer(void *ctx, uint64_t id, const struct adns_answer *a)
{
	struct daemon *d = ctx;
	struct lookup *l = lookup_find(&d->lookups, id), copy;

	if (l == NULL || l->purpose == LOOKUP_NONE)
		return;
	log_debug_of(LOG_DNS, NULL, "dns: %s: %s, %s, %u records", l->name.text,
		     adns_status_name(a->status), adns_security_name(a->security), (unsigned)a->n_rdata);
	copy = *l;
	lookup_drop(&d->lookups, l);
	tally_answer(&d->tally, copy.asked, a, monotonic_ms() - copy.asked_ms);
	events_dns_answer(&d->events, &copy.name, copy.asked, a, monotonic_ms() - copy.asked_ms);
	if (d->ike != NULL && (a->status == ADNS_TIMED_OUT || a->status == ADNS_FAILED))
		doubt_resolvers(d);
	answer_fns[copy.purpose](d, &copy, a);
}

struct lookup *
daemon_ask(struct daemon *d, enum lookup_purpose p, uint64_t about, const struct dns_name *name,
	   uint16_t rrtype, uint32_t timeout_ms)
{
	uint64_t id = adns_client_ask(d->adns, name, rrtype, timeout_ms, dns_answer, d);
	struct lookup *l = id == 0 ? NULL : lookup_add(&d->lookups, id, p, about);

	if (l == NULL) {
		adns_client_cancel(d->adns, id);
		d->tally.dns_busy++;
		return NULL;
	}
	l->name = *name;
	l->asked = rrtype;
	l->asked_ms = monotonic_ms();
	tally_question(&d->tally, rrtype);
	log_debug_of(LOG_DNS, NULL, "dns: %s type %u is asked", name->text, rrtype);
	return l;
}
