/* An IKE SA's life: made, found by our own SPI, up, down, freed. */
#include "pluto/ikev2/ike_sa.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pluto/ikev2/attempt.h"
#include "pluto/ikev2/create.h"
#include "pluto/ikev2/event.h"
#include "pluto/ikev2/half_open.h"
#include "pluto/ikev2/ike_step.h"
#include "pluto/ikev2/keepalive.h"
#include "pluto/ikev2/rekey.h"
#include "pluto/ikev2/task.h"

enum { CLOSE_MS = 10000 };

const uint8_t *
ike_sa_own_spi(const struct ike_sa *sa)
{
	return sa->role == SA_INITIATOR ? sa->spi_i : sa->spi_r;
}

static bool
same_own_spi(const void *item, const void *key)
{
	return memcmp(ike_sa_own_spi(item), key, 8) == 0;
}

static bool
same_serial(const void *item, const void *key)
{
	const struct ike_sa *sa = item;

	return sa->serial == *(const uint64_t *)key;
}

struct ike_sa *
ike_sa_find(struct ike_engine *e, uint64_t serial)
{
	return table_find(&e->by_serial, number_hash(serial), same_serial, &serial);
}

struct ike_sa *
ike_sa_by_spi(struct ike_engine *e, const uint8_t own[8])
{
	return table_find(&e->by_spi, addr_hash(span_of(own, 8)), same_own_spi, own);
}

/* Keys that DNS gave for this attempt bind it to SAs made with one of them. */
static bool
key_fits(const struct ike_sa *sa, const struct connection *conn)
{
	if (conn->n_keys == 0)
		return true;
	for (unsigned i = 0; i < conn->n_keys; i++)
		if (sa->peer_key.kind != PUBKEY_NONE && pubkey_eq(&sa->peer_key, &conn->keys[i]))
			return true;
	return false;
}

bool
ike_sa_same_policy(const struct ike_sa *sa, const struct connection *conn)
{
	const struct connection *own = sa->conn;

	if (own == NULL || (own->remote.auth == CONN_AUTH_NULL) != (conn->remote.auth == CONN_AUTH_NULL))
		return false;
	if (own->oe || conn->oe)
		return own->oe && conn->oe && key_fits(sa, conn);
	return own->serial == conn->serial || (own->from != 0 && own->from == conn->from)
		|| own->from == conn->serial || conn->from == own->serial;
}

struct ike_sa *
ike_sa_for(struct ike_engine *e, const struct connection *conn)
{
	struct pair_link *l = pair_index_first(&e->ike_pairs, &conn->local.host.addr,
					       &conn->remote.host.addr);

	for (; l != NULL; l = l->next) {
		struct ike_sa *sa = l->item;

		if (sa->state == IKE_ESTABLISHED && ike_sa_same_policy(sa, conn))
			return sa;
	}
	return NULL;
}

void
ike_sa_set_conn(struct ike_sa *sa, struct connection *conn)
{
	connection_ref(conn);
	connection_unref(sa->conn);
	sa->conn = conn;
}

static bool
enter_tables(struct ike_sa *sa)
{
	struct ike_engine *e = sa->e;

	if (table_insert(&e->by_serial, number_hash(sa->serial), sa) != 0)
		return false;
	if (table_insert(&e->by_spi, addr_hash(span_of(ike_sa_own_spi(sa), 8)), sa) != 0) {
		table_remove(&e->by_serial, number_hash(sa->serial), same_serial, &sa->serial);
		return false;
	}
	sa->in_tables = true;
	if (pair_index_add(&e->ike_pairs, &sa->by_pair, sa, &sa->local.addr, &sa->remote.addr) != 0)
		return false;
	return true;
}

static void
leave_tables(struct ike_sa *sa)
{
	struct ike_engine *e = sa->e;

	pair_index_remove(&e->ike_pairs, &sa->by_pair);
	if (!sa->in_tables)
		return;
	table_remove(&e->by_spi, addr_hash(span_of(ike_sa_own_spi(sa), 8)), same_own_spi,
		     ike_sa_own_spi(sa));
	table_remove(&e->by_serial, number_hash(sa->serial), same_serial, &sa->serial);
	sa->in_tables = false;
}

static void
fresh_spi(struct ike_sa *sa)
{
	uint8_t *own = sa->role == SA_INITIATOR ? sa->spi_i : sa->spi_r;

	do {
		engine_random(sa->e, own, 8);
		own[0] |= 1;	/* never zero */
	} while (ike_sa_by_spi(sa->e, own) != NULL);
}

struct ike_sa *
ike_sa_new(struct ike_engine *e, enum sa_role role, const uint8_t *spi_i,
	   struct connection *conn, const struct endpoint *local, const struct endpoint *remote)
{
	struct ike_sa *sa;

	if (table_count(&e->by_serial) >= e->cfg.max_sas)
		return NULL;
	sa = calloc(1, sizeof(*sa));
	if (sa == NULL)
		return NULL;
	*sa = (struct ike_sa){ .e = e, .role = role, .local = *local, .remote = *remote,
		.serial = engine_new_serial(e), .created_ms = engine_now(e),
		.conn = connection_ref(conn), .hs = calloc(1, sizeof(*sa->hs)) };
	if (spi_i != NULL)
		memcpy(sa->spi_i, spi_i, 8);
	fresh_spi(sa);
	if (sa->hs == NULL || !enter_tables(sa)) {
		leave_tables(sa);
		ike_sa_free(sa);
		return NULL;
	}
	if (role == SA_RESPONDER && spi_i != NULL)
		half_open_enter(sa);
	e->stats.ike_now++;
	return sa;
}

int
ike_sa_make_sealers(struct ike_sa *sa)
{
	const struct ike_keymat *k = &sa->keys;
	const struct chosen *c = &sa->chosen;
	bool i = sa->role == SA_INITIATOR;

	sa->seal = sealer_new(c->encr, c->encr_bits, c->integ,
			      secret_span(i ? &k->sk_ei : &k->sk_er),
			      secret_span(i ? &k->sk_ai : &k->sk_ar));
	sa->open = sealer_new(c->encr, c->encr_bits, c->integ,
			      secret_span(i ? &k->sk_er : &k->sk_ei),
			      secret_span(i ? &k->sk_ar : &k->sk_ai));
	return sa->seal != NULL && sa->open != NULL ? 0 : -ENOMEM;
}

void
ike_sa_up(struct ike_sa *sa)
{
	half_open_leave(sa);
	timer_stop(sa->e, &sa->life);
	handshake_free(sa->e, sa->hs);
	sa->hs = NULL;
	sa->up_ms = engine_now(sa->e);
	sa->up_order = ++sa->e->last_up;
	sa->heard_ms = sa->up_ms;
	rekey_schedule_ike(sa);
	keepalive_schedule(sa);
}

/* Whoever waits for this SA is told, or starts again. */
static void
lose_attempts(struct ike_sa *sa, enum ike_failure why, uint16_t notify)
{
	struct ike_engine *e = sa->e;
	const char *text = sa->hs != NULL && sa->hs->why[0] != '\0' ? sa->hs->why : NULL;
	uint64_t owner;
	struct task *t;

	if (sa->hs != NULL && (owner = sa->hs->owner) != 0) {
		sa->hs->owner = 0;
		attempt_lost(e, owner, why, notify, text);
	}
	if (sa->mine != NULL && (owner = sa->mine->task.owner) != 0) {
		sa->mine->task.owner = 0;
		attempt_lost(e, owner, why, notify, NULL);
	}
	while ((t = task_take_any(sa)) != NULL) {
		owner = t->owner;
		task_free(t);
		if (owner != 0)
			attempt_lost(e, owner, why, notify, NULL);
	}
}

static void
stop_timers(struct ike_sa *sa)
{
	timer_stop(sa->e, &sa->life);
	timer_stop(sa->e, &sa->rekey);
	timer_stop(sa->e, &sa->dpd);
	timer_stop(sa->e, &sa->again);
	timer_stop(sa->e, &sa->twin);
	timer_stop(sa->e, &sa->keepalive);
	timer_stop(sa->e, &sa->idle);
}

void
ike_sa_kill(struct ike_sa *sa, enum ike_failure why, uint16_t notify)
{
	if (sa->state == IKE_GONE)
		return;
	ike_step_become(sa, IKE_GONE);
	stop_timers(sa);
	timer_stop(sa->e, &sa->ours.timer);
	half_open_leave(sa);
	leave_tables(sa);
	sa->e->stats.ike_now--;
	sa->next_dead = sa->e->dead;
	sa->e->dead = sa;
	ike_rekey_drop_heirs(sa);
	while (sa->children != NULL) {
		if (why == IKE_FAIL_SILENT)
			sa->children->ends = why;
		child_sa_kill(sa->children, why == IKE_FAIL_SILENT ? "the peer is silent"
			      : "its IKE SA is gone");
	}
	event_ike_down(sa);
	lose_attempts(sa, why, notify);
}

static void
close_late(struct ike_engine *e, struct timer *t)
{
	(void)e;
	ike_sa_kill(HEAP_OWNER(&t->node, struct ike_sa, life.node), IKE_FAIL_CANCELLED, 0);
}

void
ike_sa_close(struct ike_sa *sa, uint16_t notify)
{
	struct task bye = { .kind = TASK_IKE_DELETE, .notify = notify };

	if (sa->state == IKE_GONE || sa->state == IKE_DELETING)
		return;
	if (sa->heir && sa->state == IKE_NEW) {
		sa->unwanted = true;	/* it has no keys to say so by, yet */
		return;
	}
	if (sa->seal == NULL || (sa->hs != NULL && sa->role == SA_RESPONDER)) {
		ike_sa_kill(sa, IKE_FAIL_CANCELLED, notify);
		return;
	}
	ike_step_become(sa, IKE_DELETING);
	stop_timers(sa);
	ike_rekey_drop_heirs(sa);
	while (sa->children != NULL)
		child_sa_kill(sa->children, "we closed its IKE SA");
	event_ike_down(sa);
	lose_attempts(sa, IKE_FAIL_CANCELLED, notify);
	if (sa->mine != NULL && sa->state == IKE_DELETING && !ike_rekey_awaits_heir(sa))
		negotiation_clear(sa->e, sa->mine);
	sa->life.fire = close_late;
	timer_set(sa->e, &sa->life, engine_now(sa->e) + CLOSE_MS);
	task_add(sa, &bye);
	task_run(sa);
}

void
ike_sa_inherit(struct ike_sa *from, struct ike_sa *heir)
{
	while (from->children != NULL) {
		struct child_sa *c = from->children;

		from->children = c->next;
		c->next = heir->children;
		heir->children = c;
		c->ike = heir;
	}
}

const char *
ike_sa_state_name(enum ike_sa_state s)
{
	switch (s) {
	case IKE_NEW: return "IKE_NEW";
	case IKE_SA_INIT_SENT: return "IKE_SA_INIT_SENT";
	case IKE_SA_INIT_ANSWERED: return "IKE_SA_INIT_ANSWERED";
	case IKE_AUTH_SENT: return "IKE_AUTH_SENT";
	case IKE_AUTH_KEY_WAIT: return "IKE_AUTH_KEY_WAIT";
	case IKE_ESTABLISHED: return "IKE_ESTABLISHED";
	case IKE_REKEYED: return "IKE_REKEYED";
	case IKE_DELETING: return "IKE_DELETING";
	case IKE_GONE: return "IKE_GONE";
	case IKE_N_STATES: break;
	}
	return "IKE_UNKNOWN";
}

bool
ike_sa_encap_forced(const struct ike_sa *sa)
{
	return sa->e->cfg.encap_always || (sa->conn != NULL && sa->conn->force_encaps);
}
