/* The TUN device: made, configured, and gone when it is closed. */
#include "pluto/kernel/tun_dev.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "pluto/esp/suite.h"
#include "pluto/kernel/rtnl.h"

#ifndef TUN_F_USO4		/* Linux 6.2 */
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

enum { LEAST_MTU = 1280 };

static bool
fail(char *err, size_t errlen, const char *what, const char *advice)
{
	snprintf(err, errlen, "%s: %s; %s", what, strerror(errno), advice);
	return false;
}

/* A kernel that cannot split datagrams (USO) still splits TCP. */
static int
set_offload(int fd, bool *uso)
{
	unsigned tcp = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
	unsigned all = tcp | TUN_F_USO4 | TUN_F_USO6;

	*uso = ioctl(fd, TUNSETOFFLOAD, (unsigned long)all) == 0;
	if (*uso)
		return 0;
	return ioctl(fd, TUNSETOFFLOAD, (unsigned long)tcp);
}

static int
open_queue(const char *name, bool *uso)
{
	struct ifreq ifr = { .ifr_flags = 0 };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	int saved;

	if (fd < 0)
		return -1;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	ifr.ifr_flags = (short)(IFF_TUN | IFF_NO_PI | IFF_VNET_HDR |
				IFF_MULTI_QUEUE);
	if (ioctl(fd, TUNSETIFF, &ifr) == 0 && set_offload(fd, uso) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

static unsigned
count_queues(unsigned wanted)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (wanted == 0)
		wanted = cpus < 1 ? 1 : (unsigned)cpus;
	return wanted > TUN_MAX_QUEUES ? TUN_MAX_QUEUES : wanted;
}

static bool
open_queues(struct tun_dev *d, unsigned wanted, char *err, size_t errlen)
{
	unsigned n = count_queues(wanted);

	if (if_nametoindex(d->name) != 0) {
		errno = EEXIST;
		return fail(err, errlen, d->name,
			    "another pluto uses this device; stop it, or "
			    "remove it with \"ip link del\"");
	}
	while (d->queues < n) {
		int fd = open_queue(d->name, &d->uso);

		if (fd < 0)
			return fail(err, errlen, "cannot make a TUN device",
				    "load the tun module (modprobe tun) and "
				    "run with CAP_NET_ADMIN");
		d->fds[d->queues++] = fd;
	}
	d->ifindex = if_nametoindex(d->name);
	return d->ifindex != 0;
}

static uint32_t
choose_mtu(struct rtnl *r, uint32_t wanted)
{
	size_t mtu = wanted;

	if (mtu == 0)
		mtu = esp_worst_inner_mtu(rtnl_smallest_mtu(r));
	return mtu < LEAST_MTU ? LEAST_MTU : (uint32_t)mtu;
}

static bool
configure(struct tun_dev *d, struct rtnl *r, uint32_t wanted_mtu, char *err,
	  size_t errlen)
{
	int e;

	d->mtu = choose_mtu(r, wanted_mtu);
	e = rtnl_link_prepare(r, d->ifindex, d->mtu);
	if (e == 0)
		e = rtnl_link_up(r, d->ifindex);
	if (e == 0)
		e = marked_routes_set(&d->routes, r, d->ifindex);
	if (e == 0)
		return true;
	errno = -e;
	return fail(err, errlen, "cannot configure the TUN device",
		    "policy routing (CONFIG_IP_MULTIPLE_TABLES) and "
		    "CAP_NET_ADMIN are needed");
}

bool
tun_dev_open(struct tun_dev *d, const struct tun_config *cfg, char *err,
	     size_t errlen)
{
	struct rtnl *r;
	bool ok;

	*d = (struct tun_dev){ 0 };
	snprintf(d->name, sizeof(d->name), "%s",
		 cfg->name[0] == '\0' ? "ipsec0" : cfg->name);
	r = rtnl_open();
	if (r == NULL)
		return fail(err, errlen, "cannot open rtnetlink",
			    "the kernel must have NETLINK_ROUTE");
	ok = open_queues(d, cfg->queues, err, errlen) &&
	     configure(d, r, cfg->mtu, err, errlen);
	rtnl_close(r);
	if (!ok)
		tun_dev_close(d);
	return ok;
}

void
tun_dev_close(struct tun_dev *d)
{
	struct rtnl *r = rtnl_open();

	/* The other route, and the settings of the device, go with the device. */
	if (r != NULL)
		marked_routes_clear(&d->routes, r);
	rtnl_close(r);
	for (unsigned i = 0; i < d->queues; i++)
		close(d->fds[i]);
	*d = (struct tun_dev){ 0 };
}
