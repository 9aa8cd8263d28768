/* An xfrm interface: the device through which the traffic of keyed pairs goes to
 * the kernel's ESP (--use-mast). SAs and policies bear its if_id. */
#ifndef PLUTO_KERNEL_XFRM_IF_H
#define PLUTO_KERNEL_XFRM_IF_H

#include "pluto/kernel/marked_routes.h"

/* One number, as there is one interface; by it we know ours after a crash. */
enum { XFRM_IF_ID = 0x6f000000 };

struct xfrm_if {
	char name[16];			/* "": not open */
	struct marked_routes routes;
};

/* Makes the device, up, with rules and routes for marked traffic; one that an
 * earlier run left is replaced. False with a sentence in ERR. */
bool xfrm_if_open(struct xfrm_if *i, const char *name, char *err, size_t errlen);
void xfrm_if_close(struct xfrm_if *i);

#endif
