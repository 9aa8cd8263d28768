/* XAUTH as server: is that the user's password? By a program of the operator's, or
 * by the secrets file. */
#include "pluto/daemon_ike.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "pluto/ikev1/ikev1.h"
#include "pluto/kernel/updown_proc.h"

enum { MAX_CHECKS = 16, CHECK_MS = 10000, INPUT_ROOM = 2048 };

struct check {
	struct daemon *d;
	uint64_t lookup;
	struct updown_proc *proc;	/* NULL: free */
	char *argv[2];
};

struct xauth_checks { struct check c[MAX_CHECKS]; };

static char *const check_env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };

static void
check_line(void *ctx, const char *text)
{
	const struct check *c = ctx;

	log_info(NULL, "%s: %s", c->argv[0], text);
}

static void
check_ended(void *ctx, const struct updown_result *r)
{
	struct check *c = ctx;
	bool good = r->error == 0 && !r->late && r->status == 0;	/* R goes with PROC */
	struct updown_proc *proc = c->proc;

	if (r->error != 0)
		log_warn(NULL, "--xauthcheck %s was not started: %s", c->argv[0], strerror(r->error));
	else if (r->late)
		log_warn(NULL, "--xauthcheck %s did not end within %d s, and was killed", c->argv[0],
			 CHECK_MS / 1000);
	c->proc = NULL;
	updown_proc_free(proc);
	v1_xauth_checked(c->d->v1, c->lookup, good);
}

static struct check *
free_check(struct daemon *d)
{
	if (d->xauth_checks == NULL)
		d->xauth_checks = calloc(1, sizeof(*d->xauth_checks));
	for (unsigned i = 0; d->xauth_checks != NULL && i < MAX_CHECKS; i++)
		if (d->xauth_checks->c[i].proc == NULL)
			return &d->xauth_checks->c[i];
	return NULL;
}

/* User and password, a line each, on its stdin: no argument shows them. */
static bool
ask_program(struct daemon *d, uint64_t lookup, struct span user, struct span password)
{
	struct check *c = free_check(d);
	const struct updown_proc_ports ports = { .loop = d->loop, .starter = d->starter, .ctx = c,
		.line = check_line, .ended = check_ended };
	uint8_t input[INPUT_ROOM];
	struct wire_writer w = wire_writer(input, sizeof(input));

	if (c == NULL)
		return false;
	wire_put(&w, user);
	wire_put_u8(&w, '\n');
	wire_put(&w, password);
	wire_put_u8(&w, '\n');
	*c = (struct check){ .d = d, .lookup = lookup, .argv = { (char *)d->opt.xauthcheck } };
	if (wire_fits(&w))
		c->proc = updown_proc_start(&ports, c->argv, check_env, wire_written(&w), CHECK_MS);
	secret_wipe(input, sizeof(input));
	return c->proc != NULL;
}

/* The keeper is asked beside the loop. */
struct question {
	struct daemon *d;
	uint64_t lookup;
	struct secret user, password;	/* owned */
	bool good;
};

static void
ask_keeper(void *arg)
{
	struct question *q = arg;

	q->good = keeper_password(q->d->keeper, secret_span(&q->user), secret_span(&q->password));
}

static void
keeper_said(void *arg, bool cancelled)
{
	struct question *q = arg;

	if (!cancelled)
		v1_xauth_checked(q->d->v1, q->lookup, q->good);
	secret_free(&q->user);
	secret_free(&q->password);
	free(q);
}

static void
ask_secrets(struct daemon *d, uint64_t lookup, struct span user, struct span password)
{
	struct question *q = user.len > 0 ? calloc(1, sizeof(*q)) : NULL;

	if (q != NULL)
		*q = (struct question){ .d = d, .lookup = lookup, .user = secret_copy(user),
			.password = secret_copy(password) };
	if (q != NULL && pool_submit(d->pool, ask_keeper, keeper_said, q) == 0)
		return;
	if (q != NULL)
		keeper_said(q, true);
	v1_xauth_checked(d->v1, lookup, false);
}

void
daemon_check_password(void *ctx, uint64_t lookup, const struct connection *conn,
		      struct span user, struct span password)
{
	struct daemon *d = ctx;

	(void)conn;
	if (d->opt.xauthcheck == NULL) {
		ask_secrets(d, lookup, user, password);
	} else if (!ask_program(d, lookup, user, password)) {
		log_warn(NULL, "--xauthcheck %s cannot be asked (too many wait, or no memory)",
			 d->opt.xauthcheck);
		v1_xauth_checked(d->v1, lookup, false);
	}
}

void
daemon_xauth_checks_free(struct daemon *d)
{
	for (unsigned i = 0; d->xauth_checks != NULL && i < MAX_CHECKS; i++)
		updown_proc_free(d->xauth_checks->c[i].proc);
	free(d->xauth_checks);
	d->xauth_checks = NULL;
}
