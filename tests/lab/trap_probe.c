/* Opens the trap, tells what it catches and answers by the command line.
 *
 *	trap_probe [-t TUN] [-q NUM] [-h HOLD_MS] [-r RESOLVER] [-w SECONDS]
 *		[-k] [-d DELAY_MS] [-n PER_PAIR]
 *		[-c KIND,OURS,THEIRS[,SECONDS]] ... ACTION:PREFIX[,PROTO,SPORT,DPORT] ...
 *		[POLICY=ADDRESS ...]
 *
 * ACTION is clear, open, closed or block. POLICY says what a first packet to
 * ADDRESS gets after DELAY_MS: pass, tunnel, drop, reject (the shunt, then the
 * verdicts), release (a pass verdict, no shunt) or hold (never a verdict).
 * -T opens the TUN device (named by -t) and tells what is routed to it;
 * -s KIND,LOCAL,REMOTE,SECONDS installs a shunt at the start; -u LOCAL,REMOTE
 * tells its bytes at the end; -m N measures N shunts, -M N selectors; -k keeps closed; -c is the
 * selector of a connection, KIND a POLICY. A packet that passes through us is
 * told as "through". */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/log.h"
#include "trap/packet.h"
#include "trap/trap.h"

enum { MAX_ITEMS = 32, MAX_WAITING = 4096 };

struct policy {
	const char *name;
	struct ip_addr addr;
	enum shunt_kind shunt;
	enum verdict verdict;
};

static const struct policy known[] = {
	{ .name = "pass", .shunt = SHUNT_PASS, .verdict = VERDICT_PASS },
	{ .name = "tunnel", .shunt = SHUNT_KEYED, .verdict = VERDICT_TUNNEL },
	{ .name = "drop", .shunt = SHUNT_DROP, .verdict = VERDICT_DROP },
	{ .name = "reject", .shunt = SHUNT_REJECT, .verdict = VERDICT_REJECT },
	{ .name = "release", .shunt = SHUNT_TRAP, .verdict = VERDICT_PASS },
	{ .name = "hold", .shunt = SHUNT_HOLD, .verdict = VERDICT_DROP },
};

static struct {
	struct loop *loop;
	struct trap *trap;
	struct policy policies[MAX_ITEMS];
	unsigned n_policies;
	struct trap_prefix prefixes[MAX_ITEMS];
	unsigned n_prefixes;
	struct shunt shunts[MAX_ITEMS];
	unsigned n_shunts;
	struct trap_selector selectors[MAX_ITEMS];
	unsigned n_selectors;
	struct ip_addr used[2];
	unsigned long delay_ms, wait_s, measure, measure_selectors;
	uint64_t verdict_us, n_verdicts;
	bool keep_closed, read_tun;
	struct waiting { held_id held; struct flow flow; bool forwarded; } waiting[MAX_WAITING];
	unsigned n_waiting, n_answered;
} g = { .wait_s = 5 };

static void
die(const char *what, const char *arg)
{
	fprintf(stderr, "trap_probe: %s: %s\n", what, arg);
	exit(2);
}

static const struct policy *
policy_for(const struct ip_addr *dst)
{
	unsigned i;

	for (i = 0; i < g.n_policies; i++)
		if (ip_addr_eq(&g.policies[i].addr, dst))
			return &g.policies[i];
	return NULL;
}

static void
answer_one(void *ctx)
{
	const struct waiting *w = &g.waiting[g.n_answered++];
	const struct policy *p = policy_for(&w->flow.dst);
	struct shunt s = { .local = w->flow.src, .remote = w->flow.dst,
		.lifetime_s = 60 };
	uint64_t before;

	(void)ctx;
	if (p == NULL || p->shunt == SHUNT_HOLD)
		return;
	s.kind = p->shunt;
	if (s.kind != SHUNT_TRAP && !w->forwarded && trap_set_shunt(g.trap, &s) != 0)
		printf("shunt failed\n");
	before = monotonic_us();
	trap_verdict(g.trap, w->held, p->verdict);
	g.verdict_us += monotonic_us() - before;
	g.n_verdicts++;
	trap_verdict(g.trap, w->held, VERDICT_PASS);	/* gone: no effect */
}

static void
on_trapped(void *ctx, const struct trapped *t)
{
	struct addr_buf b;

	(void)ctx;
	printf("%s %s\n", t->held.n == 0 ? "full" : t->forwarded ? "through" : "held",
	       flow_text(&t->flow, &b));
	fflush(stdout);
	if (t->held.n == 0 || g.n_waiting == MAX_WAITING)
		return;
	g.waiting[g.n_waiting++] = (struct waiting){ t->held, t->flow, t->forwarded };
	loop_after(g.loop, g.delay_ms, answer_one, NULL);
}

static void
on_tun(void *ctx, int fd, int what)
{
	uint8_t buf[2048];
	ssize_t got = read(fd, buf, sizeof(buf));
	struct flow f;
	struct addr_buf b;
	const char *err;

	(void)ctx;
	(void)what;
	if (got > 0 && packet_flow(span_of(buf, (size_t)got), &f, &err))
		printf("tun %s\n", flow_text(&f, &b));
}

static void
open_tun(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr) < 0)
		die("no TUN device", name);
	loop_fd(g.loop, fd, LOOP_READ, on_tun, NULL);
}

static void
stop(void *ctx)
{
	(void)ctx;
	loop_stop(g.loop);
}

static void
parse_shunt(char *arg)
{
	struct shunt *s = &g.shunts[g.n_shunts++];
	char *kind = strtok(arg, ","), *a = strtok(NULL, ",");
	char *b = strtok(NULL, ","), *life = strtok(NULL, ",");
	size_t i;

	if (life == NULL || !ip_addr_parse(a, &s->local) ||
	    !ip_addr_parse(b, &s->remote))
		die("bad shunt", kind);
	for (i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(known[i].name, kind) == 0)
			s->kind = known[i].shunt;
	s->lifetime_s = (uint32_t)strtoul(life, NULL, 10);
}

static void
parse_selector(char *arg)
{
	struct trap_selector *s = &g.selectors[g.n_selectors++];
	char *kind = strtok(arg, ","), *a = strtok(NULL, ","), *b = strtok(NULL, ",");
	char *life = strtok(NULL, ",");
	struct ip_prefix ours, theirs;
	size_t i;

	if (b == NULL || !ip_prefix_parse(a, &ours) || !ip_prefix_parse(b, &theirs))
		die("bad selector", kind);
	s->sel = (struct selector){ ts_prefix(&ours), ts_prefix(&theirs) };
	s->lifetime_s = life != NULL ? (uint32_t)strtoul(life, NULL, 10) : 0;
	for (i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(known[i].name, kind) == 0)
			s->kind = known[i].shunt;
}

static void
parse_prefix(char *arg, char *prefix)
{
	static const char *const actions[] = { "clear", "open", "closed",
		"block" };
	struct trap_prefix *p = &g.prefixes[g.n_prefixes++];
	char *text = strtok(prefix, ","), *field;
	unsigned i, n[3] = { 0 };

	for (i = 0; i < 3 && (field = strtok(NULL, ",")) != NULL; i++)
		n[i] = (unsigned)strtoul(field, NULL, 10);
	if (text == NULL || !ip_prefix_parse(text, &p->remote))
		die("bad prefix", arg);
	p->ip_proto = (uint8_t)n[0];
	p->sport = (uint16_t)n[1];
	p->dport = (uint16_t)n[2];
	for (i = 0; i < 4; i++)
		if (strcmp(actions[i], arg) == 0)
			p->action = (enum trap_group_action)i;
}

static void
parse_item(char *arg)
{
	char *mark = strpbrk(arg, ":=");
	size_t i;

	if (mark == NULL)
		die("neither ACTION:PREFIX nor POLICY=ADDRESS", arg);
	if (*mark == ':') {
		*mark = '\0';
		parse_prefix(arg, mark + 1);
		return;
	}
	*mark = '\0';
	for (i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(known[i].name, arg) == 0)
			g.policies[g.n_policies] = known[i];
	if (!ip_addr_parse(mark + 1, &g.policies[g.n_policies++].addr))
		die("bad address", mark + 1);
}

static void
parse(int argc, char **argv, struct trap_config *cfg)
{
	int c;

	while ((c = getopt(argc, argv, "t:Tq:h:r:w:kd:s:u:m:M:n:c:")) != -1) {
		unsigned long n = optarg == NULL ? 0 : strtoul(optarg, NULL, 10);

		switch (c) {
		case 't':
			snprintf(cfg->tun_name, sizeof(cfg->tun_name), "%s",
				 optarg);
			break;
		case 'q': cfg->queue_num = (uint16_t)n; break;
		case 'h': cfg->hold_ms = (uint32_t)n; break;
		case 'n': cfg->max_per_pair = (unsigned)n; break;
		case 'w': g.wait_s = n; break;
		case 'd': g.delay_ms = n; break;
		case 'm': g.measure = n; break;
		case 'M': g.measure_selectors = n; break;
		case 'T': g.read_tun = true; break;
		case 'k': g.keep_closed = true; break;
		case 's': parse_shunt(optarg); break;
		case 'c': parse_selector(optarg); break;
		case 'u':
			if (!ip_addr_parse(strtok(optarg, ","), &g.used[0]) ||
			    !ip_addr_parse(strtok(NULL, ","), &g.used[1]))
				die("bad pair", optarg);
			break;
		case 'r':
			if (!endpoint_parse(optarg, 53,
			    &cfg->resolvers[cfg->n_resolvers++]))
				die("bad resolver", optarg);
			break;
		default: exit(2);
		}
	}
	for (; optind < argc && g.n_prefixes + g.n_policies < MAX_ITEMS; optind++)
		parse_item(argv[optind]);
}

static void
measure(void)
{
	struct shunt s = { .kind = SHUNT_PASS, .lifetime_s = 60 };
	uint64_t t0 = monotonic_us(), worst = 0;
	unsigned long i;

	ip_addr_parse("192.0.2.1", &s.local);
	ip_addr_parse("10.0.0.0", &s.remote);
	for (i = 0; i < g.measure; i++) {
		uint64_t a = monotonic_us(), b;

		s.remote.bytes[1] = (uint8_t)(i >> 16);
		s.remote.bytes[2] = (uint8_t)(i >> 8);
		s.remote.bytes[3] = (uint8_t)i;
		if (trap_set_shunt(g.trap, &s) != 0)
			die("shunt", "refused");
		b = monotonic_us() - a;
		worst = b > worst ? b : worst;
	}
	if (g.measure > 0)
		printf("shunt %.1f us each, worst %lu us, n %lu\n",
		       (double)(monotonic_us() - t0) / (double)g.measure,
		       (unsigned long)worst, g.measure);
}

/* One by one, and the last one goes and comes again. */
static void
set_selectors(void)
{
	char err[700];
	unsigned i, n = g.n_selectors;

	for (i = 0; i <= n + 2; i++)
		if (trap_set_selectors(g.trap, g.selectors, i == n + 1 && n > 0 ? n - 1 :
				       i < n ? i : n, err, sizeof(err)) != 0)
			die("selectors", err);
}

static void
measure_selectors(size_t n)
{
	struct trap_selector *s = calloc(n + 2, sizeof(*s));
	uint64_t t0 = monotonic_us(), t1, t2, t3;
	char err[700] = "";
	size_t i;

	if (s == NULL)
		die("selectors", "no memory");
	for (i = 0; i <= n; i++) {
		struct ip_prefix ours = { .addr = { IP_V4, { 10, 1 } }, .len = 24 };
		struct ip_prefix theirs = { .addr = { IP_V4, { 11, (uint8_t)(i >> 8),
			(uint8_t)i } }, .len = 24 };

		s[i] = (struct trap_selector){ .kind = SHUNT_TRAP,
			.sel = { ts_prefix(&ours), ts_prefix(&theirs) } };
	}
	if (trap_set_selectors(g.trap, s, n, err, sizeof(err)) != 0)
		die("selectors", err);
	t1 = monotonic_us();
	s[n] = s[n - 1];
	s[n - 1].kind = SHUNT_KEYED;
	if (trap_set_selectors(g.trap, s, n + 1, err, sizeof(err)) != 0)
		die("selectors", err);
	t2 = monotonic_us();
	s[n + 1] = s[n - 2];
	s[n - 2].kind = SHUNT_KEYED;
	if (trap_set_selectors(g.trap, s, n + 2, err, sizeof(err)) != 0)
		die("selectors", err);
	t3 = monotonic_us();
	printf("selectors n %lu, all in %lu ms, the first keyed in %lu ms, the next in %lu ms\n",
	       (unsigned long)n, (unsigned long)(t1 - t0) / 1000,
	       (unsigned long)(t2 - t1) / 1000, (unsigned long)(t3 - t2) / 1000);
	if (trap_set_selectors(g.trap, NULL, 0, err, sizeof(err)) != 0)
		die("selectors", err);
	free(s);
}

static void
report(void)
{
	struct trap_stats st;

	if (g.used[0].family != IP_NONE)
		printf("used %ld\n",
		       (long)trap_shunt_used(g.trap, &g.used[0], &g.used[1]));
	if (g.n_verdicts > 0)
		printf("verdict %.1f us each, n %lu\n", (double)g.verdict_us /
		       (double)g.n_verdicts, (unsigned long)g.n_verdicts);
	trap_get_stats(g.trap, &st);
	printf("stats trapped %lu released %lu full %lu deadline %lu "
	       "errors %lu held %u\n", (unsigned long)st.trapped,
	       (unsigned long)st.released, (unsigned long)st.dropped_full,
	       (unsigned long)st.dropped_deadline,
	       (unsigned long)st.verdict_errors, st.held_now);
}

int
main(int argc, char **argv)
{
	struct trap_config cfg = { .hold_ms = 3000, .max_per_pair = 32,
		.max_held = 4096 };
	char err[700];
	unsigned i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	parse(argc, argv, &cfg);
	cfg.starter = starter_new("/bin/false", "/bin/false");
	if (cfg.starter == NULL)
		die("starter", strerror(errno));
	g.loop = loop_new();
	g.trap = trap_open(g.loop, &cfg, on_trapped, NULL, err, sizeof(err));
	if (g.trap == NULL)
		die("open", err);
	/* Twice: replacing a list by itself must do no harm. */
	for (i = 0; i < 2; i++)
		if (trap_set_groups(g.trap, g.prefixes, g.n_prefixes, err,
				    sizeof(err)) != 0)
			die("groups", err);
	set_selectors();
	for (i = 0; i < g.n_shunts; i++)
		if (trap_set_shunt(g.trap, &g.shunts[i]) != 0)
			die("shunt", "refused");
	if (g.read_tun)
		open_tun(cfg.tun_name);
	printf("ready %s\n", trap_how(g.trap));
	measure();
	if (g.measure_selectors > 0)
		measure_selectors(g.measure_selectors);
	loop_signal(g.loop, SIGTERM, stop, NULL);
	loop_after(g.loop, g.wait_s * 1000, stop, NULL);
	loop_run(g.loop);
	report();
	trap_close(g.trap, g.keep_closed);
	starter_free(cfg.starter);
	loop_free(g.loop);
	return 0;
}
