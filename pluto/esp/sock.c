/* A UDP 4500 socket that the plane reads and sends on; its owner closes it. */
#include "pluto/esp/sock.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/marks.h"

enum { BUFFER = 8 << 20, PROBE_PORT = 4500 };
enum { DEFAULT_MTU = 1500, FLOOR_V4 = 576, FLOOR_V6 = 1280, MAX_MTU = 65535 };

static void
set(int fd, int level, int name, int value)
{
	/* Each of these is a help, none is a need. */
	(void)setsockopt(fd, level, name, &value, sizeof(value));
}

static void
set_buffers(int fd)
{
	set(fd, SOL_SOCKET, SO_RCVBUF, BUFFER);
	set(fd, SOL_SOCKET, SO_SNDBUF, BUFFER);
	set(fd, SOL_SOCKET, SO_RCVBUFFORCE, BUFFER);
	set(fd, SOL_SOCKET, SO_SNDBUFFORCE, BUFFER);
}

struct esp_sock *
esp_sock_new(int fd, const struct endpoint *local)
{
	struct esp_sock *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->fd = fd;
	s->local = *local;
	s->wildcard = ip_addr_is_any(&local->addr);
	atomic_init(&s->no_gso, false);
	set_buffers(fd);
	set(fd, SOL_UDP, UDP_GRO, 1);
	if (local->addr.family == IP_V6) {
		set(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
		set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
		set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_WANT);
	} else {
		set(fd, IPPROTO_IP, IP_RECVTOS, 1);
		set(fd, IPPROTO_IP, IP_PKTINFO, 1);
		/* DF on what fits the path; what does not is fragmented here,
		 * so that nothing vanishes while the new MTU spreads. */
		set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_WANT);
	}
	return s;
}

static int
ask_mtu(const struct ip_addr *local, const struct ip_addr *remote)
{
	struct endpoint from = { .addr = *local };
	struct endpoint to = { .addr = *remote, .port = PROBE_PORT };
	struct sockaddr_storage src, dst;
	socklen_t src_len = endpoint_to_sockaddr(&from, &src);
	socklen_t dst_len = endpoint_to_sockaddr(&to, &dst);
	bool v6 = remote->family == IP_V6;
	int fd, mtu = 0;
	socklen_t len = sizeof(mtu);

	fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return 0;
	set(fd, SOL_SOCKET, SO_MARK, MARK_BYPASS);
	(void)bind(fd, (struct sockaddr *)&src, src_len);
	if (connect(fd, (struct sockaddr *)&dst, dst_len) != 0 ||
	    getsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP,
		       v6 ? IPV6_MTU : IP_MTU, &mtu, &len) != 0)
		mtu = 0;
	close(fd);
	return mtu;
}

uint32_t
esp_path_mtu(const struct ip_addr *local, const struct ip_addr *remote)
{
	int mtu = ask_mtu(local, remote);
	int floor = remote->family == IP_V6 ? FLOOR_V6 : FLOOR_V4;

	if (mtu <= 0)
		mtu = DEFAULT_MTU;
	if (mtu < floor)
		mtu = floor;
	return mtu > MAX_MTU ? MAX_MTU : (uint32_t)mtu;
}
