/* What the kernel says when it wants an SA: XFRM netlink bytes to values. Pure. */
#ifndef TRAP_ACQUIRE_MSG_H
#define TRAP_ACQUIRE_MSG_H

#include "lib/span.h"
#include "lib/spd.h"

struct acquire {
	struct flow flow;	/* of the packet, or of the connect(), that needs an SA */
	uint32_t seq;		/* the kernel's number for its request */
	/* The rule that it met: addresses, protocol and ports. IP_NONE where the
	 * message does not tell. */
	struct spd_rule rule;
};

typedef void acquire_fn(void *ctx, const struct acquire *a);

/* Calls FN for each acquire in DATAGRAM whose template has REQID and is one for
 * transport by ESP, and for each larval SA of that kind (an answer to a dump:
 * SPI 0). Other messages are skipped. False with *BAD naming the field when the
 * bytes are not what they say; what stood before was told. */
bool acquire_parse(struct span datagram, uint32_t reqid, acquire_fn *fn, void *ctx,
		   const char **bad);

#endif
