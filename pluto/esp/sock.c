/* A UDP 4500 socket, or a raw one of AH, that the plane reads and sends on; its owner closes it. */
#include "pluto/esp/sock.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/errqueue.h>

#include "lib/marks.h"
#include "lib/wire.h"

enum { BUFFER = 8 << 20 };

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
	/* PROBE: DF on everything, and the kernel's idea of the path is not
	 * asked. It knows one MTU for a destination address, and that is the
	 * inner one: the tunnel's two ends have the addresses of the hosts. */
	if (local->addr.family == IP_V6) {
		set(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
		set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
		set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE);
		set(fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
	} else {
		set(fd, IPPROTO_IP, IP_RECVTOS, 1);
		set(fd, IPPROTO_IP, IP_PKTINFO, 1);
		set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
		set(fd, IPPROTO_IP, IP_RECVERR, 1);
	}
	return s;
}

void
esp_sock_fragments(const struct esp_sock *s, bool may)
{
	if (s->local.addr.family == IP_V6)
		set(s->fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER,
		    may ? IPV6_PMTUDISC_DONT : IPV6_PMTUDISC_PROBE);
	else
		set(s->fd, IPPROTO_IP, IP_MTU_DISCOVER,
		    may ? IP_PMTUDISC_DONT : IP_PMTUDISC_PROBE);
}

int
esp_sock_open_ah(enum ip_family family)
{
	int domain = family == IP_V6 ? AF_INET6 : AF_INET, mark = MARK_BYPASS, one = 1;
	int fd = socket(domain, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_AH);
	int rc = fd < 0 ? -errno : 0;

	if (rc == 0 && setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) != 0)
		rc = -errno;
	/* AH protects the header: so it is we who write it. */
	if (rc == 0 && (domain == AF_INET6
	    ? setsockopt(fd, IPPROTO_IPV6, IPV6_HDRINCL, &one, sizeof(one))
	    : setsockopt(fd, IPPROTO_IP, IP_HDRINCL, &one, sizeof(one))) != 0)
		rc = -errno;
	if (rc != 0 && fd >= 0)
		close(fd);
	return rc != 0 ? rc : fd;
}

struct esp_sock *
esp_sock_new_ah(int fd, enum ip_family family)
{
	struct esp_sock *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->fd = fd;
	s->local.addr.family = family;
	s->raw = s->wildcard = true;
	atomic_init(&s->no_gso, true);
	set_buffers(fd);
	if (family == IP_V4)	/* as above */
		set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
	else
		set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE);
	/* An IPv6 raw socket keeps the header to itself. */
	set(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, family == IP_V6);
	set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, family == IP_V6);
	set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, family == IP_V6);
	return s;
}

/* Only "too big" about a packet that began with an SPI is of interest. */
static void
read_error(const struct sock_extended_err *e, struct span quoted,
	   struct esp_path_report *out)
{
	struct wire_reader r = wire_reader(quoted);
	uint32_t spi = wire_u32(&r, "SPI");

	if (e->ee_errno != EMSGSIZE || !wire_ok(&r))
		return;
	out->spi = spi;
	out->mtu = e->ee_info;
}

bool
esp_sock_error(const struct esp_sock *s, struct esp_path_report *out)
{
	_Alignas(8) uint8_t control[512];
	uint8_t data[64];
	struct sockaddr_storage to = { 0 };
	struct iovec iov = { data, sizeof(data) };
	struct msghdr h = {
		.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &iov,
		.msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(s->fd, &h, MSG_ERRQUEUE | MSG_DONTWAIT);
	struct sock_extended_err e;

	*out = (struct esp_path_report){ 0 };
	if (n < 0)
		return false;
	if (!endpoint_from_sockaddr((struct sockaddr *)&to, &out->remote))
		return true;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&h); c != NULL;
	     c = CMSG_NXTHDR(&h, c)) {
		if ((c->cmsg_level != IPPROTO_IP ||
		     c->cmsg_type != IP_RECVERR) &&
		    (c->cmsg_level != IPPROTO_IPV6 ||
		     c->cmsg_type != IPV6_RECVERR))
			continue;
		memcpy(&e, CMSG_DATA(c), sizeof(e));
		read_error(&e, span_of(data, (size_t)n), out);
	}
	return true;
}
