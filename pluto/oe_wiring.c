/* The opportunistic engine's ports: DNS, IKE, the trap, and who watches. */
#include "pluto/daemon_ike.h"
#include "pluto/daemon_oe.h"

#include <stdio.h>
#include <string.h>

#include "lib/log.h"

/* A decided pair is 200 bytes here, and a kilobyte in the kernel when it is a
 * policy there. */
/* Of two timers for one deadline the engine's comes first, and stops IKE: an attempt
 * always ends in one way. */
enum { GRACE_MS = 50 };

enum { MOST_DECIDED = 1000000, MOST_POLICIES = 65536 };

static uint64_t
port_now(void *ctx)
{
	(void)ctx;
	return monotonic_ms();
}

static void
port_lookup(void *ctx, oppo_id id, enum rr_wanted whose, const struct flow *flow,
	    uint32_t timeout_ms)
{
	struct daemon *d = ctx;
	const struct ip_addr *addr = &flow->dst;
	const struct lookup about = { .purpose = LOOKUP_OE_PEER, .about = id.n, .addr = *addr,
		.whose = (int)whose, .name = revname_of(addr) };
	struct oe_answer busy = { .evidence = EVIDENCE_UNKNOWN,
		.why = "too many DNS questions are in flight" };

	if (whose == WANT_OWN_KEY) {
		daemon_own_for_pair(d, id, flow, timeout_ms);
		return;
	}
	if (!daemon_ask_keys(d, &about, timeout_ms))
		oe_dns_answer(d->oe, id, whose, &busy);
}

void
daemon_oe_answer(struct daemon *d, const struct lookup *l, struct dns_keys *keys)
{
	if (!daemon_forward_ask(d, l, keys))
		daemon_oe_give(d, l, keys);
}

void
daemon_oe_give(struct daemon *d, const struct lookup *l, struct dns_keys *keys)
{
	struct gateway gw[DNS_KEYS_MAX];
	struct oe_answer out = { .evidence = keys->evidence, .ttl_s = keys->ttl_s,
		.gateways = gw, .n_gateways = dns_keys_gateways(keys, gw), .why = keys->why };

	oe_dns_answer(d->oe, (oppo_id){ l->about }, (enum rr_wanted)l->whose, &out);
	for (size_t i = 0; i < out.n_gateways; i++)
		chunk_free(&gw[i].key);
}

static void
port_negotiate(void *ctx, oppo_id id, const struct flow *flow, const struct oe_attempt *a)
{
	struct daemon *d = ctx;
	bool ourselves = local_addrs_has(&d->addrs, &a->gateway);
	struct connection *c = d->udp == NULL || ourselves ? NULL : daemon_oe_initiator(d, flow, a);

	if (c == NULL) {
		oe_ike_failed(d->oe, id, IKE_OUTCOME_INTERNAL, ourselves
			      ? "DNS says that the gateway is this machine" : d->udp == NULL
			      ? "pluto is not listening; run whack --listen"
			      : a->ikev1 ? "it has no RSA key, which IKEv1 needs" : "no memory");
		return;
	}
	engines_initiate(d, c, flow, id.n, a->timeout_ms + GRACE_MS);
	connection_unref(c);
}

static void
port_give_up(void *ctx, oppo_id id)
{
	struct daemon *d = ctx;

	engines_give_up(d, id.n);
}

static void
port_set_shunt(void *ctx, const struct shunt *s)
{
	struct daemon *d = ctx;
	struct addr_buf l, r;
	int rc = d->trap.ops == NULL ? 0 : d->trap.ops->set_shunt(d->trap.t, s);

	events_shunt(&d->events, s);

	if (rc != 0)
		log_error(NULL, "shunt %s for %s -> %s was not installed: %s; is table inet "
			  "pluto there, and CAP_NET_ADMIN?",
			  shunt_kind_name(s->kind), ip_addr_text(&s->local, &l),
			  ip_addr_text(&s->remote, &r), strerror(-rc));
}

static void
port_verdict(void *ctx, held_id id, enum verdict v)
{
	struct daemon *d = ctx;

	d->tally.dropped_by_policy += v == VERDICT_DROP || v == VERDICT_REJECT;
	if (d->trap.ops != NULL)
		d->trap.ops->verdict(d->trap.t, id, v);
}

static int64_t
port_shunt_used(void *ctx, const struct ip_addr *local, const struct ip_addr *remote)
{
	struct daemon *d = ctx;

	return d->trap.ops == NULL ? -1 : d->trap.ops->shunt_used(d->trap.t, local, remote);
}

static void
run_oe(void *ctx)
{
	struct daemon *d = ctx;

	d->oe_timer.n = 0;
	oe_run(d->oe);
}

static void
port_wake_at(void *ctx, uint64_t when_ms)
{
	struct daemon *d = ctx;
	uint64_t now = monotonic_ms();

	if (d->oe_timer.n != 0 && d->oe_wake_ms <= when_ms)
		return;
	loop_cancel(d->loop, &d->oe_timer);
	d->oe_wake_ms = when_ms;
	d->oe_timer = loop_after(d->loop, when_ms > now ? when_ms - now : 0, run_oe, d);
}

static void
port_tell(void *ctx, oppo_id id, enum oe_stage stage, const char *line)
{
	struct daemon *d = ctx;

	watch_tell(&d->watches, id.n, RC_COMMENT, oe_stage_name(stage), line);
}

static void
port_ended(void *ctx, oppo_id id, const struct oe_result *r)
{
	struct daemon *d = ctx;

	tally_attempt(&d->tally, r);
	events_attempt(&d->events, id, r);
	daemon_trial_ended(d, id, r);
}

/* Who is asked, for the story of a trial. */
static const char *
dns_words(struct daemon *d)
{
	struct addr_buf b;
	char more[32] = "";

	if (d->n_resolvers == 0)
		return NULL;
	if (d->n_resolvers > 1)
		snprintf(more, sizeof(more), " and %u more", d->n_resolvers - 1);
	snprintf(d->dns_words, sizeof(d->dns_words), "%s, resolver %s%s",
		 d->opt.dns_stub ? "stub" : "validator",
		 ip_addr_text(&d->resolvers[0].addr, &b), more);
	return d->dns_words;
}

struct oe *
daemon_make_oe(struct daemon *d)
{
	const struct oe_ports ports = {
		.ctx = d,
		.now_ms = port_now,
		.lookup = port_lookup,
		.negotiate = port_negotiate,
		.give_up = port_give_up,
		.set_shunt = port_set_shunt,
		.verdict = port_verdict,
		.shunt_used = port_shunt_used,
		.wake_at = port_wake_at,
		.tell = port_tell,
		.ended = port_ended,
	};
	const struct oe_config cfg = {
		.deadline_ms = d->opt.oe_deadline_ms,
		.max_requests = 4096,
		.max_decided = d->trap.ops != NULL && d->trap.ops->acquire_seq != NULL
			? MOST_POLICIES : MOST_DECIDED,
		.oe_null = d->opt.oe_null,
		.legacy = d->opt.oe_legacy,
		.own_key = true,
		.dns_words = dns_words(d),
	};

	return oe_new(&ports, &cfg);
}
