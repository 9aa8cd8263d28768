/* Asks many questions through the client, and kills the helper meanwhile.
 *
 *	adns_many PROGRAM RESOLVER ANCHOR|stub NUMBER KILLS
 *
 * Asks for the IPSECKEY of 1.2.1.192.in-addr.arpa. up to NUMBER.2.1.192...,
 * kills the helper KILLS times while answers come in, and prints what came:
 * "answered N secure N failed N restarts N". */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/rr_ipseckey.h"
#include "pluto/adns_client.h"
#include "pluto/dns_keys.h"

static struct loop *loop;
static struct adns_client *client;
static unsigned asked, answered, secure, failed, kills;

static void
on_answer(void *ctx, uint64_t id, const struct adns_answer *a)
{
	struct dns_keys keys;

	(void)ctx, (void)id;
	dns_keys_from_answer(a, &keys);
	secure += keys.evidence == EVIDENCE_SECURE || keys.evidence == EVIDENCE_ABSENT;
	failed += keys.evidence == EVIDENCE_UNKNOWN;
	dns_keys_free(&keys);
	if (++answered == asked)
		loop_stop(loop);
}

static void
kill_helper(void *ctx)
{
	struct adns_client_stats s;

	(void)ctx;
	adns_client_get_stats(client, &s);
	if (s.pid != 0 && kills > 0) {
		kills--;
		kill(s.pid, SIGKILL);
	}
	if (kills > 0)
		loop_after(loop, 20, kill_helper, NULL);
}

static void
too_late(void *ctx)
{
	loop_stop(ctx);
}

static void
ask(unsigned i)
{
	struct dns_name name;

	snprintf(name.text, sizeof(name.text), "%u.2.1.192.in-addr.arpa.", i + 1);
	asked += adns_client_ask(client, &name, RRTYPE_IPSECKEY, 5000, on_answer, NULL) != 0;
}

int
main(int argc, char *argv[])
{
	struct endpoint resolver;
	struct adns_client_config cfg = { .resolvers = &resolver, .n_resolvers = 1, .n_anchors = 1 };
	struct adns_client_stats s;
	unsigned n;

	if (argc != 6 || !endpoint_parse(argv[2], 53, &resolver)) {
		fprintf(stderr, "usage: adns_many PROGRAM RESOLVER ANCHOR|stub NUMBER KILLS\n");
		return 2;
	}
	cfg.program = argv[1];
	cfg.stub = strcmp(argv[3], "stub") == 0;
	cfg.anchors = (const char *const *)&argv[3];
	n = (unsigned)atoi(argv[4]);
	kills = (unsigned)atoi(argv[5]);
	loop = loop_new();
	client = loop != NULL ? adns_client_new(loop, &cfg) : NULL;
	if (client == NULL)
		return 1;
	for (unsigned i = 0; i < n; i++)
		ask(i);
	if (kills > 0)
		loop_after(loop, 20, kill_helper, NULL);
	loop_after(loop, 15000, too_late, loop);
	loop_run(loop);
	adns_client_get_stats(client, &s);
	printf("answered %u secure %u failed %u restarts %ju\n",
	       answered, secure, failed, (uintmax_t)s.restarts);
	adns_client_free(client);
	loop_free(loop);
	return answered == n ? 0 : 1;
}
