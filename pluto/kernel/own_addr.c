/* An address of our own that a peer gave us. */
#include "pluto/kernel/own_addr.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

int
own_addr_set(struct rtnl *r, const struct ip_addr *a, bool there)
{
	struct nlmsghdr *h = rtnl_request(r, there ? RTM_NEWADDR : RTM_DELADDR,
					  there ? NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE : NLM_F_ACK);
	struct ifaddrmsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
	int rc;

	m->ifa_family = a->family == IP_V6 ? AF_INET6 : AF_INET;
	m->ifa_prefixlen = (uint8_t)ip_addr_bits(a->family);
	m->ifa_index = if_nametoindex("lo");
	mnl_attr_put(h, IFA_LOCAL, ip_addr_size(a->family), a->bytes);
	mnl_attr_put(h, IFA_ADDRESS, ip_addr_size(a->family), a->bytes);
	rc = rtnl_talk(r, h, NULL, NULL);
	return rc == -EADDRNOTAVAIL && !there ? 0 : rc;
}
