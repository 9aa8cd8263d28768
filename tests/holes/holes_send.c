/* Sends what strangers send to a daemon that runs: every row of strangers_table.c, to
 * port 500 and, behind the marker, to 4500; then ESP that is too short.
 *
 *	holes_send SRC DST	prints "N datagrams, N octets"
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/holes/strangers.h"

enum { MARKER = 4, AT_ONCE = 20, ESP_LONGEST = 60, ANSWER_MS = 60, SPIS = 16 };

struct sender {
	int fd;
	bool marker;
	unsigned long n, octets;
	struct spell_live told;
};

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "holes_send: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int
open_socket(int type, int protocol, const char *src, const char *dst, uint16_t port)
{
	struct sockaddr_in from = { .sin_family = AF_INET }, to = { .sin_family = AF_INET,
		.sin_port = htons(port) };
	int fd = socket(AF_INET, type, protocol), much = 1 << 22;

	if (fd < 0 || inet_pton(AF_INET, src, &from.sin_addr) != 1
	    || inet_pton(AF_INET, dst, &to.sin_addr) != 1
	    || bind(fd, (struct sockaddr *)&from, sizeof(from)) != 0
	    || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		die(src);
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &much, sizeof(much));
	return fd;
}

/* What came back, the last of it within WAIT_MS. */
static void
hear(struct sender *s, int wait_ms)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };
	size_t skip = s->marker ? MARKER : 0;
	uint8_t buf[2000];

	while (poll(&p, 1, wait_ms) > 0) {
		ssize_t n = recv(s->fd, buf, sizeof(buf), 0);

		if (n >= (ssize_t)(skip + SPIS))
			memcpy(&s->told, buf + skip, SPIS);
		wait_ms = 0;
	}
}

static void
send_one(void *ctx, struct span d)
{
	struct sender *s = ctx;
	uint8_t buf[MARKER + SPELL_MAX + 1] = { 0 };
	size_t skip = s->marker ? MARKER : 0;

	if (d.len + skip > 65507)
		return;
	memcpy(buf + skip, d.ptr, d.len);
	/* Nobody there, too much at once: a datagram may be lost. */
	(void)!send(s->fd, buf, d.len + skip, 0);
	s->octets += d.len + skip;
	if (++s->n % AT_ONCE == 0) {
		hear(s, 0);
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
}

static void
send_rows(struct sender *s)
{
	const struct spell_live nobody = { 0 };

	for (unsigned i = 0; i < n_strangers; i++) {
		const struct stranger *r = &strangers[i];

		hear(s, 0);
		stranger_each(r->how, r->words, &nobody, send_one, s);
		if (r->then == NULL)
			continue;
		hear(s, ANSWER_MS);
		stranger_each(ONCE, r->then, &s->told, send_one, s);
	}
}

static void
send_esp(struct sender *s)
{
	uint8_t buf[ESP_LONGEST];

	memset(buf, 0x5a, sizeof(buf));
	for (size_t n = 0; n <= ESP_LONGEST; n++) {
		(void)!send(s->fd, buf, n, 0);
		s->octets += n;
		s->n++;
	}
}

int
main(int argc, char **argv)
{
	struct sender s = { 0 };

	if (argc != 3) {
		fprintf(stderr, "usage: holes_send SRC DST\n");
		return 1;
	}
	for (int natt = 0; natt < 2; natt++) {
		s.marker = natt;
		s.fd = open_socket(SOCK_DGRAM, 0, argv[1], argv[2], natt ? 4500 : 500);
		send_rows(&s);
		if (natt)
			send_esp(&s);
		close(s.fd);
	}
	s.fd = open_socket(SOCK_RAW, IPPROTO_ESP, argv[1], argv[2], 0);
	send_esp(&s);
	close(s.fd);
	printf("%lu datagrams, %lu octets\n", s.n, s.octets);
	return 0;
}
