/* Our values in the kernel's spelling; shared by the files that write messages. */
#ifndef PLUTO_KERNEL_XFRM_PUT_H
#define PLUTO_KERNEL_XFRM_PUT_H

#include <linux/xfrm.h>
#include <netinet/in.h>

#include "pluto/kernel/xfrm_msg.h"

xfrm_address_t xfrm_addr(const struct ip_addr *a);
struct ip_addr xfrm_addr_back(const xfrm_address_t *a, uint16_t family);
uint16_t xfrm_family(const struct ip_addr *a);
uint8_t xfrm_mode(enum ipsec_mode m);
/* Nothing ends by itself. */
struct xfrm_lifetime_cfg xfrm_forever(void);
/* Ports of the encapsulation, by direction of the packets. */
void xfrm_put_encap(struct nlmsghdr *h, const struct xfrm_place *p);
xfrm_address_t xfrm_src(const struct xfrm_place *p);
xfrm_address_t xfrm_dst(const struct xfrm_place *p);

#endif
