/* Forges IKE_SA_INIT requests, each from another address and with an SPI of its own.
 *
 *	flood DEVICE MAC ADDRESS PORT RATE SECONDS
 *
 * Sends whole IPv4 packets from 10.0.0.0/8 out of DEVICE to PORT (500, or 4500 with the
 * marker) of the host ADDRESS, whose MAC is given, RATE a second (0: as many as go). Prints
 * "sent N bytes B in MS ms rate R" at the end. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/number.h"
#include "pluto/wire/ike_const.h"
#include "pluto/wire/proposal.h"

enum { BATCH = 64, IP_LEN = 20, UDP_LEN = 8, AT_UDP_DATA = IP_LEN + UDP_LEN, MARKER_LEN = 4, AT_SOURCE = 12,
	AT_SUM = 10, ROOM = 512, MAX_SECONDS = 600, MAX_RATE = 10000000 };

struct flood {
	int fd;
	struct sockaddr_ll to;
	uint8_t packet[BATCH][ROOM];
	size_t len, at_spi;		/* of each */
	unsigned long port;
	uint64_t state;			/* of the dice */
	unsigned long rate, seconds;
	unsigned long long sent, refused;
};

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "flood: %s: %s\n", what, errno != 0 ? strerror(errno) : "not understood");
	exit(2);
}

static uint64_t
dice(struct flood *f)
{
	f->state ^= f->state << 13;
	f->state ^= f->state >> 7;
	f->state ^= f->state << 17;
	return f->state;
}

/* An honest offer with the defaults of this project, so that nothing but its address
 * tells it from a real one. */
static size_t
write_request(struct flood *f, uint8_t *room, size_t max)
{
	struct ike_hdr h = { .version = 0x20, .exchange = EX_SA_INIT, .flags = IKE_FLAG_I,
		.spi_i = { 1 } };
	struct ike_build b = ike_build_message(room, max, &h);
	uint8_t noise[32];
	size_t mark = ike_build_open(&b, P_SA);

	proposal_write(&b, proposal_default_ike(), (struct span){ NULL, 0 }, true);
	ike_build_close(&b, mark);
	for (unsigned i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)dice(f);
	ike_build_ke(&b, KE_X25519, SPAN_OF(noise));
	ike_build_payload(&b, P_NONCE, SPAN_OF(noise));
	return ike_build_end(&b).len;
}

static void
put16(uint8_t *at, size_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

/* Headers of IPv4 and UDP; the latter's checksum may be left out. */
static void
write_packet(struct flood *f, uint8_t *p, const uint8_t to[4])
{
	size_t len = write_request(f, p + f->at_spi, ROOM - f->at_spi);

	if (len == 0)
		die("the request");
	f->len = f->at_spi + len;
	p[0] = 0x45;
	put16(p + 2, f->len);
	p[8] = 64;
	p[9] = 17;
	memcpy(p + 16, to, 4);
	put16(p + IP_LEN, f->port);
	put16(p + IP_LEN + 2, f->port);
	put16(p + IP_LEN + 4, f->len - IP_LEN);
}

static void
checksum(uint8_t *p)
{
	uint32_t sum = 0;

	put16(p + AT_SUM, 0);
	for (unsigned i = 0; i < IP_LEN; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	put16(p + AT_SUM, ~sum & 0xffff);
}

static void
forge(struct flood *f, uint8_t *p)
{
	uint64_t r = dice(f);

	p[AT_SOURCE] = 10;
	memcpy(p + AT_SOURCE + 1, &r, 3);
	r = dice(f) | 1;
	memcpy(p + f->at_spi, &r, 8);
	checksum(p);
}

static void
send_batch(struct flood *f, struct mmsghdr *m, unsigned n)
{
	int sent;

	for (unsigned i = 0; i < n; i++)
		forge(f, f->packet[i]);
	sent = sendmmsg(f->fd, m, n, 0);
	if (sent < 0 && errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
		die("sendmmsg");
	f->sent += sent > 0 ? (unsigned)sent : 0;
	f->refused += n - (sent > 0 ? (unsigned)sent : 0);
}

static uint64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void
run(struct flood *f)
{
	struct mmsghdr m[BATCH] = { 0 };
	struct iovec iov[BATCH];
	uint64_t begun = now_us(), now = begun, end = begun + f->seconds * 1000000;

	for (unsigned i = 0; i < BATCH; i++) {
		iov[i] = (struct iovec){ f->packet[i], f->len };
		m[i].msg_hdr = (struct msghdr){ .msg_name = &f->to, .msg_namelen = sizeof(f->to),
			.msg_iov = &iov[i], .msg_iovlen = 1 };
	}
	for (; now < end; now = now_us()) {
		uint64_t due = f->rate == 0 ? UINT64_MAX : (now - begun) * f->rate / 1000000;

		if (f->sent + f->refused + BATCH > due)
			usleep(200);
		else
			send_batch(f, m, BATCH);
	}
	printf("sent %llu bytes %llu in %llu ms rate %llu\n", f->sent, f->sent * f->len,
	       (unsigned long long)(now - begun) / 1000,
	       f->sent * 1000000 / (unsigned long long)(now - begun));
}

int
main(int argc, char **argv)
{
	static struct flood f = { .state = 88172645463325252ull };
	struct ip_addr to;
	uint8_t *mac = f.to.sll_addr;

	if (argc != 7 || !ip_addr_parse(argv[3], &to) || to.family != IP_V4
	    || sscanf(argv[2], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1, mac + 2, mac + 3,
		      mac + 4, mac + 5) != 6
	    || !number_parse(argv[4], NATT_PORT, &f.port)
	    || !number_parse(argv[5], MAX_RATE, &f.rate)
	    || !number_parse(argv[6], MAX_SECONDS, &f.seconds)) {
		fprintf(stderr, "usage: flood DEVICE MAC ADDRESS PORT RATE SECONDS\n");
		return 2;
	}
	f.at_spi = AT_UDP_DATA + (f.port == NATT_PORT ? MARKER_LEN : 0);
	f.to.sll_family = AF_PACKET;
	f.to.sll_protocol = htons(ETH_P_IP);
	f.to.sll_ifindex = (int)if_nametoindex(argv[1]);
	f.to.sll_halen = 6;
	f.fd = socket(AF_PACKET, SOCK_DGRAM, 0);
	if (f.fd < 0 || f.to.sll_ifindex == 0)
		die(argv[1]);
	for (unsigned i = 0; i < BATCH; i++)
		write_packet(&f, f.packet[i], to.bytes);
	run(&f);
	return 0;
}
