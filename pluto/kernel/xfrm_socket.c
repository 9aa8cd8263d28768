/* IKE passes the policies, and ESP in UDP goes to the kernel. */
#include <errno.h>
#include <linux/udp.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "pluto/kernel/xfrm.h"

enum { NATT_UDP_PORT = 4500 };

/* IKE passes every policy; ESP in UDP that comes to port 4500 is the kernel's
 * (RFC 3948), the rest of what comes there is read by the caller. */
int
xfrm_prepare_socket(void *k, int fd, const struct endpoint *local)
{
	static const uint8_t dirs[] = { XFRM_POLICY_IN, XFRM_POLICY_OUT };
	const bool v6 = local->addr.family == IP_V6;
	const int type = UDP_ENCAP_ESPINUDP;

	(void)k;
	for (size_t i = 0; i < sizeof(dirs); i++) {
		const struct xfrm_userpolicy_info p = { .dir = dirs[i],
			.action = XFRM_POLICY_ALLOW, .sel.family = v6 ? AF_INET6 : AF_INET };

		if (setsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP,
			       v6 ? IPV6_XFRM_POLICY : IP_XFRM_POLICY, &p, sizeof(p)) != 0)
			return -errno;
	}
	if (local->port == NATT_UDP_PORT
	    && setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &type, sizeof(type)) != 0)
		return -errno;
	return 0;
}
