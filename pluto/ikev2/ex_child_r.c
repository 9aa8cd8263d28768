/* CREATE_CHILD_SA for a Child SA as its responder: new, or a rekey; and what the
 * peer answers when it refuses ours. */
#include <string.h>

#include "pluto/ikev2/attempt.h"
#include "pluto/ikev2/child_offer.h"
#include "pluto/ikev2/create.h"
#include "pluto/ikev2/event.h"
#include "pluto/ikev2/rekey.h"
#include "pluto/ikev2/sa_init.h"
#include "pluto/ikev2/task.h"

enum { CHILDREN_MAX = 64 };

static unsigned
count_children(const struct ike_sa *sa)
{
	unsigned n = 0;

	for (const struct child_sa *c = sa->children; c != NULL; c = c->next)
		n++;
	return n;
}

/* The Child SA that a REKEY_SA notify means, by the sender's inbound SPI. */
static bool
find_rekeyed(struct step *s, struct child_sa **old)
{
	struct notify_body n;
	struct wire_reader r;
	uint32_t spi;

	*old = NULL;
	if (!notify_find(&s->in, N_REKEY_SA, &n))
		return true;
	r = wire_reader(n.spi);
	spi = wire_u32(&r, "SPI");
	*old = wire_done(&r) ? child_sa_by_out(s->sa, spi) : NULL;
	if (*old != NULL && (*old)->chosen.protocol != n.protocol)
		*old = NULL;
	s->notify_protocol = n.protocol == PROTO_AH ? PROTO_AH : PROTO_ESP;
	s->notify_spi = spi;
	return *old != NULL;
}

/* RFC 7296 2.25: what would collide is put off. 0, or the notify. */
static uint16_t
collision(struct step *s, struct child_sa **old)
{
	struct ike_sa *sa = s->sa;

	if (sa->state != IKE_ESTABLISHED
	    || (sa->mine != NULL && sa->mine->task.kind == TASK_IKE_REKEY && sa->ours.pending))
		return N_TEMPORARY_FAILURE;
	if (!find_rekeyed(s, old))
		return N_CHILD_SA_NOT_FOUND;
	s->notify_protocol = PROTO_NONE;
	if (*old != NULL && (*old)->state == CHILD_DELETING)
		return N_TEMPORARY_FAILURE;
	if (*old == NULL && count_children(sa) >= CHILDREN_MAX)
		return N_NO_ADDITIONAL_SAS;
	return 0;
}

static enum step_result
begin(struct step *s, struct child_sa *old)
{
	struct ike_sa *sa = s->sa;
	struct negotiation *n = create_yours(sa);
	struct selector limit;
	struct parse_error err;
	struct ke_body ke = { 0 };
	uint16_t why;

	enum ike_client may = IKE_CLIENT_YES;

	if (n == NULL)
		return STEP_IGNORE;
	n->task.child = old != NULL ? old->serial : 0;
	if (old != NULL)
		n->task.conn = connection_ref(old->conn);
	else
		may = child_conn_asked(sa, &s->in, &n->task.conn);
	if (may != IKE_CLIENT_YES)
		return may == IKE_CLIENT_LATER ? STEP_IGNORE : step_refuse(s, N_TS_UNACCEPTABLE);
	limit = old != NULL ? old->sel : child_limit(sa, n->task.conn);
	why = child_choose(sa, n, &s->in, &limit, true);
	if (why != 0)
		return step_refuse(s, why);
	if (n->chosen.ke == 0)
		return STEP_DONE;
	if (!ke_read(payload_find(&s->in, P_KE)->body, &ke, &err)
	    || (ke.group == n->chosen.ke && ke.value.len != ke_value_len(ke.group)))
		return step_refuse(s, N_INVALID_SYNTAX);
	if (ke.group != n->chosen.ke)
		return create_wants_group(s, n->chosen.ke);
	return create_answer_ke(s, ke.group, ke.value);
}

/* Our own rekey of the same one is in flight. The peer may delete the old one
 * before we have computed what came of ours: both are told apart without it. */
static void
note_crossing(struct ike_sa *sa, uint64_t old, uint64_t peers)
{
	struct negotiation *n = sa->mine;

	if (n == NULL || n->task.kind != TASK_CHILD_REKEY || n->task.child != old)
		return;
	n->peers_rekey = peers;
	n->low_nonce_len = collide_lowest(chunk_span(sa->yours->ni), chunk_span(sa->yours->nr),
					  n->low_nonce);
}

/* The answer is out: a new one is up, and the old one waits for its deletion. */
static void
answered(struct ike_sa *sa)
{
	struct child_sa *c = sa->children;
	struct child_sa *old = child_sa_find(sa->e, sa->yours->task.child);

	if (old != NULL) {
		note_crossing(sa, old->serial, c->serial);
		old->peers_rekey = c->serial;
		old->low_nonce_len = collide_lowest(chunk_span(sa->yours->ni),
						    chunk_span(sa->yours->nr), old->low_nonce);
		if (old->state == CHILD_UP)
			old->state = CHILD_REKEYED;
		timer_stop(sa->e, &old->rekey);
		timer_set(sa->e, &old->life, engine_now(sa->e) + SUPERSEDED_MS);
	}
	create_yours_done(sa);
	if (child_sa_take_over(c, old != NULL ? old->serial : 0) != 0)
		rekey_delete_child(c);
}

static enum step_result
finish(struct step *s)
{
	struct ike_sa *sa = s->sa;
	struct negotiation *n = sa->yours;
	struct parse_error err;
	struct span ni;

	if (n == NULL || !nonce_read(payload_find(&s->in, P_NONCE)->body, &ni, &err))
		return step_refuse(s, N_INVALID_SYNTAX);
	n->ni = chunk_copy(ni);
	n->nr = chunk_new(NONCE_LEN);
	if (n->ni.ptr == NULL || n->nr.ptr == NULL)
		return STEP_IGNORE;
	engine_random(s->e, n->nr.ptr, NONCE_LEN);
	child_write_choice(n, &s->out);
	ike_build_payload(&s->out, P_NONCE, chunk_span(n->nr));
	if (s->job != NULL) {
		ike_build_ke(&s->out, s->job->group, ke_public(s->job->ke));
		n->shared = s->job->shared;
		s->job->shared = (struct secret){ 0 };
	}
	child_write_ts(n, &s->out, false);
	if (child_sa_make(sa, n, false, chunk_span(n->ni), chunk_span(n->nr)) == NULL)
		return step_refuse(s, N_NO_ADDITIONAL_SAS);
	if (n->task.child == 0 && child_sa_open_out(sa->children) != 0) {
		child_sa_kill(sa->children, "the kernel refused it");
		return step_refuse(s, N_NO_ADDITIONAL_SAS);
	}
	s->then = answered;
	return STEP_DONE;
}

/* While the key exchange was computed our own rekey of the same Child SA may
 * have ended: then the peer's comes too late (RFC 7296 2.25.1). */
static bool
too_late(struct ike_sa *sa)
{
	const struct child_sa *old;

	if (sa->state != IKE_ESTABLISHED)
		return true;
	if (sa->yours == NULL || sa->yours->task.child == 0)
		return false;
	old = child_sa_find(sa->e, sa->yours->task.child);
	return old == NULL || old->state == CHILD_DELETING;
}

enum step_result
child_request(struct step *s)
{
	struct child_sa *old;
	enum step_result r = STEP_DONE;
	uint16_t why;

	if (s->job == NULL) {
		why = collision(s, &old);
		if (why != 0)
			return step_refuse(s, why);
		r = begin(s, old);
	} else if (!s->job->ok) {
		r = step_refuse(s, N_INVALID_SYNTAX);
	} else if (too_late(s->sa)) {
		r = step_refuse(s, N_TEMPORARY_FAILURE);
	}
	if (r == STEP_DONE)
		r = finish(s);
	if (r != STEP_DONE && r != STEP_WAIT)
		create_yours_done(s->sa);
	return r;
}

/* The old one carries on, or is gone at the peer. */
static void
rekey_refused(struct ike_sa *sa, uint64_t serial, uint16_t why)
{
	struct child_sa *old = child_sa_find(sa->e, serial);

	if (old == NULL)
		return;
	if (old->state == CHILD_REKEYING)
		old->state = old->peers_rekey != 0 ? CHILD_REKEYED : CHILD_UP;
	if (why == N_CHILD_SA_NOT_FOUND && old->peers_rekey == 0 && !sa->mine->unread)
		child_sa_kill(old, "the peer has forgotten it");
}

static bool
is_child(enum task_kind k)
{
	return k == TASK_CHILD_NEW || k == TASK_CHILD_REKEY;
}

static bool
try_again(struct ike_sa *sa, const struct notify_body *n)
{
	struct task t = sa->mine->task;
	struct wire_reader r = wire_reader(n->data);
	const struct child_sa *old = child_sa_find(sa->e, t.child);

	if (t.kind == TASK_CHILD_REKEY && (old == NULL || old->state != CHILD_UP))
		return false;
	if (n->type == N_INVALID_KE_PAYLOAD) {
		t.group = wire_u16(&r, "group");
		if (!wire_done(&r) || !ke_known(t.group) || t.group == sa->mine->group
		    || ++t.tries >= TASK_TRIES)
			return false;
		return task_add(sa, &t);
	}
	/* We offered no key exchange, and the peer insists on one. */
	if (n->type == N_NO_PROPOSAL_CHOSEN && sa->mine->group == 0 && is_child(t.kind)
	    && (t.group = child_forced_group(sa, t.conn != NULL ? t.conn : sa->conn)) != 0)
		return task_add(sa, &t);
	return (n->type == N_TEMPORARY_FAILURE
		|| (n->type == N_CHILD_SA_NOT_FOUND && sa->mine->unread)) && task_again(sa, &t);
}

static enum ike_failure
failure_of(uint16_t notify)
{
	return notify == N_TS_UNACCEPTABLE ? IKE_FAIL_TS
		: notify == N_NO_PROPOSAL_CHOSEN ? IKE_FAIL_NO_PROPOSAL : IKE_FAIL_CHILD;
}

enum step_result
create_refused(struct step *s)
{
	struct ike_sa *sa = s->sa;
	struct negotiation *m = sa->mine;
	struct notify_body n;
	struct name_buf b;
	uint64_t owner;

	s->then = task_done;
	if (m == NULL || m->task.kind == TASK_NONE || !notify_find_error(&s->in, &n))
		return STEP_DONE;
	ike_line(sa, 0, "ike", "< CREATE_CHILD_SA refused: %s", name_of(&notify_names, n.type, &b));
	if (m->task.kind == TASK_CHILD_REKEY)
		rekey_refused(sa, m->task.child, n.type);
	if (m->task.kind == TASK_IKE_REKEY
	    && (ike_rekey_take_peers(sa) || sa->state == IKE_DELETING))
		return STEP_DONE;
	if (try_again(sa, &n))
		return STEP_DONE;
	owner = m->task.owner;
	m->task.owner = 0;
	attempt_lost(s->e, owner, failure_of(n.type), n.type, NULL);
	return STEP_DONE;
}
