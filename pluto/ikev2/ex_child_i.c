/* CREATE_CHILD_SA for a Child SA as its initiator: new, or a rekey. */
#include <stdlib.h>
#include <string.h>

#include "pluto/ikev2/attempt.h"
#include "pluto/ikev2/auth.h"
#include "pluto/ikev2/child_offer.h"
#include "pluto/ikev2/create.h"
#include "pluto/ikev2/event.h"
#include "pluto/ikev2/rekey.h"
#include "pluto/ikev2/sa_init.h"
#include "pluto/ikev2/task.h"

static const struct connection *
conn_of(const struct ike_sa *sa)
{
	return sa->mine->task.conn != NULL ? sa->mine->task.conn : sa->conn;
}

static void
write_rekey(const struct child_sa *old, struct ike_build *b)
{
	uint8_t spi[4];
	struct wire_writer w = wire_writer(spi, sizeof(spi));

	wire_put_u32(&w, old->spi_in);
	ike_build_notify(b, old->chosen.protocol, SPAN_OF(spi), N_REKEY_SA, (struct span){ NULL, 0 });
}

static bool
build(struct ike_sa *sa, struct ike_build *b, const struct child_sa *old)
{
	struct negotiation *n = sa->mine;
	const struct connection *c = conn_of(sa);

	n->sel = old != NULL ? old->sel : child_limit(sa, c);
	n->transport = (old != NULL ? old->mode : c->mode) == MODE_TRANSPORT;
	n->ni = chunk_new(NONCE_LEN);
	if (n->ni.ptr == NULL)
		return false;
	engine_random(sa->e, n->ni.ptr, NONCE_LEN);
	if (old != NULL)
		write_rekey(old, b);
	if (!child_write_sa(sa, n, b, n->ke != NULL))
		return false;
	ike_build_payload(b, P_NONCE, chunk_span(n->ni));
	if (n->ke != NULL)
		ike_build_ke(b, n->group, ke_public(n->ke));
	child_write_ts(n, b, true);
	return true;
}

/* What C replaced is still there: our answer that made C may not have arrived. */
static bool
is_unread(const struct child_sa *c)
{
	for (const struct child_sa *o = c->ike->children; o != NULL; o = o->next)
		if (o->state == CHILD_REKEYED && o->successor == c->serial)
			return true;
	return false;
}

bool
child_begin(struct ike_sa *sa)
{
	struct negotiation *n = sa->mine;
	struct child_sa *old = child_sa_find(sa->e, n->task.child);
	uint16_t group = n->task.group != 0 ? n->task.group : child_first_group(sa, conn_of(sa));
	uint8_t room[CREATE_ROOM];
	struct ike_build b = ike_build_inner(room, sizeof(room));

	if (n->task.kind == TASK_CHILD_REKEY && (old == NULL || old->state != CHILD_UP))
		return false;	/* gone, or replaced, meanwhile */
	if (group != 0 && n->ke == NULL)
		return create_with_pair(sa, group);
	if (!build(sa, &b, old) || !create_send(sa, EX_CREATE_CHILD_SA, &b))
		return false;
	n->made_before = sa->e->last_serial;
	if (old != NULL) {
		n->unread = is_unread(old);
		old->state = CHILD_REKEYING;
	}
	ike_line(sa, 0, "ike", "> CREATE_CHILD_SA %s", old != NULL ? "to rekey" : "for a Child SA");
	return true;
}

/* Ours replaced it as well as the peer's: RFC 7296 2.8.1. OLD may be gone. */
static void
settle(struct ike_sa *sa, struct child_sa *new, struct child_sa *old)
{
	const struct negotiation *n = sa->mine;
	struct child_sa *peers = child_sa_find(sa->e, n->peers_rekey);
	uint8_t low[256];
	uint16_t len = collide_lowest(chunk_span(n->ni), chunk_span(n->nr), low);

	if (peers == NULL || span_cmp(span_of(low, len), span_of(n->low_nonce, n->low_nonce_len)) > 0) {
		if (child_sa_start(new, 0, peers != NULL ? peers->serial : n->task.child) == 0
		    && old != NULL)
			rekey_delete_child(old);
		return;
	}
	/* Our exchange holds the lowest nonce: what it made is ours to delete. */
	new->told_gone = true;
	if (old != NULL)
		old->state = CHILD_REKEYED;
	rekey_delete_child(new);
}

/* Those that were there when we asked; what the peer made meanwhile is sorted
 * out later, by one side only. */
static void
delete_older(struct child_sa *c, uint64_t before)
{
	struct child_sa *next;

	for (struct child_sa *o = c->ike->children; o != NULL; o = next) {
		next = o->next;
		if (o == c || o->state != CHILD_UP || o->conn->oe != c->conn->oe
		    || !ts_eq(&o->sel.local, &c->sel.local)
		    || !ts_eq(&o->sel.remote, &c->sel.remote))
			continue;
		if (o->serial <= before)
			rekey_delete_child(o);
		else
			auth_settle_later(c->ike);
	}
}

static void
made(struct ike_sa *sa)
{
	struct child_sa *c = sa->children;
	struct child_sa *old = child_sa_find(sa->e, sa->mine->task.child);
	enum task_kind kind = sa->mine->task.kind;
	uint64_t owner = sa->mine->task.owner;
	int err = 0;

	if (kind == TASK_CHILD_REKEY && sa->mine->peers_rekey != 0) {
		settle(sa, c, old);
	} else {
		err = child_sa_start(c, owner, old != NULL ? old->serial : 0);
		if (err == 0 && old != NULL)
			rekey_delete_child(old);
		else if (err == 0)
			delete_older(c, sa->mine->made_before);
	}
	if (sa->state == IKE_GONE)
		return;
	task_done(sa);
	if (err != 0) {
		attempt_lost(sa->e, owner, IKE_FAIL_KERNEL, 0, NULL);
		ike_sa_close(sa, 0);
	}
}

static void
failed_here(struct ike_sa *sa)
{
	uint64_t owner = sa->mine->task.owner;

	sa->mine->task.owner = 0;
	task_done(sa);
	attempt_lost(sa->e, owner, IKE_FAIL_KERNEL, 0, NULL);
	ike_sa_close(sa, 0);
}

static enum step_result
finish(struct step *s)
{
	struct negotiation *n = s->sa->mine;

	if (s->job != NULL) {
		n->shared = s->job->shared;
		s->job->shared = (struct secret){ 0 };
	}
	s->then = child_sa_make(s->sa, n, true, chunk_span(n->ni), chunk_span(n->nr)) != NULL
		? made : failed_here;
	return STEP_DONE;
}

static enum step_result
begin_shared(struct step *s)
{
	struct negotiation *n = s->sa->mine;
	const struct payload *p = payload_find(&s->in, P_KE);
	struct parse_error err;
	struct ke_body ke;
	struct job *j;

	if (p == NULL || n->ke == NULL || !ke_read(p->body, &ke, &err)
	    || ke.group != n->chosen.ke || ke.group != n->group)
		return STEP_IGNORE;
	j = job_new(s->sa, 1, NULL);
	if (j == NULL || (j->peer_value = chunk_copy(ke.value)).ptr == NULL) {
		job_free(j);
		return STEP_IGNORE;
	}
	j->ke = n->ke;
	n->ke = NULL;
	return job_submit_ke(j) == 0 ? STEP_WAIT : STEP_IGNORE;
}

/* What the peer made cannot be used here: it goes with the whole IKE SA. */
static enum step_result
useless(struct step *s)
{
	ike_step_complain(s->e, &s->remote, s->sa, "CREATE_CHILD_SA response", "not what was asked for");
	s->then = failed_here;
	return STEP_DONE;
}

enum step_result
child_response(struct step *s)
{
	struct negotiation *n = s->sa->mine;
	struct parse_error err;
	struct span nr;

	if (n == NULL || (n->task.kind != TASK_CHILD_NEW && n->task.kind != TASK_CHILD_REKEY)) {
		s->then = task_done;
		return STEP_DONE;
	}
	if (s->job != NULL)
		return s->job->ok ? finish(s) : useless(s);
	if (!nonce_read(payload_find(&s->in, P_NONCE)->body, &nr, &err)
	    || child_read_choice(s->sa, n, &s->in, n->ke != NULL) != 0)
		return useless(s);
	chunk_free(&n->nr);
	n->nr = chunk_copy(nr);
	return n->chosen.ke != 0 ? begin_shared(s) : finish(s);
}
