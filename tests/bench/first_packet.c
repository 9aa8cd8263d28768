/* How long the first packet of a pair takes, and what is lost meanwhile.
 *
 *	first_packet [-n COUNT] [-s SECONDS] NETNS,ADDRESS NETNS,ADDRESS
 *
 * Sends COUNT (10) UDP datagrams back to back from the first place to the second,
 * and after them one each 10 ms until one of all has arrived or SECONDS (10) are
 * over. Both ends are sockets of this process, so there is one clock. Prints the
 * milliseconds from the first send to the first arrival, and how many of the
 * COUNT did not arrive within half a second after that. Status 1: nothing came. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/number.h"
#include "tests/lab/netns_socket.h"

enum { PORT = 7008, PROBE_US = 10000, LATE_US = 500000, MAX_COUNT = 1000 };

struct burst {
	int from, to;
	struct sockaddr_storage dst;
	socklen_t dst_len;
	unsigned long count;
	uint64_t first_sent_us, first_heard_us;
	bool heard[MAX_COUNT];
};

static uint64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static int
place(char *spec, struct endpoint *at)
{
	const char *ns = strsep(&spec, ",");

	at->port = PORT;
	if (spec == NULL || !ip_addr_parse(spec, &at->addr))
		netns_die("not NETNS,ADDRESS", ns);
	return netns_socket(ns, at);
}

/* What cannot be sent is lost, and counted as that. */
static void
say(struct burst *b, uint32_t number)
{
	(void)!sendto(b->from, &number, sizeof(number), 0, (struct sockaddr *)&b->dst, b->dst_len);
}

static void
hear_until(struct burst *b, uint64_t when_us, bool first_is_enough)
{
	struct pollfd p = { .fd = b->to, .events = POLLIN };
	uint64_t now;
	uint32_t number;

	while ((now = now_us()) < when_us && !(first_is_enough && b->first_heard_us != 0)) {
		struct timespec left = { .tv_nsec = (long)(when_us - now) * 1000 };

		ppoll(&p, 1, &left, NULL);
		while (recv(b->to, &number, sizeof(number), 0) == (ssize_t)sizeof(number)) {
			if (b->first_heard_us == 0)
				b->first_heard_us = now_us();
			if (number < b->count)
				b->heard[number] = true;
		}
	}
}

static void
play(struct burst *b, unsigned long seconds)
{
	uint64_t next;

	b->first_sent_us = next = now_us();
	for (uint32_t i = 0; i < b->count; i++)
		say(b, i);
	while (b->first_heard_us == 0 && next < b->first_sent_us + seconds * 1000000) {
		next += PROBE_US;
		hear_until(b, next, true);
		if (b->first_heard_us == 0)
			say(b, MAX_COUNT);
	}
	hear_until(b, now_us() + LATE_US, false);
}

int
main(int argc, char **argv)
{
	static struct burst b = { .count = 10 };
	unsigned long seconds = 10, lost = 0;
	struct endpoint from, to;
	int o;

	while ((o = getopt(argc, argv, "n:s:")) != -1)
		if (!number_parse(optarg, o == 'n' ? MAX_COUNT : 3600, o == 'n' ? &b.count : &seconds))
			return 2;
	if (argc != optind + 2)
		return 2;
	b.from = place(argv[optind], &from);
	b.to = place(argv[optind + 1], &to);
	b.dst_len = endpoint_to_sockaddr(&to, &b.dst);
	play(&b, seconds);
	for (unsigned long i = 0; i < b.count; i++)
		lost += !b.heard[i];
	if (b.first_heard_us == 0)
		return 1;
	printf("%.3f %lu\n", (double)(b.first_heard_us - b.first_sent_us) / 1000, lost);
	return 0;
}
