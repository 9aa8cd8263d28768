/* Addresses of the machine that come and go while the daemon runs. */
#include "pluto/daemon_ike.h"
#include "pluto/daemon_oe.h"
#include "pluto/daemon_routes.h"

#include <errno.h>
#include <string.h>

#include "lib/log.h"
#include "pluto/addr_watch.h"
#include "pluto/ikev1/ikev1.h"

static const struct local_addr *
find(const struct local_addrs *l, const struct local_addr *a)
{
	for (unsigned i = 0; i < l->n; i++)
		if (l->a[i].serve == a->serve && ip_addr_eq(&l->a[i].addr, &a->addr)
		    && strcmp(l->a[i].ifname, a->ifname) == 0)
			return &l->a[i];
	return NULL;
}

/* What OURS has and OTHERS has not; how many. */
static unsigned
say_missing(const struct local_addrs *ours, const struct local_addrs *others, const char *what)
{
	struct addr_buf b;
	unsigned n = 0;

	for (unsigned i = 0; i < ours->n; i++) {
		const struct local_addr *a = &ours->a[i];

		if (find(others, a) != NULL)
			continue;
		n++;
		if (a->serve)
			log_info(NULL, "address %s on %s %s", ip_addr_text(&a->addr, &b), a->ifname,
				 what);
	}
	return n;
}

int
daemon_tell_local(struct daemon *d)
{
	struct ip_addr a[2 * MAX_LOCAL_ADDRS];
	unsigned n = 0;

	if (d->trap.ops == NULL)
		return 0;
	for (unsigned i = 0; i < d->addrs.n; i++) {
		a[n++] = d->addrs.a[i].addr;
		if (d->addrs.a[i].broadcast.family != IP_NONE)
			a[n++] = d->addrs.a[i].broadcast;
	}
	return d->trap.ops->set_local(d->trap.t, a, n);
}

void
daemon_tell_ike(struct daemon *d)
{
	struct ip_addr a[MAX_LOCAL_ADDRS];

	unsigned n = local_addrs_served(&d->addrs, a);

	ike_addresses_changed(d->ike, a, n);
	v1_addresses_changed(d->v1, a, n);
	daemon_follow(d);
}

/* Also when only a route changed: an SA's path may lead nowhere now, and with another
 * WAY_OUT name servers may answer that did not, or otherwise. An IPv6
 * address cannot be used before the kernel has looked for duplicates; that it
 * can be now changes nothing in the list. */
static void
changed(void *ctx, bool way_out)
{
	struct daemon *d = ctx;
	struct local_addrs now;
	unsigned n;

	if (d->udp == NULL || local_addrs_scan(&d->opt, &now) != 0)
		return;
	n = say_missing(&d->addrs, &now, "is gone");
	n += say_missing(&now, &d->addrs, "is new");
	d->addrs = now;
	udp_update(d->udp, &d->addrs);
	if (n > 0) {
		if (daemon_tell_local(d) != 0)
			log_error(NULL, "the trap did not take our own addresses");
		daemon_routes_again(d);
	}
	if (n > 0 || way_out)
		adns_client_renew(d->adns);
	daemon_tell_ike(d);
	if (n > 0)
		daemon_check_own_keys(d);
}

int
daemon_watch_addresses(struct daemon *d)
{
	d->addr_watch = addr_watch_new(d->loop, changed, d);
	if (d->addr_watch == NULL)
		log_error(NULL, "changes of addresses are not noticed (rtnetlink): %s; whack --listen "
			  "after each", strerror(errno));
	return 0;
}
