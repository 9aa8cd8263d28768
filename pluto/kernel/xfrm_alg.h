/* What the kernel calls our algorithms, and the sizes it wants. Pure. */
#ifndef PLUTO_KERNEL_XFRM_ALG_H
#define PLUTO_KERNEL_XFRM_ALG_H

#include "pluto/kernel/kernel.h"

struct nlmsghdr;

/* Writes the algorithms and keys of SA behind its body: for ESP a cipher and,
 * unless that is an AEAD, an integrity algorithm; for AH integrity alone.
 * -EOPNOTSUPP: not in our tables, or the keys have another size. */
int xfrm_put_algorithms(struct nlmsghdr *h, const struct kernel_sa *sa);
/* Deflate (RFC 2394), the one compression of an IPComp SA. */
void xfrm_put_deflate(struct nlmsghdr *h);

#endif
