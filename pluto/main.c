/* pluto: start in this order, run, end in the mirror order. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <linux/capability.h>

#include "lib/confine.h"
#include "lib/log.h"
#include "lib/program.h"
#include "lib/version.h"
#include "pluto/addr_watch.h"
#include "pluto/background.h"
#include "pluto/crypto/warm.h"
#include "pluto/daemon_commands.h"
#include "pluto/daemon_ike.h"
#include "pluto/daemon_oe.h"
#include "pluto/daemon_routes.h"
#include "pluto/lock.h"
#include "pluto/metrics.h"
#include "pluto/syscalls.h"

static void
stop(void *ctx)
{
	struct daemon *d = ctx;

	log_info(NULL, "shutting down, asked by a signal");
	loop_stop(d->loop);
}

static void
hangup(void *ctx)
{
	(void)ctx;
	log_info(NULL, "SIGHUP does nothing; you may want whack --listen");
}

static int
fail(int status, const char *text)
{
	log_error(NULL, "%s", text);
	return status;
}

/* Its group is root's to give; nobody is answered before the loop turns. */
static int
open_control(struct daemon *d)
{
	char path[4096], err[300];

	snprintf(path, sizeof(path), "%s.ctl", d->opt.ctlbase);
	d->ctl = ctl_open(d->loop, path, "pluto", daemon_request, d, err, sizeof(err));
	d->watches.ctl = d->ctl;
	d->events.ctl = d->ctl;
	return d->ctl != NULL ? 0 : fail(EXIT_NO_CONTROL, err);
}

static void
warm(void *arg)
{
	(void)arg;
	crypto_warm();
}

static void
warmed(void *arg, bool cancelled)
{
	(void)arg, (void)cancelled;
}

unsigned
daemon_helpers(const struct daemon *d)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	return d->opt.nhelpers >= 0 ? (unsigned)d->opt.nhelpers
		: cpus > 2 ? (unsigned)cpus - 1 : 1;
}

static int
make_engines(struct daemon *d)
{
	unsigned helpers = daemon_helpers(d);

	/* While one waits for the keeper, which works then, another has its processor. */
	d->pool = pool_new(2 * helpers, 4096);
	d->keys = configured_keys_new();
	d->routed = daemon_make_routed(d);
	if (d->pool == NULL || d->keys == NULL || d->routed == NULL || !lookups_init(&d->lookups))
		return fail(EXIT_INTERNAL, "no memory");
	crypto_warm();
	for (unsigned i = 0; i < 2 * helpers; i++)
		pool_submit(d->pool, warm, warmed, NULL);
	d->oe = daemon_make_oe(d);
	return daemon_make_ike(d) && d->oe != NULL ? 0 : fail(EXIT_INTERNAL, "no memory for the engines");
}

/* Whoever starts programs for us, before we have a thread, a socket or a key. */
static int
make_starter(struct daemon *d)
{
	char helper[PATH_MAX], keeper[PATH_MAX];

	if (!program_find("keeper", keeper)) {
		log_error(NULL, "there is no keeper of the keys in %s: it belongs beside pluto, or "
			  "into $IPSEC_EXECDIR", keeper);
		return EXIT_INTERNAL;
	}
	if (d->opt.adns != NULL)
		snprintf(helper, sizeof(helper), "%s", d->opt.adns);
	else if (!program_find("adns", helper))
		log_error(NULL, "there is no adns in %s: no key can be looked up; --adns names it",
			  helper);
	d->starter = starter_new(helper, keeper);
	return d->starter != NULL ? 0 : fail(EXIT_INTERNAL, "fork failed");
}

static int
make_loop(struct daemon *d)
{
	d->loop = loop_new();
	return d->loop != NULL ? 0 : fail(EXIT_INTERNAL, "no memory for the event loop");
}

/* Keys among it. */
static int
lock_memory(struct daemon *d)
{
	d->lock_error = confine_lock_memory();
	return 0;
}

/* What is left: packets and ports. Each thread inherits it: it has none yet. */
static int
drop_privilege(struct daemon *d)
{
	int rc = confine_narrow_caps(UINT64_C(1) << CAP_NET_ADMIN | UINT64_C(1) << CAP_NET_RAW
				     | UINT64_C(1) << CAP_NET_BIND_SERVICE);
	char text[200];

	if (d->opt.coredir == NULL)
		confine_hide_memory();
	if (rc == 0)
		rc = confine_no_new_privs();
	if (rc == 0)
		return 0;
	snprintf(text, sizeof(text), "capabilities: %s", strerror(-rc));
	return fail(EXIT_NO_PRIVILEGE, text);
}

/* A kernel without seccomp is no reason to let everything pass in the clear. */
static int
limit_syscalls(struct daemon *d)
{
	int rc = d->opt.noseccomp ? 0 : pluto_limit_syscalls();

	if (rc != 0)
		log_warn(NULL, "system calls are not limited: %s", strerror(-rc));
	return 0;
}

static int
daemonise(struct daemon *d)
{
	d->ready_fd = -1;
	if (!d->opt.nofork) {
		d->ready_fd = background_begin();
		if (d->ready_fd < 0)
			return fail(EXIT_INTERNAL, "fork failed");
		if (lock_update() != 0)
			log_warn(NULL, "%s.pid could not be written anew", d->opt.ctlbase);
	}
	if (d->opt.coredir != NULL && chdir(d->opt.coredir) != 0)
		log_warn(NULL, "--coredir %s: %s", d->opt.coredir, strerror(errno));
	return 0;
}

/* The terminal has seen what there was to see. */
static void
started(struct daemon *d, int status)
{
	if (d->ready_fd >= 0) {
		background_done(d->ready_fd, status, d->opt.stderrlog);
	} else if (status == 0) {
		puts("Pluto initialized");
		fflush(stdout);
	}
	log_to_stderr(d->opt.stderrlog);
}

/* Each step's failure has its own sentence and exit status. */
static int
start(struct daemon *d)
{
	static int (*const steps[])(struct daemon *) = {
		/* while we are all of root, and alone */
		daemonise, make_starter, make_loop, daemon_start_keeper, open_control, daemon_open_tap,
		daemon_make_state_folder, lock_memory, drop_privilege,
		daemon_open_plane, daemon_open_routing, daemon_start_adns, daemon_open_trap,
		make_engines, daemon_watch_addresses, daemon_open_metrics,
		limit_syscalls,
	};
	int status = 0;

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps) && status == 0; i++)
		status = steps[i](d);
	return status;
}

static void
end(struct daemon *d)
{
	daemon_unsupervise(d);
	engines_shutdown(d);
	addr_watch_free(d->addr_watch);
	udp_close(d->udp);
	d->udp = NULL;
	daemon_end_routing(d);
	daemon_close_metrics(d);
	events_end(&d->events, "the daemon ends");
	ctl_close(d->ctl);
	daemon_record_end(d);
	daemon_named_hosts_free(d);
	daemon_close_trap(d);
	engines_free(d);
	oe_free(d->oe);
	daemon_stop_keeper(d);
	if (d->pool != NULL)
		pool_free(d->pool);
	keeper_free(d->keeper);
	daemon_xauth_checks_free(d);
	daemon_xauth_logins_free(d);
	adns_client_free(d->adns);
	daemon_close_tap(d);
	if (d->kernel.ops != NULL)
		d->kernel.ops->close(d->kernel.k);
	conn_table_clear(&d->conns);
	configured_keys_free(d->keys);
	daemon_traffic_free(d);
	daemon_close_routing(d);
	key_list_free(&d->signing);
	lookups_free(&d->lookups);
	dns_sets_free(&d->sets);
	known_clients_free(&d->clients);
	claims_free(&d->claims);
	free(d->groups);
	kept_clear(&d->kept);
	loop_free(d->loop);
	starter_free(d->starter);
}

static int
run(struct daemon *d)
{
	int status = start(d);

	started(d, status);
	if (status == 0) {
		loop_signal(d->loop, SIGTERM, stop, d);
		loop_signal(d->loop, SIGINT, stop, d);
		loop_signal(d->loop, SIGHUP, hangup, d);
		daemon_supervised(d);
		if (d->lock_error != 0)
			log_info(NULL, "keys may be swapped out: memory cannot be locked here: %s",
				 strerror(-d->lock_error));
		log_info(NULL, "pluto %s started; waiting for whack --listen", VERSION);
		loop_run(d->loop);
	}
	end(d);
	return status;
}

static int
prepare(struct daemon *d)
{
	char err[300];
	int rc;

	signal(SIGPIPE, SIG_IGN);	/* whoever reads our log may go before us */
	log_to_syslog(!d->opt.stderrlog, "pluto");
	log_to_stderr(true);	/* until it is in the background */
	log_set_debug(d->opt.debug);
	if (geteuid() != 0 && d->opt.stack != STACK_NONE) {
		fprintf(stderr, "pluto must be started as root (or with --use-nostack)\n");
		return EXIT_NO_PRIVILEGE;
	}
	if (!d->opt.dns_stub && daemon_check_anchors(d) != 0)
		return EXIT_NO_ANCHOR;
	rc = lock_take(d->opt.ctlbase, err, sizeof(err));
	if (rc == 0)
		return 0;
	fprintf(stderr, "pluto: %s\n", err);
	return rc == -EEXIST ? EXIT_LOCKED : EXIT_NO_CONTROL;
}

int
main(int argc, char **argv)
{
	struct pluto_options opt;
	struct daemon *d;
	int status;

	switch (pluto_options_parse(&opt, argc, argv)) {
	case OPTIONS_EXIT_OK:
		return 0;
	case OPTIONS_EXIT_BAD:
		return EXIT_BAD_OPTION;
	case OPTIONS_RUN:
		break;
	}
	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return EXIT_INTERNAL;
	d->opt = opt;
	d->tap.fds[0] = d->tap.fds[1] = -1;
	d->started_ms = monotonic_ms();
	notify_from_env(&d->manager.n);
	status = prepare(d);
	if (status == 0) {
		status = run(d);
		lock_release(d->opt.ctlbase);
	}
	free(d);
	return status;
}
