/* What follows when a resolver on this machine has answered a name. */
#include "pluto/daemon.h"

#include <string.h>

#include "lib/log.h"

enum {
	BURST = 40, PER_S = 20,		/* attempts that notices may begin */
	NAME_MS = 600000,		/* a name that nobody looks up again is forgotten */
	MS = 1000,
};

static struct tap_name *
slot_of(struct dns_tap *t, const struct ip_addr *addr)
{
	return &t->names[addr_hash(ip_addr_span(addr)) % TAP_NAMES];
}

struct tap_name *
tap_name_of(struct dns_tap *t, const struct ip_addr *addr)
{
	struct tap_name *n = t->names == NULL ? NULL : slot_of(t, addr);

	return n != NULL && ip_addr_eq(&n->addr, addr) && monotonic_ms() < n->until_ms ? n : NULL;
}

/* A name whose keys are in use stays. */
static void
remember(struct dns_tap *t, const struct ip_addr *addr, const struct dns_name *name)
{
	struct tap_name *n = tap_name_of(t, addr);
	uint64_t until_ms = monotonic_ms() + NAME_MS;

	if (n != NULL && n->proved)
		n->until_ms = until_ms;
	else
		*slot_of(t, addr) = (struct tap_name){ .addr = *addr, .name = *name,
			.until_ms = until_ms };
}

/* As in adns/bucket.h: known by the time at which it is full again. */
static bool
take_token(struct dns_tap *t)
{
	uint64_t now = monotonic_ms(), token_ms = MS / PER_S;

	if (t->full_ms < now)
		t->full_ms = now;
	if (t->full_ms + token_ms > now + BURST * token_ms)
		return false;
	t->full_ms += token_ms;
	return true;
}

/* What is never trapped is never tried. */
static bool
is_exempt(const struct daemon *d, const struct ip_addr *addr)
{
	if (local_addrs_has(&d->addrs, addr))
		return true;
	for (unsigned i = 0; i < d->n_resolvers; i++)
		if (ip_addr_eq(&d->resolvers[i].addr, addr))
			return true;
	return false;
}

/* Did we hear of ADDR under another name, or none? What NAME says was not asked then. */
static bool
is_new(struct dns_tap *t, const struct ip_addr *addr, const struct dns_name *name)
{
	const struct tap_name *n = tap_name_of(t, addr);

	return n == NULL || strcmp(n->name.text, name->text) != 0;
}

/* A pair that passes for want of a key under the reverse name, where a name may speak. */
static bool
may_reopen(struct daemon *d, const struct dns_name *name, const struct flow *f)
{
	return is_new(&d->tap, &f->dst, name) && oe_lacks_key(d->oe, f)
		&& daemon_forward_may(d, &f->dst);
}

static void
take_address(struct daemon *d, const struct dns_name *name, const struct ip_addr *addr)
{
	struct flow f = { .dst = *addr };
	struct dns_tap *t = &d->tap;
	struct addr_buf b;

	t->counts.addresses++;
	if (is_exempt(d, addr) || !local_addr_towards(addr, &f.src)
	    || !local_addrs_has(&d->addrs, &f.src)) {
		t->counts.settled++;
		return;
	}
	bool again = may_reopen(d, name, &f);

	remember(t, addr, name);
	if (!again && !oe_is_open(d->oe, &f)) {
		t->counts.settled++;
	} else if (!take_token(t)) {
		t->counts.limited++;
	} else if (again ? oe_reopen(d->oe, &f) : oe_warm(d->oe, &f)) {
		t->counts.started++;
		t->counts.reopened += again;
		d->tally.acquires[TALLY_DNS]++;
		log_debug_of(LOG_OPPO, NULL, "somebody has looked up %s: %s is tried", name->text,
			     ip_addr_text(addr, &b));
	}
}

void
daemon_notice(void *ctx, const struct adns_notice *n)
{
	struct daemon *d = ctx;

	d->tap.counts.notices++;
	if (d->udp == NULL || d->oe == NULL || d->tap.names == NULL)
		return;		/* nothing is tried before whack --listen */
	for (unsigned i = 0; i < n->n_addrs; i++)
		take_address(d, &n->name, &n->addrs[i]);
}
