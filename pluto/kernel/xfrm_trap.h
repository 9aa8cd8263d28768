/* The kernel's policy database in the hands of the trap: rules by which the
 * kernel asks for SAs (XFRM_MSG_ACQUIRE), lets pass, and refuses. */
#ifndef PLUTO_KERNEL_XFRM_TRAP_H
#define PLUTO_KERNEL_XFRM_TRAP_H

#include "lib/spd.h"

struct xfrm_userpolicy_info;

/* Templates of the trap's rules; outside of the numbers of our SAs, so that the
 * plane's sweep leaves them: what is closed stays closed without us. */
enum { XFRM_REQID_TRAP = 0x6e000001 };

/* False with a sentence in ERR. */
bool xfrm_trap_open(struct spd *out, char *err, size_t errlen);
/* Is this policy one of the trap's? */
bool xfrm_trap_policy(const struct xfrm_userpolicy_info *p);

#endif
