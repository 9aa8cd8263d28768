/* Bodies of XFRM netlink messages, written from our values. Pure: nothing is
 * sent here. */
#ifndef PLUTO_KERNEL_XFRM_MSG_H
#define PLUTO_KERNEL_XFRM_MSG_H

#include "pluto/kernel/kernel.h"

struct nlmsghdr;

/* The numbers by which our SAs and policies find each other and by which we
 * tell ours from those of others. */
enum { XFRM_REQID_FIRST = 0x6f000000, XFRM_REQID_LAST = 0x6fffffff };
bool xfrm_reqid_ours(uint32_t reqid);

/* Who wins where policies overlap: the lowest number. By rank first; within a
 * rank the longer prefixes win, and a protocol or port before none. */
uint32_t xfrm_priority(enum kernel_rank rank, const struct selector *sel);

/* One policy. The template is left out for KERNEL_RANK_EXEMPT. */
struct xfrm_rule {
	uint8_t dir;			/* XFRM_POLICY_* */
	enum kernel_rank rank;
	struct selector sel;		/* as seen from here, whatever DIR */
	enum ipsec_mode mode;
	struct ip_addr local, remote;	/* outer */
	uint32_t reqid;
	uint32_t spi;			/* host order; 0: any SA of REQID */
};

/* Neighbour discovery (one ICMPv6 type, 133-137) between any two hosts passes:
 * an SA cannot be negotiated with a host that cannot be found. */
struct xfrm_rule xfrm_exemption(uint8_t dir, uint16_t icmp6_type);

/* The body of a message whose header (type, flags) stands; its buffer has room
 * for XFRM_MSG_ROOM bytes. -EOPNOTSUPP: the algorithms or the shape of the
 * selector are not what the kernel can express. */
enum { XFRM_MSG_ROOM = 4096 };
int xfrm_put_sa(struct nlmsghdr *h, const struct kernel_sa *sa, uint32_t reqid);
/* For DELSA and GETSA; an SA's name is its destination, SPI and protocol. */
void xfrm_put_sa_id(struct nlmsghdr *h, const struct ip_addr *dst, uint32_t spi);
int xfrm_put_policy(struct nlmsghdr *h, const struct xfrm_rule *r);
/* For DELPOLICY: direction and selector of R. */
int xfrm_put_policy_id(struct nlmsghdr *h, const struct xfrm_rule *r);
/* A NEWSA message that the kernel gave gets other outer addresses and ports;
 * -EINVAL when it has no encapsulation. */
int xfrm_readdress_sa(struct nlmsghdr *h, enum sa_direction dir,
		      const struct endpoint *local, const struct endpoint *remote);

#endif
