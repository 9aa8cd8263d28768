/* What the trap and the data plane are told of the selectors of connections. */
#include "pluto/daemon_routes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

static struct selector
conn_selector(const struct connection *c)
{
	return (struct selector){ c->local.ts, c->remote.ts };
}

bool
daemon_is_routed(struct daemon *d, uint64_t serial)
{
	struct connection *c = conn_table_by_serial(&d->conns, serial);

	return c != NULL && *conn_table_routed(&d->conns, c);
}

/* What goes to the trap, and its place among what it overlaps. */
struct entry {
	unsigned narrow, order;
	struct trap_selector s;
};

enum { ORDER_KEYED, ORDER_FAILED, ORDER_ROUTED, ORDER_KEPT };

static int
compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->narrow != y->narrow)
		return x->narrow > y->narrow ? -1 : 1;
	return (int)x->order - (int)y->order;
}

static void
put(struct entry *e, size_t *n, const struct selector *sel, enum shunt_kind kind,
    uint32_t lifetime_s, unsigned order)
{
	e[(*n)++] = (struct entry){ .narrow = selector_narrow(sel), .order = order,
		.s = { .sel = *sel, .kind = kind, .lifetime_s = lifetime_s } };
}

static void
put_routed(struct daemon *d, const struct connection *c, struct entry *e, size_t *n)
{
	const struct selector sel = conn_selector(c);
	uint32_t left_s;
	enum shunt_kind failed = routed_shunt(d->routed, c->serial, &left_s);

	put(e, n, &sel, c->shunt, 0, ORDER_ROUTED);
	if (failed != SHUNT_TRAP)
		put(e, n, &sel, failed, left_s, ORDER_FAILED);
}

/* A host pair that nobody routed has its shunt of pairs; and until the peer can
 * open what we send, the trap goes on holding it. */
static void
put_keyed(struct daemon *d, const struct keyed_traffic *k, struct entry *e, size_t *n)
{
	if ((selector_is_hosts(&k->sel) && !daemon_is_routed(d, k->conn))
	    || routed_settling(d->routed, k->conn))
		return;
	put(e, n, &k->sel, SHUNT_KEYED, 0, ORDER_KEYED);
}

static size_t
collect(struct daemon *d, struct entry *e)
{
	size_t n = 0;

	for (unsigned i = 0; i < d->conns.n; i++)
		if (d->conns.routed[i] && d->conns.c[i]->group == CONN_GROUP_NONE)
			put_routed(d, d->conns.c[i], e, &n);
	for (size_t i = 0; i < d->traffic.n; i++)
		put_keyed(d, &d->traffic.keyed[i], e, &n);
	for (size_t i = 0; i < d->kept.n_conns; i++)
		put(e, &n, &d->kept.conns[i], SHUNT_DROP, 0, ORDER_KEPT);
	qsort(e, n, sizeof(*e), compare);
	return n;
}

/* A plane with policies of its own must know what passes. */
void
daemon_push_bypass(struct daemon *d)
{
	struct selector *sel;
	size_t n = 0;
	int rc = -ENOMEM;

	if (d->kernel.ops->set_bypass == NULL)
		return;
	sel = calloc(d->conns.n + 1u, sizeof(*sel));
	for (unsigned i = 0; sel != NULL && i < d->conns.n; i++)
		if (d->conns.routed[i] && d->conns.c[i]->group == CONN_GROUP_NONE
		    && d->conns.c[i]->shunt == SHUNT_PASS)
			sel[n++] = conn_selector(d->conns.c[i]);
	if (sel != NULL)
		rc = d->kernel.ops->set_bypass(d->kernel.k, sel, n);
	free(sel);
	if (rc != 0)
		log_error(NULL, "not all connections that pass do so within wider ones: %s",
			  strerror(-rc));
}

int
daemon_push_conns(struct daemon *d, char *err, size_t errlen)
{
	size_t room = 2 * (size_t)d->conns.n + d->traffic.n + d->kept.n_conns + 1, n;
	struct entry *e;
	struct trap_selector *s;
	int rc = -ENOMEM;

	if (d->trap.ops == NULL)
		return 0;
	/* There groups and connections are one list, and what an earlier run left stands until
	 * it is known whole: a part of it would open the rest. */
	if (d->trap.ops->set_selectors == NULL)
		return d->groups_read ? daemon_push_groups(d, err, errlen) : 0;
	e = calloc(room, sizeof(*e));
	s = calloc(room, sizeof(*s));
	if (e != NULL && s != NULL) {
		n = collect(d, e);
		for (size_t i = 0; i < n; i++)
			s[i] = e[i].s;
		rc = d->trap.ops->set_selectors(d->trap.t, s, n, err, errlen);
	} else {
		snprintf(err, errlen, "no memory for the connections' selectors");
	}
	free(e);
	free(s);
	return rc;
}
