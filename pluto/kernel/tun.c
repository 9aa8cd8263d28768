/* The plane for kernels without ESP: user-space ESP over a TUN device. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "pluto/esp/plane.h"
#include "pluto/esp/sock.h"
#include "pluto/kernel/cpi_pool.h"
#include "pluto/kernel/planes.h"
#include "pluto/kernel/rtnl.h"
#include "pluto/kernel/spi_pool.h"
#include "pluto/kernel/tun_dev.h"

struct tun {
	struct tun_dev dev;
	struct esp_plane *plane;
	struct spi_pool *spis;
	struct cpi_pool cpis;
	struct rtnl *rtnl;
	int ah_fd[2];			/* raw sockets, IPv4 and IPv6; -1: none */
	char text[160];
};

static uint32_t
alloc_spi(void *k, enum sa_protocol protocol, const struct ip_addr *local,
	  const struct ip_addr *remote)
{
	struct tun *t = k;

	(void)remote;
	if (protocol == SA_AH && t->ah_fd[local->family == IP_V6] < 0)
		return 0;
	return spi_pool_take(t->spis);
}

static void
free_spi(void *k, uint32_t spi)
{
	struct tun *t = k;

	spi_pool_release(t->spis, spi);
}

static uint16_t
alloc_cpi(void *k)
{
	struct tun *t = k;

	return cpi_pool_take(&t->cpis);
}

static void
free_cpi(void *k, uint16_t cpi)
{
	struct tun *t = k;

	cpi_pool_release(&t->cpis, cpi);
}

static int
add_sa(void *k, const struct kernel_sa *sa)
{
	struct tun *t = k;

	if (sa->sel.local.addr_lo.family == IP_V6 && !t->dev.routes.v6)
		return -EAFNOSUPPORT;
	if (sa->dir == SA_IN && !spi_pool_claim(t->spis, sa->spi))
		return -ENOMEM;
	return esp_plane_add(t->plane, sa);
}

static int
del_sa(void *k, enum sa_direction dir, uint32_t spi,
       const struct ip_addr *remote)
{
	struct tun *t = k;
	uint16_t cpi = dir == SA_IN ? esp_plane_cpi(t->plane, spi) : 0;
	int err = esp_plane_del(t->plane, dir, spi, remote);

	if (err == 0 && dir == SA_IN) {
		spi_pool_release(t->spis, spi);
		cpi_pool_release(&t->cpis, cpi);
	}
	return err;
}

static bool
counters(void *k, enum sa_direction dir, uint32_t spi,
	 const struct ip_addr *remote, struct sa_counters *out)
{
	struct tun *t = k;

	return esp_plane_counters(t->plane, dir, spi, remote, out);
}

static int
move_sa(void *k, enum sa_direction dir, uint32_t spi,
	const struct ip_addr *old_remote, const struct endpoint *local,
	const struct endpoint *remote)
{
	struct tun *t = k;

	return esp_plane_move(t->plane, dir, spi, old_remote, local, remote);
}

static int
take_natt_socket(void *k, int fd, const struct endpoint *local)
{
	struct tun *t = k;

	return esp_plane_take_socket(t->plane, fd, local);
}

static void
drop_natt_sockets(void *k)
{
	struct tun *t = k;

	esp_plane_drop_sockets(t->plane);
}

static void
drop_natt_socket(void *k, const struct endpoint *local)
{
	struct tun *t = k;

	esp_plane_drop_socket(t->plane, local);
}

static const char *
device(void *k)
{
	const struct tun *t = k;

	return t->dev.name;
}

static const char *
describe(void *k)
{
	struct tun *t = k;
	struct esp_plane_totals s;

	esp_plane_totals(t->plane, &s);
	snprintf(t->text, sizeof(t->text),
		 "tun: %s, %u queues, mtu %u; no SA %llu, unknown SPI %llu, "
		 "too big %llu, dropped %llu",
		 t->dev.name, t->dev.queues, t->dev.mtu,
		 (unsigned long long)s.no_sa, (unsigned long long)s.unknown_spi,
		 (unsigned long long)s.too_big, (unsigned long long)s.dropped);
	return t->text;
}

static void
tun_close(void *k)
{
	struct tun *t = k;

	esp_plane_free(t->plane);
	for (int i = 0; i < 2; i++)
		if (t->ah_fd[i] >= 0)
			close(t->ah_fd[i]);
	spi_pool_free(t->spis);
	rtnl_close(t->rtnl);
	tun_dev_close(&t->dev);
	free(t);
}

static const struct kernel_ops tun_ops = {
	.name = "tun",
	.alloc_spi = alloc_spi,
	.free_spi = free_spi,
	.add_sa = add_sa,
	.del_sa = del_sa,
	.counters = counters,
	.take_natt_socket = take_natt_socket,
	.drop_natt_sockets = drop_natt_sockets,
	.drop_natt_socket = drop_natt_socket,
	.describe = describe,
	.close = tun_close,
	.move_sa = move_sa,
	.device = device,
	.alloc_cpi = alloc_cpi,
	.free_cpi = free_cpi,
};

static uint32_t
route_mtu(void *ctx, const struct ip_addr *remote)
{
	struct tun *t = ctx;

	return rtnl_route_mtu(t->rtnl, remote);
}

/* A host may have no IPv6, or let nobody open a raw socket: then there is no AH. */
static void
open_ah(struct tun *t)
{
	static const enum ip_family families[2] = { IP_V4, IP_V6 };

	for (int i = 0; i < 2; i++) {
		int fd = esp_sock_open_ah(families[i]);
		int rc = fd < 0 ? fd : esp_plane_take_ah(t->plane, fd, families[i]);

		if (rc == 0) {
			t->ah_fd[i] = fd;
			continue;
		}
		log_info(NULL, "tun: no AH for %s: %s", i == 0 ? "IPv4" : "IPv6", strerror(-rc));
		if (fd >= 0)
			close(fd);
	}
}

static int
start_plane(struct tun *t, struct loop *l, const struct kernel_events *ev)
{
	struct esp_plane_config cfg = {
		.tun_fds = t->dev.fds, .queues = t->dev.queues,
		.uso = t->dev.uso, .events = ev,
		.route_mtu = route_mtu, .route_ctx = t,
	};

	t->spis = spi_pool_new();
	t->rtnl = rtnl_open();
	if (t->spis == NULL || t->rtnl == NULL)
		return -ENOMEM;
	return esp_plane_new(l, &cfg, &t->plane);
}

bool
tun_open(struct loop *l, const struct tun_config *cfg,
	 const struct kernel_events *ev, struct kernel *out, char *err,
	 size_t errlen)
{
	struct tun *t = calloc(1, sizeof(*t));
	int e;

	if (t == NULL) {
		snprintf(err, errlen, "no memory for the TUN plane");
		return false;
	}
	if (!tun_dev_open(&t->dev, cfg, err, errlen)) {
		free(t);
		return false;
	}
	t->ah_fd[0] = t->ah_fd[1] = -1;
	e = start_plane(t, l, ev);
	if (e == 0)
		open_ah(t);
	if (e != 0) {
		snprintf(err, errlen, "cannot start the data threads: %s",
			 strerror(-e));
		tun_close(t);
		return false;
	}
	*out = (struct kernel){ .ops = &tun_ops, .k = t };
	return true;
}
