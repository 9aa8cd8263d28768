/* What others may ask of the engine: begin, give up, delete, rekey, end. */
#include <stdlib.h>

#include "pluto/ikev2/attempt.h"
#include "pluto/ikev2/event.h"
#include "pluto/ikev2/ike_step.h"
#include "pluto/ikev2/rekey.h"
#include "pluto/ikev2/step_in.h"
#include "pluto/ikev2/task.h"
#include "pluto/ikev2/verify.h"

/* On an IKE SA that is up: one more Child SA. */
static bool
join(struct ike_sa *sa, struct attempt *a, struct connection *c, uint64_t owner)
{
	const struct task t = { .kind = TASK_CHILD_NEW, .conn = c, .owner = owner };

	if (!task_add(sa, &t))
		return false;
	if (a != NULL) {
		a->ike = sa->serial;
		a->joined = true;
	}
	task_run(sa);
	return true;
}

static uint64_t
begin(struct ike_engine *e, struct connection *c, const struct flow *flow, uint64_t owner,
      struct attempt *a)
{
	struct ike_sa *sa = ike_sa_for(e, c);
	uint64_t serial;

	if (sa != NULL) {
		serial = sa->serial;
		if (join(sa, a, c, owner))
			return serial;
	}
	serial = attempt_begin_ike(e, c, flow, owner);
	a = owner != 0 ? attempt_find(e, owner) : NULL;
	if (a != NULL && serial != 0)
		a->ike = serial;
	return serial;
}

uint64_t
ike_initiate(struct ike_engine *e, struct connection *c, const struct flow *flow, uint64_t owner,
	     uint32_t timeout_ms)
{
	struct attempt *a = NULL;
	uint64_t serial = 0;

	engine_enter(e);
	if (owner != 0)
		a = attempt_new(e, c, owner, timeout_ms);
	if (owner == 0 || a != NULL)
		serial = begin(e, c, flow, owner, a);
	if (serial == 0 && (a = owner != 0 ? attempt_find(e, owner) : NULL) != NULL)
		attempt_fail(a, IKE_FAIL_INTERNAL, 0, NULL);
	else if (serial == 0)
		event_failed(e, owner, 0, c, IKE_FAIL_INTERNAL, 0, "too many negotiations at once");
	engine_leave(e);
	return serial;
}

void
ike_give_up(struct ike_engine *e, uint64_t owner)
{
	struct attempt *a;
	uint64_t ike;

	engine_enter(e);
	a = owner != 0 ? attempt_find(e, owner) : NULL;
	if (a != NULL) {
		ike = a->ike;
		attempt_end(a);
		attempt_detach(e, owner, ike);
	}
	engine_leave(e);
}

/* References to what the lookup found; the old ones go. */
static void
keep_keys(struct handshake *hs, const struct peer_keys *keys)
{
	for (unsigned i = 0; i < hs->found.n; i++)
		pubkey_free(&hs->found.keys[i]);
	hs->found = (struct peer_keys){ .source = keys->source, .why_none = keys->why_none,
		.unknown = keys->unknown, .may_be_anonymous = keys->may_be_anonymous };
	for (unsigned i = 0; i < keys->n && i < CONN_MAX_KEYS; i++)
		hs->found.keys[hs->found.n++] = pubkey_ref(&keys->keys[i]);
	hs->looked_up = true;
}

void
ike_keys_found(struct ike_engine *e, uint64_t lookup, const struct peer_keys *keys)
{
	struct ike_sa *sa;

	engine_enter(e);
	sa = ike_sa_find(e, lookup);
	if (sa != NULL && sa->hs == NULL && sa->verify != VERIFY_NOT)
		verify_answer(sa, keys);
	else if (sa != NULL && sa->hs != NULL && !sa->hs->looked_up
	    && (sa->state == IKE_AUTH_KEY_WAIT || sa->state == IKE_AUTH_SENT)) {
		keep_keys(sa->hs, keys);
		ike_step_resume(sa, sa->state == IKE_AUTH_KEY_WAIT ? 0 : 1, NULL);
	}
	engine_leave(e);
}

bool
ike_delete_serial(struct ike_engine *e, uint64_t serial)
{
	struct ike_sa *sa;
	struct child_sa *c;
	bool found;

	engine_enter(e);
	sa = ike_sa_find(e, serial);
	c = child_sa_find(e, serial);
	found = sa != NULL || (c != NULL && rekey_delete_child(c));
	if (sa != NULL)
		ike_sa_close(sa, 0);
	engine_leave(e);
	return found;
}

size_t
engine_serials(struct ike_engine *e, uint64_t conn_serial, uint64_t **out)
{
	size_t n = 0, at = 0;
	struct ike_sa *sa;

	*out = calloc(table_count(&e->by_serial) + 1, sizeof(**out));
	while (*out != NULL && (sa = table_next(&e->by_serial, &at)) != NULL)
		if (conn_serial == 0 || (sa->conn != NULL && (sa->conn->serial == conn_serial
							      || sa->conn->from == conn_serial)))
			(*out)[n++] = sa->serial;
	return n;
}

static unsigned
close_all(struct ike_engine *e, uint64_t conn_serial)
{
	uint64_t *list;
	size_t n = engine_serials(e, conn_serial, &list);

	for (size_t i = 0; i < n; i++) {
		struct ike_sa *sa = ike_sa_find(e, list[i]);

		if (sa != NULL)
			ike_sa_close(sa, 0);
	}
	free(list);
	return (unsigned)n;
}

unsigned
ike_delete_conn(struct ike_engine *e, uint64_t conn_serial)
{
	unsigned n;

	engine_enter(e);
	if (conn_serial != 0)
		attempt_forget_conn(e, conn_serial);
	n = conn_serial != 0 ? close_all(e, conn_serial) : 0;
	engine_leave(e);
	return n;
}

static bool
is_unwanted(const struct ike_sa *sa, ike_keep_fn *keep, void *ctx)
{
	if (sa == NULL || !sa->anonymous || !sa->conn->oe || sa->state != IKE_ESTABLISHED)
		return false;
	for (const struct child_sa *c = sa->children; c != NULL; c = c->next)
		if (!keep(ctx, &c->sel))
			return true;
	return false;
}

unsigned
ike_close_anonymous(struct ike_engine *e, ike_keep_fn *keep, void *ctx)
{
	unsigned closed = 0;
	uint64_t *list;
	size_t n;

	engine_enter(e);
	n = engine_serials(e, 0, &list);
	for (size_t i = 0; i < n; i++) {
		struct ike_sa *sa = ike_sa_find(e, list[i]);

		if (!is_unwanted(sa, keep, ctx))
			continue;
		ike_sa_close(sa, 0);
		closed++;
	}
	free(list);
	engine_leave(e);
	return closed;
}

bool
ike_rekey(struct ike_engine *e, uint64_t serial)
{
	struct ike_sa *sa;
	struct child_sa *c;
	bool found;

	engine_enter(e);
	sa = ike_sa_find(e, serial);
	c = child_sa_find(e, serial);
	found = sa != NULL ? rekey_ike_now(sa) : c != NULL && rekey_child_now(c);
	engine_leave(e);
	return found;
}

bool
ike_liveness(struct ike_engine *e, uint64_t ike_serial)
{
	struct ike_sa *sa;
	bool found;

	engine_enter(e);
	sa = ike_sa_find(e, ike_serial);
	found = sa != NULL && rekey_liveness_now(sa);
	engine_leave(e);
	return found;
}

static bool
any_item(const void *item, const void *key)
{
	(void)item;
	(void)key;
	return true;
}

void
ike_doubt(struct ike_engine *e, const struct ip_addr *local, const struct ip_addr *remote)
{
	struct pair_link *l;

	engine_enter(e);
	for (l = pair_index_first(&e->ike_pairs, local, remote); l != NULL; l = l->next)
		rekey_hint(l->item);
	engine_leave(e);
}

void
ike_soft_expired(struct ike_engine *e, uint32_t spi)
{
	struct child_sa *c;

	engine_enter(e);
	c = table_find(&e->child_spi_in, number_hash(spi), any_item, NULL);
	if (c == NULL)
		c = table_find(&e->child_spi_out, number_hash(spi), any_item, NULL);
	if (c != NULL)
		rekey_child_now(c);
	engine_leave(e);
}

void
ike_peer_moved(struct ike_engine *e, uint32_t spi_in, const struct endpoint *remote)
{
	struct child_sa *c;

	engine_enter(e);
	c = table_find(&e->child_spi_in, number_hash(spi_in), any_item, NULL);
	if (c != NULL && c->encap)
		step_in_follow(c->ike, &c->ike->local, remote);
	engine_leave(e);
}

struct out_key {
	uint32_t spi;
	const struct ip_addr *remote;
};

static bool
is_out(const void *item, const void *key)
{
	const struct child_sa *c = item;
	const struct out_key *k = key;

	return c->spi_out == k->spi && ip_addr_eq(&c->remote.addr, k->remote);
}

/* One that is being replaced or deleted already goes its way. */
void
ike_hard_expired(struct ike_engine *e, enum sa_direction dir, uint32_t spi,
		 const struct ip_addr *remote)
{
	const struct out_key k = { spi, remote };
	struct child_sa *c;

	engine_enter(e);
	c = dir == SA_IN ? table_find(&e->child_spi_in, number_hash(spi), any_item, NULL)
			 : table_find(&e->child_spi_out, number_hash(spi), is_out, &k);
	if (c != NULL && c->state == CHILD_UP && !rekey_child_now(c))
		child_sa_kill(c, "the kernel ended it at its hard limit");
	engine_leave(e);
}

void
ike_shutdown(struct ike_engine *e)
{
	uint64_t *list;
	size_t n;

	engine_enter(e);
	close_all(e, 0);
	n = engine_serials(e, 0, &list);
	for (size_t i = 0; i < n; i++) {
		struct ike_sa *sa = ike_sa_find(e, list[i]);

		if (sa != NULL)
			ike_sa_kill(sa, IKE_FAIL_CANCELLED, 0);
	}
	free(list);
	engine_leave(e);
}
