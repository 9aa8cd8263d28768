/* Several IKE SAs with one peer: which stays. After a restart the new one; after
 * both sides began at once, one that both can agree on (no RFC rule covers it). */
#include "pluto/ikev2/auth.h"
#include "pluto/ikev2/rekey.h"

#include <string.h>

enum {
	/* An SA older than this cannot be the other half of a simultaneous start;
	 * one that came up this long before another began is not either. */
	SIMULTANEOUS_MS = 10000, APART_MS = 5000,
	/* Who closes the others, and when: the initiator of the one that stays, as
	 * the peer certainly has that; should that not happen, one end after the
	 * other. */
	SETTLE_SURE_MS = 2000, SETTLE_FIRST_MS = 5000, SETTLE_SECOND_MS = 15000,
	/* Time between looks at what another kind of peer sends on: doubled each time. */
	LOOK_MS = 1000, LOOK_DOUBLINGS = 6
};

/* What a peer says that goes by the same rule, in a Vendor ID (RFC 7296 3.12): the
 * SHA-256, cut, of "of two IKE SAs begun at once the higher SPIi stays". */
static const uint8_t rule_id[16] = {
	0x18, 0x83, 0x61, 0xf2, 0xb1, 0xf0, 0x63, 0x65,
	0xf3, 0x4c, 0x46, 0x85, 0x73, 0x4e, 0x29, 0x87,
};

void
twin_rule_say(struct ike_build *b)
{
	ike_build_payload(b, P_V, SPAN_OF(rule_id));
}

void
twin_rule_hear(struct ike_sa *sa, const struct payload_list *in)
{
	for (unsigned i = 0; i < in->n; i++)
		if (in->p[i].type == P_V && span_eq(in->p[i].body, SPAN_OF(rule_id)))
			sa->twin_rule = true;
}

/* Each side began one, at the same time. */
static bool
began_at_once(const struct ike_sa *a, const struct ike_sa *b)
{
	uint64_t apart = a->up_ms > b->up_ms ? a->up_ms - b->up_ms : b->up_ms - a->up_ms;

	return a->role != b->role && apart <= SIMULTANEOUS_MS;
}

/* Anonymous ones are nobody's (RFC 7619 2.3): only halves of one start count as
 * the same peer. Else the same identity with the same proof, for the same kind of policy. */
static bool
same_peer(const struct ike_sa *a, const struct ike_sa *b)
{
	if (a == b || a->hs != NULL || a->state != IKE_ESTABLISHED || a->conn == NULL
	    || a->conn->oe != b->conn->oe || a->conn->remote.auth != b->conn->remote.auth
	    || a->peer_key.kind != b->peer_key.kind || !ident_eq(&a->id_remote, &b->id_remote)
	    || !ike_sa_same_policy(a, b->conn))
		return false;
	if (a->anonymous)
		return began_at_once(a, b);
	return a->peer_key.kind == PUBKEY_NONE || pubkey_eq(&a->peer_key, &b->peer_key);
}

static struct ike_sa *
next_twin(const struct ike_sa *sa, bool (*fits)(const struct ike_sa *, const struct ike_sa *))
{
	struct pair_link *l = pair_index_first(&sa->e->ike_pairs, &sa->local.addr, &sa->remote.addr);

	for (; l != NULL; l = l->next) {
		struct ike_sa *o = l->item;

		if (same_peer(o, sa) && fits(o, sa))
			return o;
	}
	return NULL;
}

static bool
long_before(const struct ike_sa *o, const struct ike_sa *sa)
{
	return o->up_ms + SIMULTANEOUS_MS < sa->up_ms;
}

/* INITIAL_CONTACT comes with IKE_AUTH, which comes after our answer to IKE_SA_INIT:
 * what was up here before that request is nothing that the peer still has. */
static bool
before_contact(const struct ike_sa *o, const struct ike_sa *sa)
{
	return o->up_ms < sa->created_ms;
}

/* Of two, the newer stays; of two that began at once, which the ends may see come
 * up in another order, the one with the higher SPI: both ends know that. */
static bool
goes(const struct ike_sa *o, const struct ike_sa *sa)
{
	if (o->up_ms + APART_MS < sa->created_ms)
		return true;
	if (sa->up_ms + APART_MS < o->created_ms)
		return false;
	return memcmp(o->spi_i, sa->spi_i, sizeof(o->spi_i)) < 0;
}

static bool
has_child_like(const struct ike_sa *sa, const struct child_sa *like)
{
	for (const struct child_sa *c = sa->children; c != NULL; c = c->next)
		if (ts_eq(&c->sel.local, &like->sel.local) && ts_eq(&c->sel.remote, &like->sel.remote))
			return true;
	return false;
}

/* Gateways have several IKE SAs, each for other hosts behind them: one goes only
 * when what is in it is in the other too. */
static bool
is_spare(const struct ike_sa *o, const struct ike_sa *other)
{
	for (const struct child_sa *c = o->children; c != NULL && o->conn->oe; c = c->next)
		if (!has_child_like(other, c))
			return false;
	return true;
}

static bool
replaced(const struct ike_sa *o, const struct ike_sa *sa)
{
	return long_before(o, sa) && is_spare(o, sa);
}

/* One of the two need not be. */
static bool
any(const struct ike_sa *o, const struct ike_sa *sa)
{
	return goes(o, sa) ? is_spare(o, sa) : is_spare(sa, o);
}

/* Packets that came in since the last look. */
static uint64_t
newly_in(struct ike_sa *sa)
{
	const struct kernel *k = &sa->e->kernel;
	uint64_t before = sa->twin_in;
	struct sa_counters n;

	sa->twin_in = 0;
	for (const struct child_sa *c = sa->children; c != NULL; c = c->next)
		if (c->in_installed && k->ops->counters(k->k, SA_IN, c->spi_in, &c->remote.addr, &n))
			sa->twin_in += n.packets;
	return sa->twin_in > before ? sa->twin_in - before : 0;
}

/* A peer with rules of its own shows what it keeps by what it sends on; the first
 * look may see packets of before it had both. NULL: not yet. */
static struct ike_sa *
not_used(struct ike_sa *o, struct ike_sa *sa)
{
	uint64_t on_o = newly_in(o), on_sa = newly_in(sa);

	if (sa->twin_looks++ == 0 || (on_o > 0) == (on_sa > 0))
		return NULL;
	return on_o > 0 ? sa : o;
}

static struct ike_sa *
loser(struct ike_sa *o, struct ike_sa *sa)
{
	if (began_at_once(o, sa) && !o->twin_rule && !sa->twin_rule)
		return not_used(o, sa);
	return goes(o, sa) ? o : sa;
}

/* Two Child SAs for the same traffic, when both sides made one more. */
static void
settle_children(struct ike_sa *sa)
{
	struct child_sa *next, *t;

	for (struct child_sa *c = sa->children; c != NULL; c = next) {
		next = c->next;
		t = c->state == CHILD_UP ? child_sa_twin(c) : NULL;
		if (t != NULL && t->ike == sa && t->state == CHILD_UP && t->serial > c->serial)
			rekey_delete_child(c);
	}
}

static uint64_t
look_again_ms(const struct ike_sa *sa)
{
	unsigned n = sa->twin_looks < LOOK_DOUBLINGS ? sa->twin_looks : LOOK_DOUBLINGS;

	return engine_now(sa->e) + ((uint64_t)LOOK_MS << n);
}

static void settle(struct ike_engine *e, struct timer *t);

/* SA may be one that no timer has looked at before: an heir. */
static void
settle_at(struct ike_sa *sa, uint64_t when_ms)
{
	sa->twin.fire = settle;
	timer_set(sa->e, &sa->twin, when_ms);
}

/* All but one are closed. */
static void
settle(struct ike_engine *e, struct timer *t)
{
	struct ike_sa *sa = HEAP_OWNER(&t->node, struct ike_sa, twin.node), *o, *out;

	(void)e;
	while (sa->state == IKE_ESTABLISHED && (o = next_twin(sa, any)) != NULL) {
		out = loser(o, sa);
		if (out == NULL) {
			settle_at(sa, look_again_ms(sa));
			return;
		}
		ike_sa_close(out, 0);
		sa = out == sa ? o : sa;
	}
	if (sa->state == IKE_ESTABLISHED)
		settle_children(sa);
}

static uint32_t
patience_ms(const struct ike_sa *sa)
{
	const struct ike_sa *o = next_twin(sa, any);

	if (o != NULL && (goes(o, sa) ? sa : o)->role == SA_INITIATOR)
		return SETTLE_SURE_MS;
	return ip_addr_cmp(&sa->local.addr, &sa->remote.addr) < 0 ? SETTLE_FIRST_MS
		: SETTLE_SECOND_MS;
}

void
auth_settle_later(struct ike_sa *sa)
{
	settle_at(sa, engine_now(sa->e) + patience_ms(sa));
}

/* The same peer with the same inside, at another address: it has moved from there. */
static struct ike_sa *
moved_from(const struct ike_sa *sa)
{
	for (const struct child_sa *c = sa->children; c != NULL; c = c->next) {
		struct pair_link *l = pair_index_first(&sa->e->child_pairs, &c->sel.local.addr_lo,
						       &c->sel.remote.addr_lo);

		for (; l != NULL; l = l->next) {
			const struct child_sa *o = l->item;

			if (same_peer(o->ike, sa) && before_contact(o->ike, sa)
			    && ts_eq(&o->sel.local, &c->sel.local)
			    && ts_eq(&o->sel.remote, &c->sel.remote))
				return o->ike;
		}
	}
	return NULL;
}

void
auth_replace_older(struct ike_sa *sa, bool initial_contact)
{
	struct ike_sa *o;

	/* RFC 7296 2.4: the peer has no memory of it, so no goodbye. */
	while (initial_contact && sa->state == IKE_ESTABLISHED
	       && (o = next_twin(sa, before_contact)) != NULL)
		ike_sa_kill(o, IKE_FAIL_CANCELLED, 0);
	while (initial_contact && sa->state == IKE_ESTABLISHED && (o = moved_from(sa)) != NULL)
		ike_sa_kill(o, IKE_FAIL_CANCELLED, 0);
	while (sa->state == IKE_ESTABLISHED && sa->role == SA_RESPONDER && sa->conn->oe
	       && (o = next_twin(sa, replaced)) != NULL)
		ike_sa_close(o, 0);
	if (sa->state == IKE_ESTABLISHED && next_twin(sa, any) != NULL)
		auth_settle_later(sa);
}
