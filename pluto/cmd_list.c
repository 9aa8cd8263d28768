/* whack --listpubkeys and --listevents. */
#include "pluto/daemon_commands.h"
#include "pluto/daemon_ike.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "pluto/ikev1/ikev1.h"

struct listing { struct daemon *d; ctl_client c; bool utc; unsigned n; };

/* "2026-11-26 03:12:11 UTC"; local time has its zone's name. */
static const char *
wall_text(time_t when, bool utc, char out[40])
{
	struct tm tm;

	if ((utc ? gmtime_r(&when, &tm) : localtime_r(&when, &tm)) == NULL
	    || strftime(out, 40, utc ? "%Y-%m-%d %H:%M:%S UTC" : "%Y-%m-%d %H:%M:%S %Z", &tm) == 0)
		snprintf(out, 40, "-");
	return out;
}

static void
list_key(void *ctx, const struct ident *id, const struct pubkey *key, time_t since)
{
	struct listing *l = ctx;
	char name[300], kind[16], when[40];

	l->n++;
	ident_text(id, name, sizeof(name));
	pubkey_kind_text(key, kind);
	wall_text(since, l->utc, when);
	ctl_object(l->d->ctl, l->c, json_pack("{s:s,s:s,s:s,s:s,s:I,s:b}", "event", "pubkey", "id", name,
		   "kind", kind, "fingerprint", key->fingerprint, "since", (json_int_t)since,
		   "ours", 0), RC_COMMENT, "%s %s %s, since %s", name, kind, key->fingerprint, when);
}

/* The keys that we sign with; which file names them. */
static void
list_own_keys(struct listing *l)
{
	for (size_t i = 0; i < l->d->signing.n; i++) {
		const struct key_entry *e = &l->d->signing.k[i];
		char kind[16];

		pubkey_kind_text(&e->pub, kind);
		ctl_object(l->d->ctl, l->c, json_pack("{s:s,s:s,s:s,s:s,s:b}", "event", "pubkey",
			   "id", e->where, "kind", kind, "fingerprint", e->pub.fingerprint, "ours", 1),
			   RC_COMMENT, "ours %s %s, %s", kind, e->pub.fingerprint, e->where);
		l->n++;
	}
}

void
cmd_listpubkeys(struct daemon *d, ctl_client c, const json_t *request)
{
	struct listing l = { .d = d, .c = c, .utc = json_is_true(json_object_get(request, "utc")) };

	list_own_keys(&l);
	configured_keys_each(d->keys, list_key, &l);
	ctl_result(d->ctl, c, json_pack("{s:i}", "pubkeys", (int)l.n), RC_COMMENT, "%u public keys", l.n);
}

enum { MOST_PAIRS = 10000, PART = 500 };

struct event {
	const char *what;
	uint64_t serial, due_in_ms;
	char conn[96];
	struct ip_addr here, there;	/* of a pair; else IP_NONE */
};
struct events {
	struct daemon *d;
	struct event *e;		/* owned */
	size_t n, room, said;
};

/* Room for one more; NULL without memory. */
static struct event *
next_event(struct events *x)
{
	if (x->n == x->room) {
		size_t room = x->room > 0 ? 2 * x->room : 64;
		struct event *more = realloc(x->e, room * sizeof(*more));

		if (more == NULL)
			return NULL;
		x->e = more;
		x->room = room;
	}
	return &x->e[x->n++];
}

static bool
collect(void *ctx, const struct ike_timer_info *i)
{
	struct event *e = next_event(ctx);

	if (e == NULL)
		return false;
	*e = (struct event){ .what = i->what, .serial = i->serial, .due_in_ms = i->due_in_ms };
	if (i->conn != NULL)
		conn_label(i->conn, e->conn);
	return true;
}

/* A decision that runs out, or an attempt that has to end. */
static bool
collect_pair(void *ctx, const struct oe_shunt_info *i)
{
	struct events *x = ctx;
	struct event *e;

	if (i->expires_s == 0)
		return true;
	if (x->n >= MOST_PAIRS || (e = next_event(x)) == NULL)
		return false;
	*e = (struct event){ .what = i->shunt.kind == SHUNT_HOLD ? "deadline" : shunt_kind_name(i->shunt.kind),
		.due_in_ms = 1000ull * i->expires_s, .here = i->shunt.local, .there = i->shunt.remote };
	return true;
}

static int
earlier(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	if (x->due_in_ms != y->due_in_ms)
		return x->due_in_ms < y->due_in_ms ? -1 : 1;
	return x->serial < y->serial ? -1 : x->serial > y->serial;
}

/* What the decision engine has to look at. */
static void
collect_oe(struct daemon *d, struct events *x)
{
	uint64_t now = monotonic_ms();
	const struct ike_timer_info i = { .what = "opportunism: decisions to look at",
		.due_in_ms = d->oe_wake_ms > now ? d->oe_wake_ms - now : 0 };

	if (d->oe_timer.n != 0)
		collect(x, &i);
	oe_scan(d->oe, collect_pair, x);
}

static void
say_event(struct daemon *d, ctl_client c, const struct event *e)
{
	struct addr_buf h = { "" }, t = { "" };
	unsigned long long s = e->due_in_ms / 1000;
	json_t *o;

	if (e->here.family != IP_NONE) {
		ip_addr_text(&e->here, &h);
		ip_addr_text(&e->there, &t);
	}
	o = json_pack("{s:s,s:s,s:I,s:s,s:I,s:s,s:s}", "event", "timer", "what", e->what,
		      "serial", (json_int_t)e->serial, "connection", e->conn,
		      "due_in_ms", (json_int_t)e->due_in_ms, "here", h.text, "there", t.text);
	if (e->here.family != IP_NONE)
		ctl_object(d->ctl, c, o, RC_COMMENT, "in %llu s: %s -> %s %%%s ends", s, h.text, t.text,
			   e->what);
	else if (e->serial == 0)
		ctl_object(d->ctl, c, o, RC_COMMENT, "in %llu s: %s", s, e->what);
	else
		ctl_object(d->ctl, c, o, RC_COMMENT, "in %llu s: #%llu \"%s\" %s", s,
			   (unsigned long long)e->serial, e->conn, e->what);
}

static bool
part_of_events(void *ctx, ctl_client c)
{
	struct events *x = ctx;

	for (unsigned i = 0; i < PART && x->said < x->n && ctl_alive(x->d->ctl, c); i++)
		say_event(x->d, c, &x->e[x->said++]);
	if (x->said < x->n)
		return true;
	ctl_result(x->d->ctl, c, json_pack("{s:i}", "timers", (int)x->n), RC_COMMENT, "%zu events",
		   x->n);
	return false;
}

static void
free_events(void *ctx)
{
	struct events *x = ctx;

	free(x->e);
	free(x);
}

void
cmd_listevents(struct daemon *d, ctl_client c, const json_t *request)
{
	struct events *x = calloc(1, sizeof(*x));

	(void)request;
	if (x == NULL) {
		ctl_result(d->ctl, c, NULL, RC_INTERNALERR, "no memory for a list");
		return;
	}
	x->d = d;
	collect_oe(d, x);
	ike_each_timer(d->ike, collect, x);
	v1_each_timer(d->v1, collect, x);
	if (x->n > 0)
		qsort(x->e, x->n, sizeof(*x->e), earlier);
	ctl_parts(d->ctl, c, part_of_events, free_events, x);
}
