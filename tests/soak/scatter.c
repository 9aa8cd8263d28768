/* Sends one datagram from each of N addresses to each of M others.
 *
 *	scatter FROM N TO M RATE
 *
 * FROM, of this host, and TO are the first ones of each row (IPv4); RATE a second (0: as
 * fast as it goes). No socket sends to more than a hundred: packets that are held
 * fill its room. What is refused or dropped on the way is no matter. Prints
 * "sent N refused R in MS ms". */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/addr.h"
#include "lib/loop.h"
#include "lib/number.h"

enum { PORT = 7007, PER_SOCKET = 100, MAX_EACH = 1000000, MAX_RATE = 10000000 };

struct scatter {
	struct ip_addr from, to;
	unsigned long n, m, rate;
	unsigned long sent, refused;
	uint64_t begun_ms;
};

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "scatter: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* The address that stands K places after FIRST. */
static struct endpoint
nth(const struct ip_addr *first, unsigned long k)
{
	struct endpoint e = { .addr = *first, .port = PORT };

	for (int i = 3; i >= 0; i--) {
		k += e.addr.bytes[i];
		e.addr.bytes[i] = (uint8_t)k;
		k >>= 8;
	}
	return e;
}

static int
bound(const struct endpoint *at)
{
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(at, &ss);
	int fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&ss, len) != 0)
		die("bind");
	return fd;
}

static void
keep_to_rate(const struct scatter *s)
{
	while (s->rate != 0 && (s->sent + s->refused) * 1000
	       > (monotonic_ms() - s->begun_ms + 1) * s->rate)
		usleep(500);
}

static void
send_one(struct scatter *s, int fd, const struct endpoint *to)
{
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(to, &ss);

	keep_to_rate(s);
	if (sendto(fd, "x", 1, MSG_DONTWAIT, (struct sockaddr *)&ss, len) == 1)
		s->sent++;
	else
		s->refused++;
}

static void
send_all(struct scatter *s, const struct endpoint *from)
{
	int fd = -1;

	for (unsigned long k = 0; k < s->m; k++) {
		struct endpoint to = nth(&s->to, k);

		if (k % PER_SOCKET == 0 && fd >= 0)
			close(fd);
		if (k % PER_SOCKET == 0)
			fd = bound(from);
		send_one(s, fd, &to);
	}
	if (fd >= 0)
		close(fd);
}

int
main(int argc, char **argv)
{
	struct scatter s = { .n = 0 };

	if (argc != 6 || !ip_addr_parse(argv[1], &s.from) || s.from.family != IP_V4
	    || !number_parse(argv[2], MAX_EACH, &s.n) || !ip_addr_parse(argv[3], &s.to)
	    || s.to.family != IP_V4 || !number_parse(argv[4], MAX_EACH, &s.m)
	    || !number_parse(argv[5], MAX_RATE, &s.rate)) {
		fprintf(stderr, "usage: scatter FROM N TO M RATE\n");
		return 2;
	}
	s.begun_ms = monotonic_ms();
	for (unsigned long i = 0; i < s.n; i++) {
		struct endpoint from = nth(&s.from, i);

		from.port = 0;
		send_all(&s, &from);
	}
	printf("sent %lu refused %lu in %llu ms\n", s.sent, s.refused,
	       (unsigned long long)(monotonic_ms() - s.begun_ms));
	return 0;
}
