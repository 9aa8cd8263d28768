/* Which data plane pluto uses: as --use-* says, or as the kernel allows. */
#include <stdio.h>

#include "lib/log.h"
#include "pluto/daemon_ike.h"

static bool
open_xfrm(struct daemon *d, const struct kernel_events *ev, bool interface, char *err,
	  size_t errlen)
{
	const struct xfrm_config cfg = { .offload = d->opt.offload,
		.offload_dev = d->opt.offload_dev,
		.interface = interface ? d->opt.tun_name : NULL };

	return xfrm_open(d->loop, &cfg, ev, &d->kernel, err, errlen);
}

static bool
open_tun(struct daemon *d, const struct kernel_events *ev, char *err, size_t errlen)
{
	struct tun_config cfg = { .queues = 0 };

	snprintf(cfg.name, sizeof(cfg.name), "%s", d->opt.tun_name);
	return tun_open(d->loop, &cfg, ev, &d->kernel, err, errlen);
}

static bool
open_chosen(struct daemon *d, const struct kernel_events *ev, char *err, size_t errlen)
{
	switch (d->opt.stack) {
	case STACK_NONE:
		snprintf(err, errlen, "no memory for the data plane");
		return nostack_open(d->loop, ev, &d->kernel);
	case STACK_XFRM:
		if (kernel_has_esp())
			return open_xfrm(d, ev, false, err, errlen);
		snprintf(err, errlen, "--use-netkey: this kernel has no ESP; use --use-klips "
			 "or --use-auto");
		return false;
	case STACK_MAST:
		if (kernel_has_esp() && kernel_has_xfrm_interfaces())
			return open_xfrm(d, ev, true, err, errlen);
		return open_tun(d, ev, err, errlen);
	case STACK_AUTO:
		if (kernel_has_esp())
			return open_xfrm(d, ev, false, err, errlen);
		return open_tun(d, ev, err, errlen);
	case STACK_TUN:
		return open_tun(d, ev, err, errlen);
	}
	return false;
}

int
daemon_open_plane(struct daemon *d)
{
	const struct kernel_events ev = daemon_kernel_events(d);
	char err[300] = "";

	if (!open_chosen(d, &ev, err, sizeof(err))) {
		log_error(NULL, "%s", err);
		return d->opt.stack == STACK_NONE ? EXIT_INTERNAL : EXIT_NO_TUN;
	}
	if (d->opt.stack != STACK_NONE)
		log_info(NULL, "data plane: %s", d->kernel.ops->describe(d->kernel.k));
	return 0;
}

const char *
daemon_plane_device(const struct daemon *d)
{
	const struct kernel_ops *ops = d->kernel.ops;

	return ops->device != NULL ? ops->device(d->kernel.k) : NULL;
}
