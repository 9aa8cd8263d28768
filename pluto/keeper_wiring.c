/* The keeper of our keys: started before the network is touched, asked to read them, and
 * started again when it ends. */
#include "pluto/daemon.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

/* One that ends soon after its start is started again more and more slowly. */
enum { STEADY_MS = 10000, FIRST_WAIT_MS = 1000, LONGEST_WAIT_MS = 60000 };

struct load {
	struct daemon *d;
	ctl_client c;
	secrets_fn *then;
	struct key_list keys;		/* owned */
	struct secret notes;		/* owned */
	char err[600];
	bool ok;
};

static void
run_load(void *arg)
{
	struct load *l = arg;

	l->ok = keeper_load(l->d->keeper, &l->keys, &l->notes, l->err, sizeof(l->err));
}

/* What the keeper has to say of the files, a line each. */
static void
tell_notes(const struct secret *notes)
{
	struct wire_reader r = wire_reader(secret_span(notes));

	while (wire_left(&r) > 0) {
		char line[300];
		size_t n = 0;
		uint8_t c;

		while (wire_left(&r) > 0 && (c = wire_u8(&r, "note")) != '\n')
			if (n + 1 < sizeof(line))
				line[n++] = (char)c;
		line[n] = '\0';
		log_warn(NULL, "secrets: %s", line);
	}
}

static void
loaded(void *arg, bool cancelled)
{
	struct load *l = arg;
	struct daemon *d = l->d;

	if (!cancelled) {
		tell_notes(&l->notes);
		if (l->ok) {
			key_list_free(&d->signing);
			d->signing = l->keys;
			l->keys = (struct key_list){ NULL, 0, 0 };
			d->keeping.loaded = true;
		} else {
			log_error(NULL, "%s; the secrets that were loaded before stay", l->err);
		}
		if (l->then != NULL)
			l->then(d, l->c, l->ok ? "" : l->err);
	}
	key_list_free(&l->keys);
	secret_free(&l->notes);
	free(l);
}

void
daemon_load_secrets(struct daemon *d, ctl_client c, secrets_fn *then)
{
	struct load *l = calloc(1, sizeof(*l));

	if (l != NULL)
		*l = (struct load){ .d = d, .c = c, .then = then };
	if (l != NULL && pool_submit(d->pool, run_load, loaded, l) == 0)
		return;
	free(l);
	if (then != NULL)
		then(d, c, "too much work is waiting; try again");
}

static void keeper_ended(void *ctx, int fd, int what);

static int
start_one(struct daemon *d)
{
	int rc = keeper_start(d->keeper, d->starter, d->keeping.loaded);

	if (rc != 0)
		return rc;
	d->keeping.started_ms = monotonic_ms();
	d->keeping.watch = loop_fd(d->loop, keeper_pidfd(d->keeper), LOOP_READ, keeper_ended, d);
	return 0;
}

static void start_another(void *ctx);

static void
start_later(struct daemon *d)
{
	uint64_t wait = 2 * d->keeping.wait_ms;

	d->keeping.wait_ms = wait < FIRST_WAIT_MS ? FIRST_WAIT_MS
		: wait > LONGEST_WAIT_MS ? LONGEST_WAIT_MS : wait;
	d->keeping.again = loop_after(d->loop, d->keeping.wait_ms, start_another, d);
}

/* It reads the secrets before it answers; we want to know which keys those are. */
static void
start_another(void *ctx)
{
	struct daemon *d = ctx;
	int rc = start_one(d);

	d->keeping.again.n = 0;
	if (rc == 0 && d->keeping.loaded)
		daemon_load_secrets(d, (ctl_client){ 0 }, NULL);
	if (rc == 0)
		return;
	log_error(NULL, "the keeper of the keys cannot be started: %s; it is tried again, and until "
		  "then nobody can prove who we are", strerror(-rc));
	start_later(d);
}

static void
keeper_ended(void *ctx, int fd, int what)
{
	struct daemon *d = ctx;
	char how[120];

	(void)fd, (void)what;
	if (!keeper_reap(d->keeper, how))
		return;
	loop_cancel(d->loop, &d->keeping.watch);
	log_error(NULL, "the keeper of the keys %s; another one is started", how);
	if (monotonic_ms() - d->keeping.started_ms < STEADY_MS) {
		start_later(d);
		return;
	}
	d->keeping.wait_ms = 0;
	start_another(d);
}

int
daemon_start_keeper(struct daemon *d)
{
	int rc;

	d->keeper = keeper_new(d->opt.secretsfile, d->opt.ipsecdir, 2 * daemon_helpers(d));
	rc = d->keeper != NULL ? start_one(d) : -ENOMEM;
	if (rc == 0)
		return 0;
	log_error(NULL, "the keeper of the keys cannot be started: %s", strerror(-rc));
	return EXIT_INTERNAL;
}

void
daemon_stop_keeper(struct daemon *d)
{
	loop_cancel(d->loop, &d->keeping.watch);
	loop_cancel(d->loop, &d->keeping.again);
	keeper_stop(d->keeper);
}
