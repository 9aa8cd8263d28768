/* Starts the DNS helper: reads what it needs, gives up privilege, serves. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adns/anchor_state.h"
#include "adns/anchors_found.h"
#include "adns/ask.h"
#include "adns/backend.h"
#include "adns/health.h"
#include "adns/log_ctx.h"
#include "adns/negative.h"
#include "adns/serve.h"
#include "adns/syscalls.h"
#include "adns/tap.h"
#include "lib/confine.h"
#include "lib/resolvconf.h"
#include "lib/version.h"

/* Exit statuses; pluto turns them into words (adns.8). */
enum { EXIT_NO_ANCHOR = 7, EXIT_RESOLVER = 8, EXIT_CONFINE = 9, EXIT_CHANGED = 10 };

enum { SOCKETS = 4096, OTHER_FILES = 64, RRTYPE_DNSKEY = 48, LOOK_MS = 1000, STATE_LOOK_MS = 60000, WELL_MS = 3600000 };

struct service {
	struct loop *loop;
	int status;
};

#ifdef __SANITIZE_ADDRESS__
/* The leak checker starts a tracer at exit, which confinement forbids. */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "detect_leaks=0";
}
#endif

/* As many sockets as the limit on open files allows, up to SOCKETS. */
static unsigned
raise_files(void)
{
	struct rlimit now, want = { SOCKETS + OTHER_FILES, SOCKETS + OTHER_FILES };

	if (getrlimit(RLIMIT_NOFILE, &now) != 0)
		return 256;
	if (now.rlim_cur >= want.rlim_cur)
		return SOCKETS;
	if (want.rlim_max < now.rlim_max)
		want.rlim_max = now.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &want) == 0)
		return SOCKETS;
	want.rlim_cur = want.rlim_max = now.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &want) != 0)
		want.rlim_cur = now.rlim_cur;
	log_warn(&adns_log, "only %ju files may be open: fewer questions at once",
		 (uintmax_t)want.rlim_cur);
	return want.rlim_cur > 2 * OTHER_FILES ?
		(unsigned)want.rlim_cur - OTHER_FILES : OTHER_FILES;
}

static void
read_resolvconf(struct options *o)
{
	FILE *f;

	if (o->resolvconf == NULL)
		return;
	f = fopen(o->resolvconf, "re");
	if (f != NULL) {
		o->n_resolvers += resolvconf_read(f, o->resolvers + o->n_resolvers,
						  OPTIONS_MAX_RESOLVERS - o->n_resolvers);
		fclose(f);
	}
	if (o->n_resolvers == 0 && !o->stub)
		log_warn(&adns_log, "%s names no resolver: asking the root servers", o->resolvconf);
}

static void
describe_resolvers(const struct options *o, char *out, size_t outlen)
{
	size_t len = 0;

	snprintf(out, outlen, "recursion");
	for (size_t i = 0; i < o->n_resolvers && len < outlen; i++) {
		const struct endpoint *e = &o->resolvers[i];
		struct addr_buf b;
		int n = snprintf(out + len, outlen - len, "%s%s", i > 0 ? " " : "",
				 e->port == 53 ? ip_addr_text(&e->addr, &b) : endpoint_text(e, &b));

		len += n > 0 ? (size_t)n : 0;
	}
}

static void
on_warm(void *ctx, uint64_t ref, const struct resolver_reply *r)
{
	(void)ctx, (void)ref, (void)r;
}

/* Every reverse name's chain of trust leads through one of these: with them in
 * the cache the first stranger is looked up sooner. */
static void
warm_up(const struct resolver *r)
{
	static const struct dns_name tops[] = { { "in-addr.arpa." }, { "ip6.arpa." } };

	for (size_t i = 0; i < sizeof(tops) / sizeof(*tops); i++)
		r->ask(r->self, &tops[i], RRTYPE_DNSKEY, UINT64_MAX - 1 - i, on_warm, NULL);
}

/* The state's folder, which becomes the root directory, is where it is from now on:
 * libunbound writes the file by the name by which it has read it. */
static bool
enter_state_folder(struct options *o)
{
	static char anchors[OPTIONS_MAX_ANCHORS][PATH_MAX], folder[PATH_MAX], name[PATH_MAX];

	if (o->anchor_state == NULL)
		return true;
	for (size_t i = 0; i < o->n_anchors; i++)
		if (realpath(o->anchors[i], anchors[i]) != NULL)
			o->anchors[i] = anchors[i];
	snprintf(folder, sizeof(folder), "%s", o->anchor_state);
	snprintf(name, sizeof(name), "%s", o->anchor_state);
	if (chdir(dirname(folder)) != 0) {
		log_error(&adns_log, "%s: %s", folder, strerror(errno));
		return false;
	}
	o->anchor_state = basename(name);
	return true;
}

/* A log that is a file grows as long as it likes: whoever turns it over sees to that.
 * Its size counts as that of any other file. */
static rlim_t
most_in_a_file(void)
{
	struct stat st;

	return fstat(STDERR_FILENO, &st) == 0 && S_ISREG(st.st_mode) ? RLIM_INFINITY : 1 << 20;
}

/* Whoever makes it ask for more than this has found a leak, and pluto starts another. */
static void
limit_resources(void)
{
	const struct { int what; rlim_t most; } limits[] = {
		{ RLIMIT_NPROC, 0 }, { RLIMIT_MEMLOCK, 0 }, { RLIMIT_FSIZE, most_in_a_file() },
		{ RLIMIT_NOFILE, SOCKETS + OTHER_FILES },
#ifndef __SANITIZE_ADDRESS__
		{ RLIMIT_DATA, 512 << 20 },
#endif
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		const struct rlimit r = { limits[i].most, limits[i].most };

		(void)setrlimit(limits[i].what, &r);
	}
}

/* No file at all, but the state of anchors; few system calls; nothing that starts a
 * process. */
static int
confine(const struct options *o)
{
	bool has_state = o->anchor_state != NULL;
	char used[32];
	int err;

	tzset();	/* the log's; no file tells it later */
	err = confine_to_user(o->user, has_state ? "." : NULL, used);
	if (err != 0) {
		log_error(&adns_log, "cannot become user %s: %s", o->user, strerror(-err));
		return err;
	}
	err = confine_writes(has_state ? "." : NULL);
	if (err != 0 && err != -ENOSYS)
		log_warn(&adns_log, "the right to change files is not given up (Landlock): %s",
			 strerror(-err));
	confine_hide_memory();
	err = adns_limit_syscalls();
	if (err != 0)
		log_warn(&adns_log, "system calls are not limited: %s", strerror(-err));
	limit_resources();
	log_debug(&adns_log, "runs as %s", used);
	return 0;
}

static void
on_expiry(void *ctx)
{
	struct service *s = ctx;

	log_info(&adns_log, "a negative trust anchor expires: a new adns validates its zone");
	s->status = EXIT_CHANGED;
	loop_stop(s->loop);
}

/* A key has been taken in, or taken out, by what the root's own keys say. */
static void
on_anchors(void *ctx, const struct anchors *now)
{
	log_info(&adns_log, "the root's keys have rolled: believed now %s", now->text);
	serve_anchors(ctx, now->text);
}

static uint32_t
state_look_ms(const struct options *o)
{
	return o->holddown_s != 0 ? LOOK_MS : STATE_LOOK_MS;
}

static int
serve(struct loop *l, const struct resolver *r, const struct options *o,
      const struct anchors *a, struct health *health)
{
	struct adns_hello hello = { 0 };
	struct service all = { .loop = l };
	struct negative_watch negative;
	const struct tap_config tap_config = { .fd = o->tap_fd, .stream_fd = o->tap_stream_fd,
		.uid = o->tap_uid };
	struct anchor_watch anchors;
	struct tap *tap = NULL;
	struct serve *s;

	/* The terminal's signals are pluto's; it closes our socket when it ends. */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	fcntl(o->fd, F_SETFD, FD_CLOEXEC);
	fcntl(o->fd, F_SETFL, O_NONBLOCK);
	describe_resolvers(o, hello.resolvers, sizeof(hello.resolvers));
	snprintf(hello.anchors, sizeof(hello.anchors), "%s", a->text);
	s = serve_new(l, o->fd, r, &hello);
	if (s == NULL)
		return EXIT_RESOLVER;
	health->fn = serve_health;
	health->ctx = s;
	negative_watch(&negative, l, o->negative, o->n_negative, on_expiry, &all);
	anchor_watch(&anchors, l, o->anchor_state, a->text, state_look_ms(o), on_anchors, s);
	if (o->tap_fd >= 0)
		tap = tap_new(l, &tap_config, serve_notice, serve_tap_counts, s);
	warm_up(r);
	loop_run(l);
	tap_free(tap);
	anchor_watch_stop(&anchors);
	negative_watch_stop(&negative);
	health->fn = NULL;
	serve_free(s);
	return all.status;
}

static int
run(struct options *o)
{
	struct anchors anchors = { 0 };
	struct health health;
	struct backend b = { 0 };
	struct loop *l;
	char err[200] = "no memory";
	int status = EXIT_RESOLVER;

	if (!anchors_found(o, &anchors))
		return EXIT_NO_ANCHOR;
	read_resolvconf(o);
	if (!enter_state_folder(o))
		return EXIT_CONFINE;
	o->n_negative = negative_in_force(o->negative, o->n_negative, time(NULL));
	l = loop_new();
	if (l == NULL || !backend_open(&b, l, o, raise_files(), err)) {
		log_error(&adns_log, "%s", err);
		goto out;
	}
	/* The first question makes libunbound read its files, as root. */
	health = (struct health){ .loop = l, .resolver = b.ops, .stub = o->stub,
		.has_root = anchors.has_root, .well_ms = o->holddown_s != 0 ? LOOK_MS : WELL_MS };
	if (health_begin(&health) != 0)
		goto out;
	status = EXIT_CONFINE;
	if (confine(o) == 0)
		status = o->fd >= 0 ? serve(l, &b.ops, o, &anchors, &health) : ask_once(l, &b.ops, o);
	health_end(&health);
out:
	backend_close(&b);
	loop_free(l);
	return status;
}

int
main(int argc, char *argv[])
{
	struct options o;
	char err[200];

	signal(SIGPIPE, SIG_IGN);
	umask(022);	/* what this user writes, the next adns reads before it is this user */
	switch (options_parse(argc, argv, &o, err)) {
	case OPTIONS_HELP:
		fputs(options_usage(), stdout);
		return 0;
	case OPTIONS_VERSION:
		puts("adns " VERSION);
		return 0;
	case OPTIONS_BAD:
		fprintf(stderr, "adns: %s\n%s", err, options_usage());
		return ASK_USAGE;
	case OPTIONS_RUN:
		break;
	}
	log_to_stderr(!o.syslog);
	log_to_syslog(o.syslog, "adns");
	log_set_level(o.debug ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
	return run(&o);
}
