/* Asks many questions through the client, and kills the helper meanwhile.
 *
 *	adns_many PROGRAM RESOLVER|FILE ANCHOR|stub NUMBER KILLS [DEAD]
 *
 * In the environment, NEGATIVE is one ZONE@DATE, and with ONE_BY_ONE each question waits
 * for the answer to the one before. FILE: a resolv.conf, from / on. Asks for the IPSECKEY of 1.2.1.192.in-addr.arpa. up to NUMBER.2.1.192..., and asks
 * anew what is answered until the helper has been killed KILLS times, each time with
 * questions in flight. With DEAD, so many names under 5.1.192.in-addr.arpa. are asked
 * first. Prints what came, how long the last answer took, and what is left behind. */
#include <dirent.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/log.h"
#include "lib/rr_ipseckey.h"
#include "pluto/adns_client.h"
#include "pluto/dns_keys.h"

enum { KILL_EVERY_MS = 40, DEAD_SETTLE_MS = 300, LIMIT_MS = 90000 };

static struct loop *loop;
static struct adns_client *client;
static unsigned asked, answered, secure, failed, kills, number;
static bool one_by_one;
static uint64_t asked_at_ms, last_ms;

static void ask(unsigned i);

static void
on_answer(void *ctx, uint64_t id, const struct adns_answer *a)
{
	struct dns_keys keys;

	(void)id;
	dns_keys_from_answer(a, &keys);
	secure += keys.evidence == EVIDENCE_SECURE || keys.evidence == EVIDENCE_ABSENT;
	failed += keys.evidence == EVIDENCE_UNKNOWN;
	dns_keys_free(&keys);
	answered++;
	last_ms = monotonic_ms() - asked_at_ms;
	if (kills > 0)
		ask((unsigned)(uintptr_t)ctx);
	else if (one_by_one && asked < number)
		ask(asked);
	if (answered == asked)
		loop_stop(loop);
}

static void
on_dead(void *ctx, uint64_t id, const struct adns_answer *a)
{
	(void)ctx, (void)id, (void)a;
}

static void
kill_helper(void *ctx)
{
	struct adns_client_stats s;

	(void)ctx;
	adns_client_get_stats(client, &s);
	if (s.ready && s.in_flight > 0 && kills > 0 && kill(s.pid, SIGKILL) == 0)
		kills--;
	if (kills > 0)
		loop_after(loop, KILL_EVERY_MS, kill_helper, NULL);
}

static void
too_late(void *ctx)
{
	loop_stop(ctx);
}

static uint64_t
ask_under(const char *zone, unsigned i, adns_client_answer_fn *fn)
{
	struct dns_name name;

	snprintf(name.text, sizeof(name.text), "%u.%s.1.192.in-addr.arpa.", i + 1, zone);
	return adns_client_ask(client, &name, RRTYPE_IPSECKEY, 5000, fn, (void *)(uintptr_t)i);
}

static void
ask(unsigned i)
{
	asked += ask_under("2", i, on_answer) != 0;
}

static void
ask_all(void *ctx)
{
	(void)ctx;
	asked_at_ms = monotonic_ms();
	for (unsigned i = 0; i < (one_by_one ? 1 : number); i++)
		ask(i);
	if (kills > 0)
		loop_after(loop, KILL_EVERY_MS, kill_helper, NULL);
}

static unsigned
open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	while (d != NULL && readdir(d) != NULL)
		n++;
	if (d != NULL)
		closedir(d);
	return n;
}

/* False when a child, a descriptor or memory is left. */
static bool
is_clean(unsigned files_before, long heap)
{
	unsigned files = open_files();

	printf("left: %d descriptors, %ld bytes, children %s\n", (int)(files - files_before), heap,
	       waitpid(-1, NULL, WNOHANG) == -1 ? "none" : "some");
	return files == files_before;
}

static bool
play(const struct adns_client_config *cfg, unsigned dead)
{
	struct adns_client_stats s;

	loop = loop_new();
	client = loop != NULL ? adns_client_new(loop, cfg) : NULL;
	if (client == NULL)
		return false;
	for (unsigned i = 0; i < dead; i++)
		ask_under("5", i, on_dead);
	loop_after(loop, dead > 0 ? DEAD_SETTLE_MS : 0, ask_all, NULL);
	loop_after(loop, LIMIT_MS, too_late, loop);
	loop_run(loop);
	adns_client_get_stats(client, &s);
	printf("answered %u secure %u failed %u restarts %ju\n",
	       answered, secure, failed, (uintmax_t)s.restarts);
	printf("of %u asked; the last after %ju ms, %u in flight\n",
	       asked, (uintmax_t)last_ms, s.in_flight);
	adns_client_free(client);
	loop_free(loop);
	return answered == asked && asked >= number;
}

/* What libraries allocate once and keep is there afterwards. */
static bool
rehearse(const struct adns_client_config *cfg)
{
	unsigned wanted = kills;
	bool ok;

	kills = 1;
	ok = play(cfg, 0);
	kills = wanted;
	asked = answered = secure = failed = 0;
	return ok;
}

int
main(int argc, char *argv[])
{
	struct endpoint resolver;
	struct adns_client_config cfg = { .resolvers = &resolver, .n_resolvers = 1, .n_anchors = 1 };
	const char *negative = getenv("NEGATIVE");
	unsigned files = open_files();
	size_t heap;
	bool ok;

	if (argc > 2 && argv[2][0] == '/') {
		cfg.n_resolvers = 0;
		cfg.resolvconf = argv[2];
	}
	if (argc < 6 || argc > 7 ||
	    (cfg.resolvconf == NULL && !endpoint_parse(argv[2], 53, &resolver))) {
		fprintf(stderr, "usage: adns_many PROGRAM RESOLVER|FILE ANCHOR|stub NUMBER KILLS [DEAD]\n");
		return 2;
	}
	cfg.negative = &negative;
	cfg.n_negative = negative != NULL;
	one_by_one = getenv("ONE_BY_ONE") != NULL;
	cfg.starter = starter_new(argv[1], "/bin/false");
	if (cfg.starter == NULL)
		return 2;
	cfg.stub = strcmp(argv[3], "stub") == 0;
	cfg.anchors = (const char *const *)&argv[3];
	number = (unsigned)atoi(argv[4]);
	kills = (unsigned)atoi(argv[5]);
	ok = kills == 0 || rehearse(&cfg);
	heap = mallinfo2().uordblks;
	ok = ok && play(&cfg, argc > 6 ? (unsigned)atoi(argv[6]) : 0);
	heap = mallinfo2().uordblks - heap;
	starter_free(cfg.starter);
	ok = is_clean(files, (long)heap) && ok;
	return ok ? 0 : 1;
}
