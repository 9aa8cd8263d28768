/* Hosts, datagrams and frames for the tests of the XFRM plane. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/xfrm.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/wire.h"
#include "tests/vm/plane.h"

enum { MAX_SOCKETS = 64, PORT = 7777, NATT_UDP_PORT = 4500, LONGEST = 2048 };

static int spaces[N_HOSTS], captures[2], natt_fds[N_HOSTS][2];
static uint8_t last_frame[LONGEST];
static size_t last_len;
static uint32_t datagram;
static const char text[] = "readable readable ";

static struct sock {
	enum host host;
	struct ip_addr addr;
	bool bypass;
	int fd;
} socks[MAX_SOCKETS];
static unsigned n_socks;

struct ip_addr
net_addr(const char *s)
{
	struct ip_addr a = { .family = IP_NONE };

	(void)ip_addr_parse(s, &a);
	return a;
}

void
net_enter(enum host h)
{
	if (setns(spaces[h], CLONE_NEWNET) != 0)
		perror("setns");
}

static bool
open_capture(enum host h, int *capture)
{
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	const int bytes = 8 << 20;

	net_enter(h);
	a.sll_ifindex = (int)if_nametoindex("wire");
	*capture = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL));
	(void)setsockopt(*capture, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
	return *capture >= 0 && bind(*capture, (struct sockaddr *)&a, sizeof(a)) == 0;
}

bool
net_begin(char **namespaces)
{
	for (unsigned i = 0; i < N_HOSTS; i++) {
		char path[200];

		snprintf(path, sizeof(path), "/run/netns/%s", namespaces[i]);
		spaces[i] = open(path, O_RDONLY | O_CLOEXEC);
		if (spaces[i] < 0)
			return false;
	}
	return open_capture(WEST, &captures[0]) && open_capture(EAST, &captures[1]);
}

static void
pass_policies(int fd, bool v6)
{
	for (unsigned dir = XFRM_POLICY_IN; dir <= XFRM_POLICY_OUT; dir++) {
		const struct xfrm_userpolicy_info p = { .dir = (uint8_t)dir,
			.action = XFRM_POLICY_ALLOW, .sel.family = v6 ? AF_INET6 : AF_INET };

		(void)setsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP,
				 v6 ? IPV6_XFRM_POLICY : IP_XFRM_POLICY, &p, sizeof(p));
	}
}

static int
bound(enum host h, const struct ip_addr *a, uint16_t port)
{
	const struct endpoint e = { *a, port };
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(&e, &ss);
	int fd, on = 1;

	net_enter(h);
	fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd < 0 || bind(fd, (struct sockaddr *)&ss, len) != 0) {
		perror("bind");
		return -1;
	}
	return fd;
}

static int
sock_of(enum host h, const char *addr, bool bypass)
{
	struct ip_addr a = net_addr(addr);
	struct sock *s;

	for (unsigned i = 0; i < n_socks; i++)
		if (socks[i].host == h && socks[i].bypass == bypass
		    && ip_addr_eq(&socks[i].addr, &a))
			return socks[i].fd;
	if (n_socks == MAX_SOCKETS)
		return -1;
	s = &socks[n_socks++];
	*s = (struct sock){ h, a, bypass, bound(h, &a, bypass ? PORT + 1 : PORT) };
	if (bypass)
		pass_policies(s->fd, a.family == IP_V6);
	return s->fd;
}

static size_t
write_text(uint8_t *buf, size_t len)
{
	struct wire_writer w = wire_writer(buf, LONGEST);

	wire_put_u32(&w, ++datagram);
	while (w.len < len && w.err == WIRE_OK)
		wire_put(&w, span_of(text, sizeof(text) - 1));
	return w.len;
}

static bool
hear(int fd, int wait_ms)
{
	uint64_t end = monotonic_ms() + (uint64_t)wait_ms;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint8_t buf[LONGEST];

	for (;;) {
		ssize_t n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		uint64_t now = monotonic_ms();

		if (n > 0) {
			struct wire_reader r = wire_reader(span_of(buf, (size_t)n));

			if (wire_u32(&r, "number") == datagram && wire_ok(&r))
				return true;
		} else if (now >= end) {
			return false;
		} else {
			(void)poll(&p, 1, (int)(end - now));
		}
	}
}

static bool
say(int from, int to, const char *dst, size_t len, int wait_ms)
{
	const struct endpoint e = { net_addr(dst), PORT };
	struct sockaddr_storage ss;
	socklen_t slen = endpoint_to_sockaddr(&e, &ss);
	uint8_t buf[LONGEST];
	size_t n = write_text(buf, len);

	return sendto(from, buf, n, 0, (struct sockaddr *)&ss, slen) == (ssize_t)n
		&& hear(to, wait_ms);
}

bool
net_say(enum host from, const char *src, enum host to, const char *dst, size_t len, int wait_ms)
{
	return say(sock_of(from, src, false), sock_of(to, dst, false), dst, len, wait_ms);
}

void
net_mark(enum host h, const char *addr, uint32_t mark)
{
	if (setsockopt(sock_of(h, addr, false), SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) != 0)
		perror("mark");
}

bool
net_say_in_clear(enum host from, const char *src, enum host to, const char *dst)
{
	enum { WAIT_MS = 50 };

	return say(sock_of(from, src, true), sock_of(to, dst, false), dst, 40, WAIT_MS);
}

bool
net_natt(enum host h, const char *addr, const struct kernel *k)
{
	const struct endpoint e = { net_addr(addr), NATT_UDP_PORT };
	int fd = bound(h, &e.addr, NATT_UDP_PORT);

	if (natt_fds[h][e.addr.family == IP_V6] == 0)
		natt_fds[h][e.addr.family == IP_V6] = fd;
	return fd >= 0 && k->ops->prepare_socket(k->k, fd, &e) == 0;
}

bool
net_natt_say(enum host from, enum host to, const char *dst)
{
	enum { WAIT_MS = 200 };
	const struct endpoint e = { net_addr(dst), NATT_UDP_PORT };
	const bool v6 = e.addr.family == IP_V6;
	uint8_t buf[64] = { 0 }, got[64];	/* four zeros: not ESP (RFC 3948) */
	struct pollfd p = { .fd = natt_fds[to][v6], .events = POLLIN };
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(&e, &ss);

	return sendto(natt_fds[from][v6], buf, sizeof(buf), 0, (struct sockaddr *)&ss, len) > 0
		&& poll(&p, 1, WAIT_MS) == 1
		&& recv(natt_fds[to][v6], got, sizeof(got), MSG_DONTWAIT) == sizeof(got);
}

static void
stop(void *ctx)
{
	loop_stop(ctx);
}

void
net_wait(struct loop *l, uint64_t ms)
{
	(void)loop_after(l, ms, stop, l);
	(void)loop_run(l);
}

struct seen {
	bool ours, from_west;
	uint8_t proto;
};

/* Addresses that end in .1 and .11 are west's. */
static struct seen
see_ip(struct wire_reader *r, uint16_t ethertype)
{
	const bool v6 = ethertype == ETHERTYPE_IPV6;
	struct seen s = { .ours = v6 || ethertype == ETHERTYPE_IP };
	uint8_t last;

	wire_skip(r, v6 ? 6 : 9, "to the protocol");
	s.proto = wire_u8(r, "protocol");
	wire_skip(r, v6 ? 16 : 5, "to the end of the source");
	last = wire_u8(r, "source");
	wire_skip(r, v6 ? 16 : 4, "destination");
	s.from_west = last == 1 || last == 0x11 || last == 11;
	return s;
}

static void
count(struct frames *f, const struct seen *s, struct wire_reader *r, size_t len)
{
	if (s->proto == IPPROTO_UDP) {
		bool natt = wire_u16(r, "source port") == NATT_UDP_PORT;

		f->natt += natt;
		f->other += !natt;
		wire_skip(r, 6, "UDP header");
		if (!natt)
			return;
	} else if (s->proto == IPPROTO_ESP || s->proto == IPPROTO_AH) {
		f->esp += s->proto == IPPROTO_ESP;
		f->ah += s->proto == IPPROTO_AH;
		wire_skip(r, s->proto == IPPROTO_AH ? 4 : 0, "AH's own header");
	} else {
		/* Neighbours and multicast listeners are announced unasked. */
		f->other += s->proto != IPPROTO_ICMPV6 && s->proto != IPPROTO_HOPOPTS;
		return;
	}
	if (len > f->longest)
		f->longest = len;
	wire_skip(r, 4, "SPI");
	if (s->from_west)
		f->seq = wire_u32(r, "sequence number");
}

static void
see_frame(struct frames *f, const uint8_t *buf, size_t n)
{
	struct wire_reader r = wire_reader(span_of(buf, n));
	uint16_t ethertype;
	struct seen s;

	wire_skip(&r, 12, "addresses");
	ethertype = wire_u16(&r, "ethertype");
	s = see_ip(&r, ethertype);
	if (!s.ours || !wire_ok(&r))
		return;
	count(f, &s, &r, n);
	f->readable = f->readable || memmem(buf, n, text, sizeof(text) - 1) != NULL;
	if (s.from_west && s.proto == IPPROTO_ESP) {
		memcpy(last_frame, buf, n);
		last_len = n;
	}
}

/* Only what leaves a host is the wire: a tap shows what came in opened, too. */
static void
see_sent(int capture, struct frames *f)
{
	struct sockaddr_ll from;
	socklen_t len = sizeof(from);
	uint8_t buf[LONGEST];
	ssize_t n;

	while ((n = recvfrom(capture, buf, sizeof(buf), MSG_DONTWAIT, (struct sockaddr *)&from,
			     &len)) > 0)
		if (from.sll_pkttype == PACKET_OUTGOING)
			see_frame(f, buf, (size_t)n);
}

struct frames
net_frames(void)
{
	struct frames f = { .esp = 0 };

	for (unsigned i = 0; i < 2; i++)
		see_sent(captures[i], &f);
	return f;
}

void
net_replay(void)
{
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_halen = ETH_ALEN };
	int fd;

	net_enter(WEST);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	a.sll_ifindex = (int)if_nametoindex("wire");
	memcpy(a.sll_addr, last_frame, ETH_ALEN);
	if (fd < 0 || sendto(fd, last_frame, last_len, 0, (struct sockaddr *)&a, sizeof(a)) < 0)
		perror("replay");
	if (fd >= 0)
		close(fd);
}
