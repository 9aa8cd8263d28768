/* UDP ports 500 and 4500, one socket for each local address. */
#include "pluto/udp.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/marks.h"
#include "pluto/wire/ike_const.h"

enum { MARKER_LEN = 4, BATCH = 32 };

struct udp_socket {
	struct udp *u;
	struct endpoint local;
	int fd;				/* -1: free */
	loop_id reading;
};

struct udp {
	struct loop *l;
	const struct kernel *kernel;
	udp_datagram_fn *fn;
	void *ctx;
	uint16_t port;			/* for IKE without ESP */
	unsigned n, addrs;
	struct udp_socket s[2 * MAX_LOCAL_ADDRS];	/* N in use or free again */
	uint8_t buf[IKE_MAX_DATAGRAM];
};

static bool
has_marker(struct span d)
{
	static const uint8_t marker[MARKER_LEN];

	return d.len > MARKER_LEN && memcmp(d.ptr, marker, MARKER_LEN) == 0;
}

static void
read_ready(void *ctx, int fd, int what)
{
	struct udp_socket *s = ctx;
	struct udp *u = s->u;

	(void)what;
	for (int i = 0; i < BATCH; i++) {
		struct sockaddr_storage ss;
		socklen_t sslen = sizeof(ss);
		struct endpoint remote;
		struct span d;
		ssize_t n = recvfrom(fd, u->buf, sizeof(u->buf), MSG_DONTWAIT,
				     (struct sockaddr *)&ss, &sslen);

		if (n < 0)
			return;
		d = span_of(u->buf, (size_t)n);
		if (!endpoint_from_sockaddr((struct sockaddr *)&ss, &remote))
			continue;
		if (s->local.port == NATT_PORT) {
			if (!has_marker(d))
				continue;	/* ESP or a keepalive: nobody takes it */
			d = span_of(d.ptr + MARKER_LEN, d.len - MARKER_LEN);
		}
		u->fn(u->ctx, &s->local, &remote, d);
	}
}

/* An address may be there and not usable yet (IPv6 while duplicates are looked
 * for), or gone again since it was listed: the others count. */
static bool
may_skip(int rc)
{
	return rc == -EADDRNOTAVAIL || rc == -ENODEV;
}

/* Ours pass the trap and the tunnel by their mark; large IKE messages may be
 * fragmented by IP when the peer knows no better. */
static int
set_options(int fd, enum ip_family family)
{
	int mark = MARK_BYPASS, one = 1, dont = IP_PMTUDISC_DONT, rcvbuf = 4 << 20;

	if (setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) != 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &rcvbuf, sizeof(rcvbuf));
	if (family == IP_V6) {
		if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)) != 0)
			return -errno;
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &dont, sizeof(dont));
	} else {
		(void)setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &dont, sizeof(dont));
	}
	return 0;
}

static int
open_socket(const struct endpoint *local)
{
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(local, &ss);
	int rc, fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	rc = set_options(fd, local->addr.family);
	if (rc == 0 && bind(fd, (struct sockaddr *)&ss, len) != 0)
		rc = -errno;
	if (rc != 0) {
		close(fd);
		return rc;
	}
	return fd;
}

static struct udp_socket *
free_slot(struct udp *u)
{
	for (unsigned i = 0; i < u->n; i++)
		if (u->s[i].fd < 0)
			return &u->s[i];
	return u->n < 2 * MAX_LOCAL_ADDRS ? &u->s[u->n++] : NULL;
}

/* Who reads it: the data plane, or we. */
static int
put_to_use(struct udp *u, struct udp_socket *s)
{
	const struct kernel_ops *ops = u->kernel->ops;
	int rc = ops->prepare_socket == NULL ? 0
		: ops->prepare_socket(u->kernel->k, s->fd, &s->local);

	if (rc != 0)
		return rc;
	if (s->local.port == NATT_PORT && ops->take_natt_socket != NULL)
		return ops->take_natt_socket(u->kernel->k, s->fd, &s->local);
	s->reading = loop_fd(u->l, s->fd, LOOP_READ, read_ready, s);
	return 0;
}

static int
add_socket(struct udp *u, const struct ip_addr *addr, uint16_t port)
{
	struct udp_socket *s = free_slot(u);
	int rc;

	if (s == NULL)
		return -ENOSPC;
	*s = (struct udp_socket){ .u = u, .local = { .addr = *addr, .port = port } };
	rc = s->fd = open_socket(&s->local);
	if (rc >= 0)
		rc = put_to_use(u, s);
	if (rc != 0 && s->fd >= 0)
		close(s->fd);
	if (rc != 0)
		s->fd = -1;
	return rc;
}

static void
close_socket(struct udp *u, struct udp_socket *s)
{
	const struct kernel_ops *ops = u->kernel->ops;

	if (s->local.port == NATT_PORT && ops->drop_natt_socket != NULL)
		ops->drop_natt_socket(u->kernel->k, &s->local);
	loop_cancel(u->l, &s->reading);
	close(s->fd);
	s->fd = -1;
}

static unsigned
close_address(struct udp *u, const struct ip_addr *a)
{
	unsigned n = 0;

	for (unsigned i = 0; i < u->n; i++)
		if (u->s[i].fd >= 0 && ip_addr_eq(&u->s[i].local.addr, a)) {
			close_socket(u, &u->s[i]);
			n++;
		}
	return n;
}

static void
explain(int rc, const struct ip_addr *a, uint16_t port, char *err, size_t errlen)
{
	struct addr_buf b;

	snprintf(err, errlen, "UDP port %u on %s: %s%s", port, ip_addr_text(a, &b), strerror(-rc),
		 rc == -EADDRINUSE ? "; another IKE daemon is running: stop it first"
		 : rc == -EPERM || rc == -EACCES ? "; pluto must be started as root" : "");
}

static int
add_address(struct udp *u, const struct ip_addr *a, char *err, size_t errlen)
{
	const uint16_t ports[] = { u->port, NATT_PORT };

	for (unsigned p = 0; p < 2; p++) {
		int rc = add_socket(u, a, ports[p]);

		if (rc != 0) {
			explain(rc, a, ports[p], err, errlen);
			close_address(u, a);
			return rc;
		}
	}
	u->addrs++;
	return 0;
}

struct udp *
udp_open(struct loop *l, const struct local_addrs *addrs, uint16_t port,
	 const struct kernel *kernel, udp_datagram_fn *fn, void *ctx,
	 int *why, char *err, size_t errlen)
{
	struct udp *u = calloc(1, sizeof(*u));

	if (u == NULL) {
		*why = -ENOMEM;
		snprintf(err, errlen, "no memory for sockets");
		return NULL;
	}
	*u = (struct udp){ .l = l, .kernel = kernel, .port = port, .fn = fn,
		.ctx = ctx };
	for (unsigned i = 0; i < addrs->n; i++) {
		if (!addrs->a[i].serve)
			continue;
		*why = add_address(u, &addrs->a[i].addr, err, errlen);
		if (may_skip(*why)) {
			log_warn(NULL, "%s; not served until the next --listen", err);
		} else if (*why != 0) {
			udp_close(u);
			return NULL;
		}
	}
	return u;
}

static bool
is_served(const struct local_addrs *addrs, const struct ip_addr *a)
{
	for (unsigned i = 0; i < addrs->n; i++)
		if (addrs->a[i].serve && ip_addr_eq(&addrs->a[i].addr, a))
			return true;
	return false;
}

static bool
is_open(const struct udp *u, const struct ip_addr *a)
{
	for (unsigned i = 0; i < u->n; i++)
		if (u->s[i].fd >= 0 && ip_addr_eq(&u->s[i].local.addr, a))
			return true;
	return false;
}

void
udp_update(struct udp *u, const struct local_addrs *addrs)
{
	char err[200];

	for (unsigned i = 0; i < u->n; i++) {
		struct ip_addr a = u->s[i].local.addr;

		if (u->s[i].fd >= 0 && !is_served(addrs, &a)) {
			close_address(u, &a);
			u->addrs--;
		}
	}
	for (unsigned i = 0; i < addrs->n; i++) {
		const struct local_addr *a = &addrs->a[i];
		int rc = !a->serve || is_open(u, &a->addr) ? 0
			: add_address(u, &a->addr, err, sizeof(err));

		if (rc != 0 && !may_skip(rc))
			log_warn(NULL, "%s; not served until the next --listen", err);
	}
}

void
udp_close(struct udp *u)
{
	if (u == NULL)
		return;
	if (u->kernel->ops->drop_natt_sockets != NULL)
		u->kernel->ops->drop_natt_sockets(u->kernel->k);
	for (unsigned i = 0; i < u->n; i++) {
		if (u->s[i].fd < 0)
			continue;
		loop_cancel(u->l, &u->s[i].reading);
		close(u->s[i].fd);
	}
	free(u);
}

static void
send_from(const struct udp *u, const struct endpoint *local, const struct endpoint *remote,
	  struct iovec *iov, size_t n)
{
	struct sockaddr_storage ss;
	struct msghdr m = { .msg_name = &ss, .msg_iov = iov, .msg_iovlen = n };

	m.msg_namelen = endpoint_to_sockaddr(remote, &ss);
	for (unsigned i = 0; i < u->n; i++) {
		if (u->s[i].fd < 0 || !endpoint_eq(&u->s[i].local, local))
			continue;
		if (sendmsg(u->s[i].fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			log_debug_of(LOG_RAW, NULL, "udp: send: %s", strerror(errno));
		return;
	}
}

void
udp_send(struct udp *u, const struct endpoint *local, const struct endpoint *remote,
	 struct span datagram)
{
	static uint8_t marker[MARKER_LEN];
	struct iovec iov[2] = {
		{ .iov_base = marker, .iov_len = local->port == NATT_PORT ? MARKER_LEN : 0 },
		{ .iov_base = (void *)(uintptr_t)datagram.ptr, .iov_len = datagram.len },
	};

	send_from(u, local, remote, iov, 2);
}

void
udp_keepalive(struct udp *u, const struct endpoint *local, const struct endpoint *remote)
{
	uint8_t octet = 0xff;
	struct iovec iov = { .iov_base = &octet, .iov_len = 1 };

	send_from(u, local, remote, &iov, 1);
}

unsigned
udp_count(const struct udp *u)
{
	return u == NULL ? 0 : u->addrs;
}
