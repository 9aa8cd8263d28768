/* whack --listen: interfaces, sockets, secrets, the trap and the policies. */
#include "pluto/daemon_ike.h"
#include "pluto/daemon_oe.h"
#include "pluto/daemon_routes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/log.h"

static int
open_ports(struct daemon *d, char *err, size_t errlen)
{
	int why = 0;

	udp_close(d->udp);
	d->udp = udp_open(d->loop, &d->addrs, d->opt.ikeport, &d->kernel, daemon_datagram, d,
			  &why, err, errlen);
	if (d->udp == NULL)
		return why == -EADDRINUSE ? RC_CLASH : RC_FATAL;
	if (udp_count(d->udp) == 0) {
		snprintf(err, errlen, "no address to serve: no interface is up, or --listen and "
			 "--interface leave none");
		return RC_ORIENT;
	}
	return 0;
}

static void
say_addresses(struct daemon *d, ctl_client c)
{
	struct addr_buf b;

	for (unsigned i = 0; i < d->addrs.n; i++) {
		const struct local_addr *a = &d->addrs.a[i];

		if (!a->serve)
			continue;
		log_info(NULL, "listening on %s %s UDP %u and 4500", a->ifname,
			 ip_addr_text(&a->addr, &b), d->opt.ikeport);
		ctl_line(d->ctl, c, RC_LOG, "listening on %s %s UDP %u and 4500", a->ifname,
			 ip_addr_text(&a->addr, &b), d->opt.ikeport);
	}
}

int
daemon_listen(struct daemon *d, ctl_client c, char *err, size_t errlen)
{
	int rc = local_addrs_scan(&d->opt, &d->addrs);

	if (rc != 0) {
		snprintf(err, errlen, "interfaces: %s", strerror(-rc));
		return RC_INTERNALERR;
	}
	rc = open_ports(d, err, errlen);
	if (rc != 0)
		return rc;
	daemon_tell_ike(d);
	if (daemon_tell_local(d) != 0)
		log_error(NULL, "the trap did not take our own addresses");
	daemon_routes_again(d);
	say_addresses(d, c);
	daemon_keep_begin(d);
	rc = daemon_load_policies(d, c, err, errlen);
	if (rc == 0) {
		daemon_check_own_keys(d);
		daemon_maybe_ready(d);
		events_listening(&d->events, udp_count(d->udp));
	}
	return rc;
}

void
daemon_unlisten(struct daemon *d)
{
	udp_close(d->udp);
	d->udp = NULL;
	log_info(NULL, "no longer listening for IKE messages");
}
