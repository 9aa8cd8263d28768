/* Network devices that do the cryptography of ESP, where they can and are asked. */
#include <linux/xfrm.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "pluto/kernel/xfrm.h"

bool
xfrm_offload_open(struct xfrm *x, char *err, size_t errlen)
{
	const char *dev = x->cfg.offload_dev;

	if (!x->cfg.offload || dev == NULL)
		return true;
	x->offload_ifindex = (int)if_nametoindex(dev);
	if (x->offload_ifindex != 0)
		return true;
	snprintf(err, errlen, "--offload %s: there is no such device; --offload auto takes that "
		 "of the route", dev);
	return false;
}

void
xfrm_offload_refused(struct xfrm *x, uint32_t spi, int rc)
{
	if (!x->offload_refused)
		log_info(NULL, "xfrm: a device does not take SA %08x (%s); such SAs stay with "
			 "the processor", spi, strerror(-rc));
	x->offload_refused = true;
}

static int
find_offload(const struct nlattr *a, void *ctx)
{
	bool *found = ctx;

	*found = *found || mnl_attr_get_type(a) == XFRMA_OFFLOAD_DEV;
	return MNL_CB_OK;
}

static int
see_offload(const struct nlmsghdr *h, void *ctx)
{
	if (h->nlmsg_type == XFRM_MSG_NEWSA
	    && mnl_nlmsg_get_payload_len(h) >= sizeof(struct xfrm_usersa_info))
		mnl_attr_parse(h, sizeof(struct xfrm_usersa_info), find_offload, ctx);
	return MNL_CB_OK;
}

/* A device without this ability is no error to the kernel: it says nothing. */
void
xfrm_offload_note(struct xfrm *x, struct xfrm_sa *sa)
{
	const struct xfrm_sa_name n = xfrm_name(sa);

	if (xfrm_get(x, &n, see_offload, &sa->offloaded) == 0)
		x->offloaded += sa->offloaded;
}
