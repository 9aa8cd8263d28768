/* The way of marked traffic into a device: an ip rule and a table of its own. */
#include "pluto/kernel/marked_routes.h"

#include <sys/socket.h>
#include <unistd.h>

static bool
has_ipv6(void)
{
	return access("/proc/net/if_inet6", F_OK) == 0;
}

static int
set_family(struct rtnl *r, int family, unsigned ifindex)
{
	int err = rtnl_last_route(r, family, true);

	if (err == 0)
		err = rtnl_default_route(r, family, ifindex);
	return err != 0 ? err : rtnl_rule(r, family, true);
}

static void
clear_family(struct rtnl *r, int family)
{
	(void)rtnl_rule(r, family, false);
	(void)rtnl_last_route(r, family, false);
}

int
marked_routes_set(struct marked_routes *m, struct rtnl *r, unsigned ifindex)
{
	int err = set_family(r, AF_INET, ifindex);

	m->v4 = true;
	if (err != 0)
		return err;
	m->v6 = has_ipv6() && set_family(r, AF_INET6, ifindex) == 0;
	if (!m->v6)
		clear_family(r, AF_INET6);
	return 0;
}

void
marked_routes_clear(struct marked_routes *m, struct rtnl *r)
{
	if (m->v4)
		clear_family(r, AF_INET);
	if (m->v6)
		clear_family(r, AF_INET6);
	*m = (struct marked_routes){ false, false };
}
