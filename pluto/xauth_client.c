/* XAUTH as client: who are we? What whack gave with --initiate, then the secrets
 * file, then whoever watches is asked. */
#include "pluto/daemon_commands.h"
#include "pluto/daemon_ike.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "pluto/ikev1/ikev1.h"

enum { MAX_LOGINS = 64, MAX_PROMPTS = 16, PROMPT_MS = 60000, USER_ROOM = 128 };

/* Kept for the connection: a new ISAKMP SA asks again. */
struct login {
	uint64_t conn;			/* 0: free */
	char user[USER_ROOM];		/* "": not given */
	struct secret password;		/* empty: not given */
};

struct prompt {
	uint64_t ticket, lookup, conn;	/* TICKET 0: free */
	struct daemon *d;
	ctl_client client;
	loop_id deadline;
};

struct xauth_logins {
	struct login l[MAX_LOGINS];
	struct prompt p[MAX_PROMPTS];
	uint64_t last_ticket;
};

static const struct span nothing = { NULL, 0 };

static struct xauth_logins *
logins(struct daemon *d)
{
	if (d->xauth_logins == NULL)
		d->xauth_logins = calloc(1, sizeof(*d->xauth_logins));
	return d->xauth_logins;
}

static uint64_t
serial_of(const struct connection *c)
{
	return c->kind == CONN_INSTANCE ? c->from : c->serial;
}

static struct login *
login_of(struct daemon *d, uint64_t conn, bool make)
{
	struct xauth_logins *x = logins(d);
	struct login *free_one = NULL;

	for (unsigned i = 0; x != NULL && i < MAX_LOGINS; i++) {
		if (x->l[i].conn == conn)
			return &x->l[i];
		if (x->l[i].conn == 0 && free_one == NULL)
			free_one = &x->l[i];
	}
	if (!make || free_one == NULL)
		return NULL;
	free_one->conn = conn;
	return free_one;
}

static void
login_clear(struct login *l)
{
	secret_free(&l->password);
	*l = (struct login){ 0 };
}

void
daemon_xauth_forget(struct daemon *d, const struct connection *c)
{
	struct login *l = login_of(d, serial_of(c), false);

	if (l != NULL)
		login_clear(l);
}

bool
daemon_xauth_login(struct daemon *d, const struct connection *c, const char *user,
		   const char *password)
{
	struct login *l = login_of(d, serial_of(c), true);

	if (l == NULL || (user != NULL && strlen(user) >= USER_ROOM))
		return false;
	if (user != NULL)
		snprintf(l->user, sizeof(l->user), "%s", user);
	if (password != NULL) {
		secret_free(&l->password);
		l->password = secret_copy(span_str(password));
	}
	return true;
}

static void
prompt_end(struct prompt *p)
{
	loop_cancel(p->d->loop, &p->deadline);
	p->ticket = 0;
}

static void
prompt_late(void *ctx)
{
	struct prompt *p = ctx;

	p->deadline.n = 0;
	prompt_end(p);
	v1_xauth_answer(p->d->v1, p->lookup, nothing, nothing,
			"nobody gave the XAUTH user and password in time");
}

/* One question at a time: first who, then the password. */
static bool
prompt_send(struct daemon *d, ctl_client client, uint64_t lookup, uint64_t conn,
	    const struct login *l)
{
	struct xauth_logins *x = logins(d);
	bool who = l->user[0] == '\0';

	for (unsigned i = 0; x != NULL && i < MAX_PROMPTS; i++) {
		struct prompt *p = &x->p[i];

		if (p->ticket != 0)
			continue;
		*p = (struct prompt){ .ticket = ++x->last_ticket, .lookup = lookup, .conn = conn,
			.d = d, .client = client };
		p->deadline = loop_after(d->loop, PROMPT_MS, prompt_late, p);
		ctl_object(d->ctl, client, json_pack("{s:s,s:I}", "event", "prompt", "ticket",
			   (json_int_t)p->ticket), who ? RC_XAUTHPROMPT : RC_ENTERSECRET,
			   who ? "XAUTH user: " : "XAUTH password of %s: ", l->user);
		return true;
	}
	return false;
}

/* Answers the engine if all is known; false: something is missing. */
static bool
answer(struct daemon *d, uint64_t lookup, const struct login *l)
{
	if (l->user[0] == '\0' || l->password.bytes.len == 0)
		return false;
	v1_xauth_answer(d->v1, lookup, span_str(l->user), secret_span(&l->password), NULL);
	return true;
}

/* All that is known is known now: it is enough, or somebody is asked for the rest. */
static void
conclude(struct daemon *d, uint64_t lookup, uint64_t conn, ctl_client client)
{
	struct login *l = login_of(d, conn, true);

	if (l != NULL && answer(d, lookup, l))
		return;
	if (l != NULL && ctl_alive(d->ctl, client) && prompt_send(d, client, lookup, conn, l))
		return;
	v1_xauth_answer(d->v1, lookup, nothing, nothing,
			"no XAUTH user or password: give --xauthuser and --xauthpass to --initiate, or one "
			"@user : XAUTH line to the secrets file");
}

/* What is missing, from the secrets file: the keeper is asked beside the loop. */
struct question {
	struct daemon *d;
	uint64_t lookup, conn;
	ctl_client client;
	char user[USER_ROOM];
	struct ident name;
	struct secret password;		/* owned */
	bool found;
};

static void
ask_keeper(void *arg)
{
	struct question *q = arg;

	q->found = keeper_login(q->d->keeper, span_str(q->user), &q->name, &q->password);
}

static void
take_login(struct question *q)
{
	struct login *l = login_of(q->d, q->conn, true);

	if (!q->found || l == NULL || l->password.bytes.len > 0 || q->name.len >= USER_ROOM)
		return;
	memcpy(l->user, q->name.data, q->name.len);
	l->user[q->name.len] = '\0';
	l->password = q->password;
	q->password = (struct secret){ { NULL, 0 } };
}

static void
keeper_said(void *arg, bool cancelled)
{
	struct question *q = arg;

	if (!cancelled) {
		take_login(q);
		conclude(q->d, q->lookup, q->conn, q->client);
	}
	secret_free(&q->password);
	free(q);
}

/* CLIENT is who can be asked; n 0: nobody. */
static void
find_login(struct daemon *d, uint64_t lookup, uint64_t conn, ctl_client client)
{
	struct login *l = login_of(d, conn, true);
	bool missing = l != NULL && l->password.bytes.len == 0;
	struct question *q = missing ? calloc(1, sizeof(*q)) : NULL;

	if (q != NULL) {
		*q = (struct question){ .d = d, .lookup = lookup, .conn = conn, .client = client };
		snprintf(q->user, sizeof(q->user), "%s", l->user);
	}
	if (q != NULL && pool_submit(d->pool, ask_keeper, keeper_said, q) == 0)
		return;
	free(q);
	conclude(d, lookup, conn, client);
}

void
daemon_ask_password(void *ctx, uint64_t lookup, const struct connection *c, uint64_t owner)
{
	struct daemon *d = ctx;
	const struct watch *w = watch_find(&d->watches, owner);

	find_login(d, lookup, serial_of(c), w != NULL ? w->client : (ctl_client){ 0 });
}

static struct prompt *
prompt_find(struct daemon *d, long long ticket)
{
	struct xauth_logins *x = logins(d);

	for (unsigned i = 0; x != NULL && ticket > 0 && i < MAX_PROMPTS; i++)
		if (x->p[i].ticket == (uint64_t)ticket)
			return &x->p[i];
	return NULL;
}

void
cmd_answer(struct daemon *d, ctl_client c, const json_t *request)
{
	struct prompt *p = prompt_find(d, json_integer_value(json_object_get(request, "ticket")));
	const char *text = json_string_value(json_object_get(request, "text"));
	struct login *l = p != NULL ? login_of(d, p->conn, true) : NULL;

	if (l == NULL) {
		ctl_result(d->ctl, c, NULL, RC_UNKNOWN_NAME, "nobody waits for this answer any more");
		return;
	}
	prompt_end(p);
	ctl_result(d->ctl, c, NULL, RC_COMMENT, "thank you");
	if (*text == '\0' || strlen(text) >= USER_ROOM) {
		v1_xauth_answer(d->v1, p->lookup, nothing, nothing, "the answer was empty, or too long");
		return;
	}
	if (l->user[0] == '\0')
		snprintf(l->user, sizeof(l->user), "%s", text);
	else
		l->password = secret_copy(span_str(text));
	find_login(d, p->lookup, p->conn, p->client);
}

void
daemon_xauth_logins_free(struct daemon *d)
{
	for (unsigned i = 0; d->xauth_logins != NULL && i < MAX_LOGINS; i++)
		login_clear(&d->xauth_logins->l[i]);
	free(d->xauth_logins);
	d->xauth_logins = NULL;
}
