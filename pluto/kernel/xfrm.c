/* The plane for kernels with ESP: SAs and policies through XFRM netlink. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "pluto/kernel/xfrm.h"

static const char *
describe(void *k)
{
	struct xfrm *x = k;
	const struct spi_gate_stats s = spi_gate_stats(x->gate);

	snprintf(x->text, sizeof(x->text), "xfrm: %zu SAs of %zu selectors in the kernel, "
		 "%zu SPIs reserved%s%s; offloaded %zu; limits reached: soft %lu, hard %lu; "
		 "events lost %lu; packets before their SA %llu, lost %llu, with unknown SPIs %llu",
		 table_count(&x->flows.sas), table_count(&x->flows.flows),
		 table_count(&x->reserved), x->if_id != 0 ? "; interface " : "",
		 x->itf.name, x->offloaded, x->soft, x->hard, x->events_lost,
		 (unsigned long long)s.kept, (unsigned long long)s.lost,
		 (unsigned long long)s.unknown);
	return x->text;
}

static const char *
device(void *k)
{
	const struct xfrm *x = k;

	return x->if_id != 0 ? x->itf.name : NULL;
}

/* The kernel's numbers are not asked for: another daemon's IPComp SA of this host
 * with that one makes NEWSA fail, and the next attempt draws another. */
static uint16_t
alloc_cpi(void *k)
{
	struct xfrm *x = k;

	return cpi_pool_take(&x->cpis);
}

static void
free_cpi(void *k, uint16_t cpi)
{
	struct xfrm *x = k;

	cpi_pool_release(&x->cpis, cpi);
}

static void
xfrm_close(void *k)
{
	struct xfrm *x = k;

	xfrm_events_stop(x);
	spi_gate_close(x->gate);
	if (x->nl != NULL && xfrm_sweep(x->nl) != 0)
		log_warn(NULL, "xfrm: not all of our SAs and policies could be removed");
	xfrm_nl_close(x->nl);
	xfrm_if_close(&x->itf);
	xfrm_flows_clear(&x->flows);
	free(x->bypass);
	xfrm_spi_clear(x);
	spi_pool_free(x->spis);
	free(x);
}

static const struct kernel_ops xfrm_ops = {
	.name = "xfrm",
	.alloc_spi = xfrm_alloc_spi,
	.free_spi = xfrm_free_spi,
	.add_sa = xfrm_add_sa,
	.del_sa = xfrm_del_sa,
	.counters = xfrm_counters,
	.prepare_socket = xfrm_prepare_socket,
	.describe = describe,
	.close = xfrm_close,
	.move_sa = xfrm_move_sa,
	.device = device,
	.alloc_cpi = alloc_cpi,
	.free_cpi = free_cpi,
	.set_bypass = xfrm_set_bypass,
};

static enum spi_state
spi_state(void *k, uint32_t spi)
{
	struct xfrm *x = k;

	if (xfrm_flows_find(&x->flows, SA_IN, spi, NULL) != NULL)
		return SPI_INSTALLED;
	return spi_pool_has(x->spis, spi) ? SPI_GIVEN : SPI_UNKNOWN;
}

/* Without it a first packet may be lost, and a peer that does not know that we
 * have started again finds out late. */
static void
open_gate(struct xfrm *x)
{
	char err[300];

	x->gate = spi_gate_open(x->l, &x->ev, spi_state, x, err, sizeof(err));
	if (x->gate == NULL)
		log_warn(NULL, "xfrm: ESP that comes before its SA is lost, and peers that "
			 "do not know of our restart recover late: %s", err);
}

static int
start(struct xfrm *x)
{
	int rc;

	x->spis = spi_pool_new();
	x->nl = xfrm_nl_open();
	if (x->spis == NULL || x->nl == NULL)
		return -ENOMEM;
	rc = xfrm_sweep(x->nl);
	/* What an interface carries is never neighbour discovery. */
	if (rc == 0 && x->if_id == 0)
		rc = xfrm_put_exemptions(x);
	if (rc == 0)
		rc = xfrm_events_start(x);
	if (rc == 0)
		open_gate(x);
	return rc;
}

static bool
open_interface(struct xfrm *x, char *err, size_t errlen)
{
	if (x->cfg.interface == NULL)
		return true;
	if (!xfrm_if_open(&x->itf, x->cfg.interface, err, errlen))
		return false;
	x->if_id = XFRM_IF_ID;
	return true;
}

bool
xfrm_open(struct loop *l, const struct xfrm_config *cfg, const struct kernel_events *ev,
	  struct kernel *out, char *err, size_t errlen)
{
	struct xfrm *x = calloc(1, sizeof(*x));
	int rc;

	if (x == NULL) {
		snprintf(err, errlen, "no memory for the XFRM plane");
		return false;
	}
	*x = (struct xfrm){ .l = l, .ev = *ev, .events_fd = -1,
		.flows.last_reqid = XFRM_REQID_FIRST };
	if (cfg != NULL)
		x->cfg = *cfg;
	if (!xfrm_offload_open(x, err, errlen) || !open_interface(x, err, errlen)) {
		xfrm_close(x);
		return false;
	}
	rc = start(x);
	if (rc != 0) {
		snprintf(err, errlen, "kernel ESP (XFRM netlink): %s", strerror(-rc));
		xfrm_close(x);
		return false;
	}
	*out = (struct kernel){ .ops = &xfrm_ops, .k = x };
	return true;
}
