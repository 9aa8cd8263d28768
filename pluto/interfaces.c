/* Which addresses are ours. */
#include "pluto/interfaces.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/marks.h"
#include "pluto/wire/ike_const.h"

static bool
wanted(const struct pluto_options *o, const struct local_addr *a)
{
	if (ip_addr_is_loopback(&a->addr) || ip_addr_is_link_local(&a->addr))
		return false;
	if (o->listen.family != IP_NONE && !ip_addr_eq(&o->listen, &a->addr))
		return false;
	for (unsigned i = 0; i < o->n_interfaces; i++)
		if (strcmp(o->interfaces[i], a->ifname) == 0)
			return true;
	return o->n_interfaces == 0;
}

static void
take(const struct pluto_options *o, const struct ifaddrs *i, struct local_addrs *out)
{
	struct local_addr *a;
	struct endpoint e;

	if (i->ifa_addr == NULL || !endpoint_from_sockaddr(i->ifa_addr, &e))
		return;
	if (out->n == MAX_LOCAL_ADDRS) {
		log_warn(NULL, "more than %d local addresses: %s is not served",
			 MAX_LOCAL_ADDRS, i->ifa_name);
		return;
	}
	a = &out->a[out->n++];
	a->addr = e.addr;
	a->broadcast = (struct ip_addr){ .family = IP_NONE };
	if ((i->ifa_flags & IFF_BROADCAST) != 0 && i->ifa_broadaddr != NULL
	    && endpoint_from_sockaddr(i->ifa_broadaddr, &e))
		a->broadcast = e.addr;
	snprintf(a->ifname, sizeof(a->ifname), "%s", i->ifa_name);
	a->serve = (i->ifa_flags & IFF_UP) != 0 && wanted(o, a);
}

int
local_addrs_scan(const struct pluto_options *o, struct local_addrs *out)
{
	struct ifaddrs *all;

	out->n = 0;
	if (getifaddrs(&all) != 0)
		return -errno;
	for (const struct ifaddrs *i = all; i != NULL; i = i->ifa_next)
		take(o, i, out);
	freeifaddrs(all);
	return 0;
}

bool
local_addrs_has(const struct local_addrs *l, const struct ip_addr *a)
{
	for (unsigned i = 0; i < l->n; i++)
		if (ip_addr_eq(&l->a[i].addr, a))
			return true;
	return false;
}

/* A socket that is connected to REMOTE, from LOCAL when it is not NULL; sends
 * nothing. -1 when no route leads there. */
static int
connected(const struct ip_addr *local, const struct ip_addr *remote)
{
	const struct endpoint to = { .addr = *remote, .port = NATT_PORT };
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(&to, &ss);
	int mark = MARK_BYPASS;
	int fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ok = fd >= 0;

	if (!ok)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark));
	if (local != NULL) {
		const struct endpoint from = { .addr = *local };
		struct sockaddr_storage own;
		socklen_t own_len = endpoint_to_sockaddr(&from, &own);

		ok = bind(fd, (struct sockaddr *)&own, own_len) == 0;
	}
	if (ok && connect(fd, (struct sockaddr *)&ss, len) == 0)
		return fd;
	close(fd);
	return -1;
}

bool
local_addr_leads(const struct ip_addr *local, const struct ip_addr *remote)
{
	int fd = local->family == remote->family ? connected(local, remote) : -1;

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

bool
local_addr_towards(const struct ip_addr *remote, struct ip_addr *out)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int fd = connected(NULL, remote);
	struct endpoint from;
	bool ok = fd >= 0 && getsockname(fd, (struct sockaddr *)&ss, &len) == 0
		&& endpoint_from_sockaddr((struct sockaddr *)&ss, &from);

	if (fd >= 0)
		close(fd);
	if (ok)
		*out = from.addr;
	return ok;
}

unsigned
local_addrs_served(const struct local_addrs *l, struct ip_addr out[MAX_LOCAL_ADDRS])
{
	unsigned n = 0;

	for (unsigned i = 0; i < l->n; i++)
		if (l->a[i].serve)
			out[n++] = l->a[i].addr;
	return n;
}
