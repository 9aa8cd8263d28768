/* A wire that misbehaves: carries frames between two devices, and loses, doubles,
 * delays, overtakes and corrupts them on the way, the same ones for the same seed.
 *
 *	bad_wire DEVICE DEVICE SEED [loss=30] [double=10] [reorder=25] [corrupt=10]
 *		 [delay=300] [for=600]
 *
 * Of each ten packets of one kind from one host to another exactly so many are lost
 * (doubled, ...), never three in succession: nine attempts at a question and its
 * answer suffice, whatever the seed. ARP and neighbour discovery pass unharmed. Ends by
 * SIGTERM, or after so many seconds; says then what it did. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/loop.h"
#include "tests/lab/bad_deck.h"

enum {
	FRAME_MAX = 70000, WAITING_MAX = 4096, ETHER = 14, HDR = sizeof(struct virtio_net_hdr),
	OVERTAKEN_MS = 60,
};

struct waiting {
	uint64_t due_ms;
	uint64_t order;		/* among those that are due at the same time */
	int fd;
	size_t len;
	uint8_t *bytes;		/* owned; NULL: a free place */
};

static struct waiting waiting[WAITING_MAX];
static struct bad_decks decks;
static uint32_t delay_ms;
static uint64_t last_order, full;
static volatile sig_atomic_t over;

static void
die(const char *what)
{
	fprintf(stderr, "bad_wire: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void
end(int signo)
{
	(void)signo;
	over = 1;
}

/* Checksums that the sender left to its device stay so: PACKET_VNET_HDR. */
static int
open_device(const char *name)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(0x0003),
		.sll_ifindex = (int)if_nametoindex(name) };
	struct packet_mreq all = { .mr_ifindex = at.sll_ifindex, .mr_type = PACKET_MR_PROMISC };
	int one = 1, fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || at.sll_ifindex == 0
	    || setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one)) != 0
	    || setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)) != 0
	    || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0
	    || setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)) != 0)
		die(name);
	return fd;
}

static void
emit(int fd, const uint8_t *bytes, size_t len)
{
	if (write(fd, bytes, len) < 0 && errno != EAGAIN && errno != ENOBUFS && errno != ENETDOWN)
		fprintf(stderr, "bad_wire: %zu bytes are not taken: %s\n", len, strerror(errno));
}

static void
keep(int fd, const uint8_t *bytes, size_t len, uint64_t due_ms)
{
	size_t i = 0;

	while (i < WAITING_MAX && waiting[i].bytes != NULL)
		i++;
	if (i == WAITING_MAX || (waiting[i].bytes = malloc(len)) == NULL) {
		full++;
		return;
	}
	memcpy(waiting[i].bytes, bytes, len);
	waiting[i].due_ms = due_ms;
	waiting[i].order = ++last_order;
	waiting[i].fd = fd;
	waiting[i].len = len;
}

/* NULL when none waits. */
static struct waiting *
first_due(void)
{
	struct waiting *best = NULL;

	for (size_t i = 0; i < WAITING_MAX; i++) {
		struct waiting *w = &waiting[i];

		if (w->bytes != NULL && (best == NULL || w->due_ms < best->due_ms
					 || (w->due_ms == best->due_ms && w->order < best->order)))
			best = w;
	}
	return best;
}

static void
let_go(void)
{
	for (struct waiting *w; (w = first_due()) != NULL && w->due_ms <= monotonic_ms();) {
		emit(w->fd, w->bytes, w->len);
		free(w->bytes);
		w->bytes = NULL;
	}
}

/* What a device would have summed is summed, so that the receiver sees the harm. */
static void
finish_checksum(uint8_t *bytes, size_t len)
{
	struct virtio_net_hdr h;
	uint32_t sum = 0;
	size_t from, at;

	memcpy(&h, bytes, HDR);
	from = (size_t)HDR + h.csum_start;
	at = from + h.csum_offset;
	if ((h.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) == 0 || at + 2 > len)
		return;
	for (size_t i = from; i < len; i++)
		sum += (i - from) % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	bytes[at] = (uint8_t)(~sum >> 8);
	bytes[at + 1] = (uint8_t)~sum;
	h.flags = 0;
	memcpy(bytes, &h, HDR);
}

/* One bit. What IKE gets would pass its checksum: the daemon itself must see it. */
static void
corrupt(struct bad_flow *f, uint8_t *bytes, size_t len)
{
	size_t from = (size_t)HDR + ETHER + (f->ipv6 ? 40u : 20u) + (f->kind == BAD_OTHER ? 0u : 8u);

	if (f->kind == BAD_OTHER)
		finish_checksum(bytes, len);
	if (len > from)
		bytes[from + bad_random(f, (uint32_t)(len - from))] ^= (uint8_t)(1 << bad_random(f, 8));
}

static void
carry(int to, unsigned direction, uint8_t *bytes, size_t len)
{
	struct bad_flow *f = bad_flow_of(&decks, direction, &bytes[HDR], len - HDR);
	uint64_t now = monotonic_ms();
	unsigned copies = 1;

	if (f == NULL) {
		emit(to, bytes, len);
		return;
	}
	f->seen++;
	if (bad_draw(f, BAD_LOSS))
		return;
	if (bad_draw(f, BAD_DOUBLE))
		copies = 2;
	if (bad_draw(f, BAD_CORRUPT))
		corrupt(f, bytes, len);
	for (unsigned i = 0; i < copies; i++) {
		uint64_t due = now + delay_ms + (bad_draw(f, BAD_REORDER) ? OVERTAKEN_MS : 0);

		keep(to, bytes, len, due);
	}
}

static void
drain(int from, int to, unsigned direction)
{
	static uint8_t bytes[FRAME_MAX];

	for (unsigned i = 0; i < 64; i++) {
		ssize_t n = read(from, bytes, sizeof(bytes));

		if (n < (ssize_t)HDR)
			return;
		carry(to, direction, bytes, (size_t)n);
	}
}

static void
option(const char *word, uint32_t *for_s)
{
	const char *value = strchr(word, '=');
	uint32_t n = value != NULL ? (uint32_t)strtoul(value + 1, NULL, 10) : 0;

	if (strncmp(word, "delay=", 6) == 0)
		delay_ms = n;
	else if (strncmp(word, "for=", 4) == 0)
		*for_s = n;
	else if (value == NULL || !bad_decks_set(&decks, word, n)) {
		fprintf(stderr, "bad_wire: no such fault, or more than 100 of 100: %s\n", word);
		exit(2);
	}
}

static void
run(struct pollfd at[2], uint64_t until_ms)
{
	while (!over && monotonic_ms() < until_ms) {
		struct waiting *w;
		uint64_t now;
		int wait_ms = 1000;

		let_go();
		now = monotonic_ms();
		w = first_due();
		if (w != NULL && w->due_ms < now + 1000)
			wait_ms = w->due_ms > now ? (int)(w->due_ms - now) : 0;
		if (poll(at, 2, wait_ms) <= 0)
			continue;
		drain(at[0].fd, at[1].fd, 0);
		drain(at[1].fd, at[0].fd, 1);
	}
}

int
main(int argc, char **argv)
{
	struct pollfd at[2] = { { .events = POLLIN }, { .events = POLLIN } };
	uint32_t for_s = 600;

	if (argc < 4) {
		fprintf(stderr, "usage: bad_wire DEVICE DEVICE SEED [FAULT=PERCENT]...\n");
		return 2;
	}
	decks.seed = strtoull(argv[3], NULL, 10);
	for (int i = 4; i < argc; i++)
		option(argv[i], &for_s);
	signal(SIGTERM, end);
	signal(SIGINT, end);
	at[0].fd = open_device(argv[1]);
	at[1].fd = open_device(argv[2]);
	puts("bad_wire: carries");
	fflush(stdout);
	run(at, monotonic_ms() + 1000ull * for_s);
	bad_decks_print(&decks);
	if (full > 0)
		printf("%llu found no place to wait\n", (unsigned long long)full);
	return 0;
}
