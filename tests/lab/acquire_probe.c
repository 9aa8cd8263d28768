/* Catches first packets by acquires and gives each pair one shunt at once; needs
 * XFRM and no ESP. Prints what it saw when it is ended.
 *
 *	acquire_probe pass|drop PREFIX... */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "pluto/kernel/xfrm_trap.h"
#include "trap/trap.h"

enum { MOST_PREFIXES = 8, LIFETIME_S = 60 };

struct probe {
	struct loop *l;
	struct catcher c;
	bool pass;
};

static void
on_trapped(void *ctx, const struct trapped *t)
{
	struct probe *p = ctx;
	const struct shunt s = { .local = t->flow.src, .remote = t->flow.dst,
		.kind = p->pass ? SHUNT_PASS : SHUNT_DROP, .lifetime_s = LIFETIME_S };

	(void)p->c.ops->set_shunt(p->c.t, &s);
	p->c.ops->verdict(p->c.t, t->held, p->pass ? VERDICT_PASS : VERDICT_DROP);
}

static void
stop(void *ctx)
{
	loop_stop(ctx);
}

static int
run(struct probe *p, char **prefixes, int n)
{
	struct trap_prefix list[MOST_PREFIXES];
	struct trap_stats st;
	char err[200];

	for (int i = 0; i < n && i < MOST_PREFIXES; i++) {
		list[i] = (struct trap_prefix){ .action = GROUP_QUEUE_CLOSED };
		if (!ip_prefix_parse(prefixes[i], &list[i].remote))
			return 2;
	}
	if (p->c.ops->set_groups(p->c.t, list, (size_t)n, err, sizeof(err)) != 0) {
		fprintf(stderr, "acquire_probe: %s\n", err);
		return 1;
	}
	puts("ready");
	fflush(stdout);
	loop_signal(p->l, SIGTERM, stop, p->l);
	loop_run(p->l);
	p->c.ops->get_stats(p->c.t, &st);
	printf("overruns %llu held %u full %llu\n", (unsigned long long)st.overruns, st.held_now,
	       (unsigned long long)st.dropped_full);
	return 0;
}

int
main(int argc, char **argv)
{
	const struct trap_config cfg = { .hold_ms = 3000 };
	struct probe p = { .l = loop_new() };
	struct spd spd;
	char err[200];
	int status;

	if (argc < 3 || argc - 2 > MOST_PREFIXES || p.l == NULL)
		return 2;
	p.pass = strcmp(argv[1], "pass") == 0;
	if (!xfrm_trap_open(&spd, err, sizeof(err))
	    || !catcher_open_acquire(p.l, &cfg, &spd, on_trapped, &p, &p.c, err, sizeof(err))) {
		fprintf(stderr, "acquire_probe: %s\n", err);
		return 1;
	}
	status = run(&p, argv + 2, argc - 2);
	p.c.ops->close(p.c.t, false);
	loop_free(p.l);
	return status;
}
