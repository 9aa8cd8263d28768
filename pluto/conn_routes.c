/* Which connections are routed, and what their updowns were told. */
#include "pluto/conn_routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "whack/whack_proto.h"

struct entry {
	struct updown_event e;		/* as it was told last */
	char *command;			/* owned; NULL: the daemon's own way */
	unsigned held;			/* by hand */
	bool up;
	bool routed;			/* the route of those that share it is this one's */
};

struct conn_routes {
	conn_routes_do_fn *fn;
	void *ctx;
	struct entry *entries;
	unsigned n, room;
};

struct conn_routes *
conn_routes_new(conn_routes_do_fn *fn, void *ctx)
{
	struct conn_routes *r = calloc(1, sizeof(*r));

	if (r != NULL)
		*r = (struct conn_routes){ .fn = fn, .ctx = ctx };
	return r;
}

void
conn_routes_free(struct conn_routes *r)
{
	for (unsigned i = 0; r != NULL && i < r->n; i++)
		free(r->entries[i].command);
	if (r != NULL)
		free(r->entries);
	free(r);
}

unsigned
conn_routes_count(const struct conn_routes *r)
{
	return r->n;
}

static struct entry *
find(const struct conn_routes *r, const struct selector *s)
{
	for (unsigned i = 0; i < r->n; i++)
		if (ts_eq(&r->entries[i].e.sel.local, &s->local)
		    && ts_eq(&r->entries[i].e.sel.remote, &s->remote))
			return &r->entries[i];
	return NULL;
}

static struct entry *
add(struct conn_routes *r, const struct updown_event *e, const char *command)
{
	unsigned room = r->n < r->room ? r->room : r->room * 2 + 16;
	struct entry *grown = r->entries;
	char *copy = NULL;

	if (r->n == MAX_ROUTED || (command != NULL && (copy = strdup(command)) == NULL))
		return NULL;
	if (room != r->room && (grown = realloc(grown, room * sizeof(*grown))) == NULL) {
		free(copy);
		return NULL;
	}
	r->entries = grown;
	r->room = room;
	r->entries[r->n] = (struct entry){ .e = *e, .command = copy };
	return &r->entries[r->n++];
}

static void
drop(struct conn_routes *r, struct entry *x)
{
	free(x->command);
	*x = r->entries[--r->n];
}

static bool
tell(struct conn_routes *r, struct entry *x, enum updown_verb verb, char *err, size_t errlen)
{
	x->e.verb = verb;
	return r->fn(r->ctx, &x->e, x->command, err, errlen);
}

/* What goes wrong is said, and stops nothing. */
static void
tell_end(struct conn_routes *r, struct entry *x, enum updown_verb verb)
{
	char err[300], word[32];

	if (!tell(r, x, verb, err, sizeof(err)))
		log_warn(NULL, "\"%s\": %s: %s", x->e.connection,
			 updown_verb_text(&x->e, word), err);
}

/* What works without it is up all the same. */
static void
tell_dns(struct conn_routes *r, struct entry *x, enum updown_verb verb)
{
	if (updown_has_dns(&x->e))
		tell_end(r, x, verb);
}

static bool
same_client(const struct entry *a, const struct entry *b)
{
	bool same_command = a->command == NULL || b->command == NULL
		? a->command == b->command : strcmp(a->command, b->command) == 0;

	return a != b && same_command
		&& ip_addr_eq(&a->e.sel.remote.addr_lo, &b->e.sel.remote.addr_lo)
		&& ip_addr_eq(&a->e.sel.remote.addr_hi, &b->e.sel.remote.addr_hi);
}

static bool
same_way(const struct entry *a, const struct entry *b)
{
	return ip_addr_eq(&a->e.peer, &b->e.peer) && ip_addr_eq(&a->e.nexthop, &b->e.nexthop)
		&& strcmp(a->e.device, b->e.device) == 0;
}

static struct entry *
sharer(const struct conn_routes *r, const struct entry *x, bool routed)
{
	for (unsigned i = 0; i < r->n; i++)
		if (same_client(&r->entries[i], x) && (!routed || r->entries[i].routed))
			return &r->entries[i];
	return NULL;
}

static int
make_route(struct conn_routes *r, struct entry *x, char *err, size_t errlen)
{
	const struct entry *other = sharer(r, x, true);
	struct addr_buf b;

	if (other != NULL && same_way(other, x))
		return 0;
	if (other != NULL) {
		snprintf(err, errlen, "\"%s\" has a route to %s that leads another way; unroute "
			 "that first", other->e.connection, ts_text(&x->e.sel.remote, &b));
		return RC_RTBUSY;
	}
	if (!tell(r, x, UPDOWN_PREPARE, err, errlen) || !tell(r, x, UPDOWN_ROUTE, err, errlen))
		return RC_ROUTE;
	x->routed = true;
	return 0;
}

/* Nobody needs X any more: whoever shares its route takes that over. */
static void
leave(struct conn_routes *r, struct entry *x)
{
	struct entry *heir = x->routed ? sharer(r, x, false) : NULL;

	if (heir != NULL) {
		heir->routed = true;
		if (!ip_addr_eq(&heir->e.srcip, &x->e.srcip))
			tell_end(r, heir, UPDOWN_ROUTE);
	} else if (x->routed) {
		tell_end(r, x, UPDOWN_UNROUTE);
	}
	drop(r, x);
}

static int
enter(struct conn_routes *r, const struct updown_event *e, const char *command,
      struct entry **out, char *err, size_t errlen)
{
	struct entry *x = find(r, &e->sel);
	int rc = 0;

	*out = x;
	if (x != NULL)
		return 0;
	x = add(r, e, command);
	if (x == NULL) {
		snprintf(err, errlen, "no memory, or more than %d routes", MAX_ROUTED);
		return RC_ROUTE;
	}
	rc = make_route(r, x, err, errlen);
	if (rc != 0)
		drop(r, x);
	*out = rc == 0 ? x : NULL;
	return rc;
}

int
conn_routes_hold(struct conn_routes *r, const struct updown_event *e, const char *command,
		 char *err, size_t errlen)
{
	struct entry *x;
	int rc = enter(r, e, command, &x, err, errlen);

	if (rc == 0)
		x->held++;
	return rc;
}

void
conn_routes_release(struct conn_routes *r, const struct selector *sel)
{
	struct entry *x = find(r, sel);

	if (x == NULL || x->held == 0)
		return;
	if (--x->held == 0 && !x->up)
		leave(r, x);
}

int
conn_routes_up(struct conn_routes *r, const struct updown_event *e, const char *command,
	       char *err, size_t errlen)
{
	struct entry *x;
	int rc = enter(r, e, command, &x, err, errlen);

	if (rc != 0 || x->up)
		return rc;
	x->up = true;
	for (int i = 0; i < UPDOWN_SERVERS; i++) {
		x->e.dns[i] = e->dns[i];
		x->e.wins[i] = e->wins[i];
	}
	rc = tell(r, x, UPDOWN_UP, err, errlen) ? 0 : RC_ROUTE;
	if (rc == 0)
		tell_dns(r, x, UPDOWN_DNS);
	return rc;
}

void
conn_routes_down(struct conn_routes *r, const struct selector *sel)
{
	struct entry *x = find(r, sel);

	if (x == NULL || !x->up)
		return;
	x->up = false;
	tell_dns(r, x, UPDOWN_NO_DNS);
	tell_end(r, x, UPDOWN_DOWN);
	if (x->held == 0)
		leave(r, x);
}

void
conn_routes_again(struct conn_routes *r)
{
	for (unsigned i = 0; i < r->n; i++)
		if (r->entries[i].routed && r->entries[i].command == NULL)
			tell_end(r, &r->entries[i], UPDOWN_ROUTE);
}

void
conn_routes_end(struct conn_routes *r)
{
	while (r->n > 0) {
		struct entry *x = &r->entries[r->n - 1];

		if (x->up) {
			tell_dns(r, x, UPDOWN_NO_DNS);
			tell_end(r, x, UPDOWN_DOWN);
		}
		leave(r, x);
	}
}
