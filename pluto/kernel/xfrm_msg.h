/* Bodies of XFRM netlink messages, written from our values. Pure: nothing is
 * sent here. */
#ifndef PLUTO_KERNEL_XFRM_MSG_H
#define PLUTO_KERNEL_XFRM_MSG_H

#include "pluto/kernel/kernel.h"

struct nlmsghdr;

/* The numbers by which our SAs and policies find each other and by which we
 * tell ours from those of others. The first is that of reserved SPIs; each flow
 * has one of the others. */
enum { XFRM_REQID_FIRST = 0x6f000000, XFRM_REQID_LAST = 0x6fffffff };
bool xfrm_reqid_ours(uint32_t reqid);

/* Who wins where policies overlap: the one whose number is lowest. This function
 * alone makes the numbers. RANK counts first, in the order of enum kernel_rank:
 * exemption, manual connection, authenticated OE, anonymous OE, trap, default.
 * Within a rank the longer prefixes win, both ends added up; between equal ones a
 * selector with a port or a protocol wins over one without. */
uint32_t xfrm_priority(enum kernel_rank rank, const struct selector *sel);

/* One policy. The template is left out for KERNEL_RANK_EXEMPT and for a bypass. */
struct xfrm_rule {
	uint8_t dir;			/* XFRM_POLICY_* */
	enum kernel_rank rank;
	bool bypass;			/* what it is for passes as it is */
	struct selector sel;		/* as seen from here, whatever DIR */
	enum sa_protocol protocol;
	enum ipsec_mode mode;
	struct ip_addr local, remote;	/* outer */
	uint32_t reqid;
	uint32_t spi;			/* host order; 0: any SA of REQID */
	uint16_t cpi;			/* an IPComp SA inside; 0: none */
	uint32_t if_id;			/* of the xfrm interface; 0: none */
};

/* Neighbour discovery (one ICMPv6 type, 133-137) between any two hosts passes:
 * an SA cannot be negotiated with a host that cannot be found. */
struct xfrm_rule xfrm_exemption(uint8_t dir, uint16_t icmp6_type);

/* What an SA has besides its negotiated values. */
struct xfrm_sa_more {
	uint32_t reqid;
	uint32_t seq;			/* of the acquire it answers; 0: none */
	uint32_t if_id;			/* 0: none */
	bool offload;			/* ask a device to do the cryptography */
	int ifindex;			/* which; 0: that of the route */
};

/* The body of a message whose header (type, flags) stands; its buffer has room
 * for XFRM_MSG_ROOM bytes. -EOPNOTSUPP: the algorithms or the shape of the
 * selector are not what the kernel can express. */
enum { XFRM_MSG_ROOM = 4096 };
int xfrm_put_sa(struct nlmsghdr *h, const struct kernel_sa *sa, const struct xfrm_sa_more *more);
/* The IPComp SA that goes with SA, whose cpi is not 0. */
void xfrm_put_ipcomp(struct nlmsghdr *h, const struct kernel_sa *sa,
		     const struct xfrm_sa_more *more);

/* An SA's name in the kernel: destination, SPI (or CPI), IPPROTO_*. */
struct xfrm_sa_name {
	struct ip_addr dst;
	uint32_t spi;			/* host order */
	uint8_t proto;
};
uint8_t xfrm_ip_proto(enum sa_protocol p);
/* For DELSA and GETSA. */
void xfrm_put_sa_name(struct nlmsghdr *h, const struct xfrm_sa_name *n);
/* For ALLOCSPI: N, that very SPI, from SRC. */
void xfrm_put_spi_request(struct nlmsghdr *h, const struct xfrm_sa_name *n,
			  const struct ip_addr *src);

int xfrm_put_policy(struct nlmsghdr *h, const struct xfrm_rule *r);
struct xfrm_userpolicy_info;
bool xfrm_is_bypass(const struct xfrm_userpolicy_info *p);	/* one of ours */
/* For DELPOLICY: direction, selector and interface of R. */
int xfrm_put_policy_id(struct nlmsghdr *h, const struct xfrm_rule *r);

/* Where an SA is to be. */
struct xfrm_place {
	enum sa_direction dir;
	struct endpoint local, remote;	/* outer */
	bool encap;			/* in UDP, between these ports */
};
/* For MIGRATE: the one SA of R's template, and the template, go to P. It gets
 * encapsulation where it had none, but keeps what it has. */
int xfrm_put_migrate(struct nlmsghdr *h, const struct xfrm_rule *r, const struct xfrm_place *p);
/* Another SA at P, made of OLD, a NEWSA message that the kernel gave: with its
 * keys, numbers and window, and with what is left of its limits at NOW_S of the
 * wall clock, as it counts from nothing. NOW_S 0: OLD itself is updated. */
void xfrm_put_copy(struct nlmsghdr *h, const struct nlmsghdr *old, const struct xfrm_place *p,
		   uint64_t now_s);

#endif
