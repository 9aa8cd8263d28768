/* A Child SA's life: keys made, installed, replaced, deleted. */
#include "pluto/ikev2/child_sa.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pluto/ikev2/attempt.h"
#include "pluto/ikev2/event.h"
#include "pluto/ikev2/rekey.h"

enum { OPEN_LATE_MS = 1000 };

static bool
same_serial(const void *item, const void *key)
{
	const struct child_sa *c = item;

	return c->serial == *(const uint64_t *)key;
}

static bool
same_item(const void *item, const void *key)
{
	return item == key;
}

struct child_sa *
child_sa_find(struct ike_engine *e, uint64_t serial)
{
	return table_find(&e->child_serial, number_hash(serial), same_serial, &serial);
}

struct child_sa *
child_sa_by_out(struct ike_sa *sa, uint32_t spi_out)
{
	for (struct child_sa *c = sa->children; c != NULL; c = c->next)
		if (c->spi_out == spi_out)
			return c;
	return NULL;
}

static uint32_t
spi_of(const struct chosen *c)
{
	return (uint32_t)c->spi[0] << 24 | (uint32_t)c->spi[1] << 16
		| (uint32_t)c->spi[2] << 8 | c->spi[3];
}

static bool
enter_tables(struct child_sa *c)
{
	struct ike_engine *e = c->ike->e;

	if (table_insert(&e->child_serial, number_hash(c->serial), c) != 0
	    || table_insert(&e->child_spi_in, number_hash(c->spi_in), c) != 0
	    || table_insert(&e->child_spi_out, number_hash(c->spi_out), c) != 0)
		return false;
	return pair_index_add(&e->child_pairs, &c->by_pair, c, &c->sel.local.addr_lo,
			      &c->sel.remote.addr_lo) == 0;
}

static void
leave_tables(struct child_sa *c)
{
	struct ike_engine *e = c->ike->e;

	table_remove(&e->child_serial, number_hash(c->serial), same_item, c);
	table_remove(&e->child_spi_in, number_hash(c->spi_in), same_item, c);
	table_remove(&e->child_spi_out, number_hash(c->spi_out), same_item, c);
	pair_index_remove(&e->child_pairs, &c->by_pair);
}

static struct child_sa *
from_negotiation(struct ike_sa *sa, struct negotiation *n, bool initiator)
{
	struct child_sa *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	*c = (struct child_sa){ .ike = sa, .serial = engine_new_serial(sa->e),
		.conn = connection_ref(n->task.conn != NULL ? n->task.conn : sa->conn),
		.mode = n->transport ? MODE_TRANSPORT : MODE_TUNNEL, .sel = n->sel,
		.spi_in = n->spi_in, .spi_out = spi_of(&n->chosen), .local = sa->local,
		.cpi_in = n->chosen.cpi != 0 ? n->cpi_in : 0, .remote = sa->remote,
		.encap = sa->encap && n->chosen.protocol != PROTO_AH, .initiator = initiator,
		.chosen = n->chosen, .ke = n->chosen.ke };
	c->reqid = (uint32_t)c->serial;
	return c;
}

static int
derive(struct child_sa *c, const struct negotiation *n, struct span ni, struct span nr,
       struct child_keymat *out)
{
	const struct child_keymat_in in = { .prf = c->ike->chosen.prf, .encr = n->chosen.encr,
		.encr_bits = n->chosen.encr_bits, .integ = n->chosen.integ,
		.sk_d = secret_span(&c->ike->keys.sk_d), .shared = secret_span(&n->shared),
		.ni = ni, .nr = nr };

	return child_keymat_derive(&in, out);
}

struct child_sa *
child_sa_make(struct ike_sa *sa, struct negotiation *n, bool initiator, struct span ni,
	      struct span nr)
{
	struct child_keymat k = { 0 };
	struct child_sa *c = from_negotiation(sa, n, initiator);

	if (c == NULL)
		return NULL;
	if (derive(c, n, ni, nr, &k) != 0 || child_sa_open_in(c, &k) != 0)
		goto fail;
	n->spi_in = 0;
	if (c->cpi_in != 0)
		n->cpi_in = 0;
	if (!enter_tables(c)) {
		leave_tables(c);
		goto fail;
	}
	c->next = sa->children;
	sa->children = c;
	sa->e->stats.child_now++;
	child_keymat_free(&k);
	return c;
fail:
	child_keymat_free(&k);
	child_sa_close(c);
	child_sa_free(c);
	return NULL;
}

static void
tell_lines(struct child_sa *c)
{
	struct addr_buf l, r;
	char esp[96];

	ike_line(c->ike, 0, "child", "%s %s <-> %s %s spi out %08x in %08x",
		 c->mode == MODE_TUNNEL ? "tunnel" : "transport", ts_text(&c->sel.local, &l),
		 ts_text(&c->sel.remote, &r), child_sa_proposal(c, esp), c->spi_out, c->spi_in);
	ike_line(c->ike, 0, "kernel", "%s: SA pair installed", c->ike->e->kernel.ops->name);
}

static void
replace(struct child_sa *c, uint64_t old)
{
	struct child_sa *o = child_sa_find(c->ike->e, old);

	if (o == NULL)
		return;
	o->successor = c->serial;
	o->told_gone = true;
	c->reqid = o->reqid;
}

static void
begin(struct child_sa *c, uint64_t owner, uint64_t old)
{
	struct ike_engine *e = c->ike->e;
	struct child_sa *o = child_sa_find(e, old);
	struct attempt *a = owner != 0 ? attempt_find(e, owner) : NULL;

	c->up_ms = engine_now(e);
	rekey_schedule_child(c);
	e->stats.child_up++;
	tell_lines(c);
	if (o != NULL && !o->told_gone) {
		replace(c, old);
		event_child(c, IKE_EV_CHILD_REKEYED, 0, old, NULL);
	} else {
		event_child(c, IKE_EV_CHILD_UP, a != NULL ? owner : 0, 0, NULL);
	}
	a = owner != 0 ? attempt_find(e, owner) : NULL;
	if (a != NULL)
		attempt_end(a);
}

int
child_sa_start(struct child_sa *c, uint64_t owner, uint64_t old)
{
	int err = child_sa_open_out(c);

	if (err == 0)
		begin(c, owner, old);
	return err;
}

static void
open_late(struct child_sa *c)
{
	timer_stop(c->ike->e, &c->open);
	if (child_sa_open_out(c) != 0)
		rekey_delete_child(c);
}

static void
open_fires(struct ike_engine *e, struct timer *t)
{
	(void)e;
	open_late(HEAP_OWNER(&t->node, struct child_sa, open.node));
}

int
child_sa_take_over(struct child_sa *c, uint64_t old)
{
	const struct child_sa *o = child_sa_find(c->ike->e, old);

	if (o == NULL || o->told_gone)
		return child_sa_start(c, 0, old);
	c->open.fire = open_fires;
	timer_set(c->ike->e, &c->open, engine_now(c->ike->e) + OPEN_LATE_MS);
	begin(c, 0, old);
	return 0;
}

/* Before the old one goes, so that there is always one. */
static void
open_heir(const struct child_sa *old)
{
	struct child_sa *heir = child_sa_find(old->ike->e, old->successor);

	if (heir != NULL && heir->ike->state == IKE_ESTABLISHED && !heir->out_installed)
		open_late(heir);
}

struct child_sa *
child_sa_twin(const struct child_sa *c)
{
	struct pair_link *l = pair_index_first(&c->ike->e->child_pairs, &c->sel.local.addr_lo,
					       &c->sel.remote.addr_lo);

	for (; l != NULL; l = l->next) {
		struct child_sa *t = l->item;

		if (t != c && t->state != CHILD_DELETING && !t->told_gone && t->up_ms != 0
		    && ts_eq(&t->sel.local, &c->sel.local) && ts_eq(&t->sel.remote, &c->sel.remote))
			return t;
	}
	return NULL;
}

void
child_sa_tell_gone(struct child_sa *c, const char *why)
{
	struct child_sa *t;

	if (c->told_gone || c->up_ms == 0)
		return;
	c->told_gone = true;
	t = child_sa_twin(c);
	if (t != NULL)
		event_child(t, IKE_EV_CHILD_REKEYED, 0, c->serial, why);
	else
		event_child(c, IKE_EV_CHILD_DOWN, 0, 0, why);
}

static void
unlink_child(struct child_sa *c)
{
	struct child_sa **at = &c->ike->children;

	while (*at != NULL && *at != c)
		at = &(*at)->next;
	if (*at != NULL)
		*at = c->next;
}

void
child_sa_kill(struct child_sa *c, const char *why)
{
	struct ike_engine *e = c->ike->e;

	open_heir(c);
	timer_stop(e, &c->rekey);
	timer_stop(e, &c->life);
	timer_stop(e, &c->open);
	unlink_child(c);
	leave_tables(c);
	c->next = e->dead_children;
	e->dead_children = c;
	e->stats.child_now--;
	child_sa_close(c);
	child_sa_tell_gone(c, why);
}

void
child_sa_free(struct child_sa *c)
{
	secret_free(&c->encr_out);
	secret_free(&c->integ_out);
	connection_unref(c->conn);
	free(c);
}

const char *
child_sa_proposal(const struct child_sa *c, char out[96])
{
	return chosen_text(&c->chosen, out, 96);
}

const char *
child_sa_state_name(enum child_sa_state s)
{
	switch (s) {
	case CHILD_UP: return "CHILD_UP";
	case CHILD_REKEYING: return "CHILD_REKEYING";
	case CHILD_REKEYED: return "CHILD_REKEYED";
	case CHILD_DELETING: return "CHILD_DELETING";
	case CHILD_N_STATES: break;
	}
	return "CHILD_UNKNOWN";
}
