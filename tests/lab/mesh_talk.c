/* Hosts of a mesh speak to each other, every one to every other at once.
 *
 *	mesh_talk [-s SECONDS] [-e EVERY_MS] [-p PORT] NETNS,ADDRESS[,ADDRESS...] ...
 *
 * One process has a UDP socket in each network namespace (each a host, with one
 * address per family), as starting hundreds of programs takes long on a slow
 * machine. It sends one datagram between each two addresses of different hosts
 * and one family, answers what arrives, and sends again every EVERY_MS (250)
 * where no answer came, until all are there or SECONDS (10) are over. Prints
 * "silent FROM TO" for each that got none, and last "answered N of M first F
 * slowest MS", where F were answered without sending twice. Status 0: all. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/loop.h"
#include "lib/number.h"
#include "tests/lab/netns_socket.h"

enum { MAX_PLACES = 64, DEFAULT_PORT = 7007 };

struct place {			/* one address of one host */
	unsigned host;
	int fd;
	struct endpoint at;
};

/* What is on the wire: who asked whom, as indexes, and which of the two it is. */
struct message { uint32_t run, from, to, is_answer; };

static struct place places[MAX_PLACES];
static unsigned n_places, sent[MAX_PLACES][MAX_PLACES];
static uint64_t answered_ms[MAX_PLACES][MAX_PLACES], begun_ms;
static unsigned long seconds = 10, every_ms = 250, port = DEFAULT_PORT;
static uint32_t run;

static void
place_add(unsigned host, const char *ns, const char *text)
{
	struct place *p = &places[n_places++];

	p->host = host;
	p->at.port = (uint16_t)port;
	if (n_places > MAX_PLACES || !ip_addr_parse(text, &p->at.addr))
		netns_die("not an address, or too many", text);
	p->fd = netns_socket(ns, &p->at);
}

static void
host_add(unsigned host, char *spec)
{
	char *next, *ns = strtok_r(spec, ",", &next), *a;

	while ((a = strtok_r(NULL, ",", &next)) != NULL)
		place_add(host, ns, a);
}

static bool
speak(const struct place *a, const struct place *b)
{
	return a->host != b->host && a->at.addr.family == b->at.addr.family;
}

/* A send that fails (a rule rejects it, a neighbour is unknown) is one without
 * an answer. */
static void
say(unsigned by, unsigned to, const struct message *m)
{
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(&places[to].at, &ss);

	(void)!sendto(places[by].fd, m, sizeof(*m), 0, (struct sockaddr *)&ss, len);
}

static void
hear(unsigned at)
{
	struct message m;

	while (recv(places[at].fd, &m, sizeof(m), 0) == (ssize_t)sizeof(m)) {
		if (m.run != run || m.from >= n_places || m.to >= n_places)
			continue;
		if (!m.is_answer) {
			m.is_answer = 1;
			say(at, m.from, &m);
		} else if (answered_ms[m.from][m.to] == 0) {
			answered_ms[m.from][m.to] = monotonic_ms() - begun_ms + 1;
		}
	}
}

/* Sends where no answer is there yet; how many those are. */
static unsigned
ask_all(void)
{
	unsigned missing = 0;

	for (unsigned i = 0; i < n_places; i++)
		for (unsigned j = 0; j < n_places; j++) {
			struct message m = { .run = run, .from = i, .to = j };

			if (!speak(&places[i], &places[j]) || answered_ms[i][j] != 0)
				continue;
			missing++;
			sent[i][j]++;
			say(i, j, &m);
		}
	return missing;
}

static void
listen_until(uint64_t when_ms)
{
	struct pollfd fds[MAX_PLACES];
	uint64_t now;

	for (unsigned i = 0; i < n_places; i++)
		fds[i] = (struct pollfd){ .fd = places[i].fd, .events = POLLIN };
	while ((now = monotonic_ms()) < when_ms) {
		if (poll(fds, n_places, (int)(when_ms - now)) <= 0)
			continue;
		for (unsigned i = 0; i < n_places; i++)
			if (fds[i].revents != 0)
				hear(i);
	}
}

static unsigned
report(void)
{
	unsigned all = 0, good = 0, first = 0;
	uint64_t slowest = 0;
	struct addr_buf a, b;

	for (unsigned i = 0; i < n_places; i++)
		for (unsigned j = 0; j < n_places; j++) {
			if (!speak(&places[i], &places[j]))
				continue;
			all++;
			if (answered_ms[i][j] == 0) {
				printf("silent %s %s\n", ip_addr_text(&places[i].at.addr, &a),
				       ip_addr_text(&places[j].at.addr, &b));
				continue;
			}
			good++;
			first += sent[i][j] == 1;
			if (answered_ms[i][j] > slowest)
				slowest = answered_ms[i][j];
		}
	printf("answered %u of %u first %u slowest %llu\n", good, all, first,
	       (unsigned long long)slowest);
	return all - good;
}

static void
number(unsigned long *out, unsigned long max)
{
	if (!number_parse(optarg, max, out) || *out == 0)
		netns_die("not a number", optarg);
}

int
main(int argc, char **argv)
{
	uint64_t end;
	int o;

	while ((o = getopt(argc, argv, "s:e:p:")) != -1) {
		switch (o) {
		case 's': number(&seconds, 3600); break;
		case 'e': number(&every_ms, 60000); break;
		case 'p': number(&port, 65535); break;
		default: return 2;
		}
	}
	run = (uint32_t)getpid();
	for (int i = optind; i < argc; i++)
		host_add((unsigned)i, argv[i]);
	begun_ms = monotonic_ms();
	end = begun_ms + 1000 * seconds;
	while (monotonic_ms() < end && ask_all() > 0)
		listen_until(monotonic_ms() + every_ms);
	return report() == 0 ? 0 : 1;
}
