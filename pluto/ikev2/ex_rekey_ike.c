/* Rekeying the IKE SA, both sides (RFC 7296 1.3.2, 2.8.2, 2.18). The new SA is
 * made at once, without keys, so that its SPI is taken. */
#include <errno.h>
#include <string.h>

#include "pluto/ikev2/attempt.h"
#include "pluto/ikev2/create.h"
#include "pluto/ikev2/event.h"
#include "pluto/ikev2/mobike.h"
#include "pluto/ikev2/rekey.h"
#include "pluto/ikev2/sa_init.h"
#include "pluto/ikev2/task.h"
#include "pluto/ikev2/verify.h"

static void
write_proposals(const struct ike_sa *sa, const struct ike_sa *heir, struct ike_build *b)
{
	size_t mark = ike_build_open(b, P_SA);

	proposal_write(b, sa_init_proposals(sa->conn), span_of(ike_sa_own_spi(heir), 8), true);
	ike_build_close(b, mark);
}

static struct ike_sa *
make_heir(struct ike_sa *sa, enum sa_role role)
{
	struct ike_sa *heir = ike_sa_new(sa->e, role, NULL, sa->conn, &sa->local, &sa->remote);

	if (heir != NULL)
		heir->heir = true;
	return heir;
}

bool
ike_rekey_begin(struct ike_sa *sa)
{
	struct negotiation *n = sa->mine;
	uint8_t room[CREATE_ROOM];
	struct ike_build b = ike_build_inner(room, sizeof(room));
	struct ike_sa *heir;

	if (n->ke == NULL)
		return create_with_pair(sa, n->task.group != 0 ? n->task.group : sa->chosen.ke);
	heir = make_heir(sa, SA_INITIATOR);
	if (heir == NULL)
		return false;
	n->task.child = heir->serial;
	n->ni = chunk_new(NONCE_LEN);
	if (n->ni.ptr != NULL)
		engine_random(sa->e, n->ni.ptr, NONCE_LEN);
	write_proposals(sa, heir, &b);
	ike_build_payload(&b, P_NONCE, chunk_span(n->ni));
	ike_build_ke(&b, n->group, ke_public(n->ke));
	ike_line(sa, 0, "ike", "> CREATE_CHILD_SA to rekey the IKE SA");
	if (n->ni.ptr != NULL && create_send(sa, EX_CREATE_CHILD_SA, &b))
		return true;
	ike_sa_kill(heir, IKE_FAIL_INTERNAL, 0);
	return false;
}

static int
derive(struct ike_sa *old, struct ike_sa *heir, const struct negotiation *n)
{
	struct ike_keymat_in in = { .prf = heir->chosen.prf, .encr = heir->chosen.encr,
		.encr_bits = heir->chosen.encr_bits, .integ = heir->chosen.integ,
		.ni = chunk_span(n->ni), .nr = chunk_span(n->nr), .shared = secret_span(&n->shared),
		.old_sk_d = secret_span(&old->keys.sk_d), .old_prf = old->chosen.prf };
	int err;

	memcpy(in.spi_i, heir->spi_i, 8);
	memcpy(in.spi_r, heir->spi_r, 8);
	err = ike_keymat_derive(&in, &heir->keys);
	return err != 0 ? err : ike_sa_make_sealers(heir);
}

/* A new IKE SA takes over from OLD: identity, path, timers. */
static void
take_over(struct ike_sa *old, struct ike_sa *heir)
{
	heir->id_local = old->id_local;
	heir->id_remote = old->id_remote;
	heir->key_source = old->key_source;
	heir->anonymous = old->anonymous;
	heir->twin_rule = old->twin_rule;
	if (old->peer_key.kind != PUBKEY_NONE)
		heir->peer_key = pubkey_ref(&old->peer_key);
	heir->fragmentation = old->fragmentation;
	heir->natt = old->natt;
	heir->nat_local = old->nat_local;
	heir->nat_remote = old->nat_remote;
	heir->encap = old->encap;
	mobike_inherit(old, heir);
	ike_sa_move(heir, &old->local, &old->remote);
	ike_step_become(heir, IKE_ESTABLISHED);
	ike_sa_up(heir);
}

static void
move_tasks(struct ike_sa *old, struct ike_sa *heir)
{
	struct task *t;

	while ((t = task_take_any(old)) != NULL) {
		struct attempt *a = t->owner != 0 ? attempt_find(old->e, t->owner) : NULL;

		if (a != NULL)
			a->ike = heir->serial;
		if (t->kind != TASK_IKE_REKEY && t->kind != TASK_LIVENESS)
			task_add(heir, t);
		task_free(t);
	}
}

static void
superseded(struct ike_engine *e, struct timer *t)
{
	(void)e;
	ike_sa_close(HEAP_OWNER(&t->node, struct ike_sa, life.node), 0);
}

/* OLD's children and tasks go to HEIR; OLD waits to be deleted. */
static void
hand_over(struct ike_sa *old, struct ike_sa *heir)
{
	heir->undecided = false;
	heir->announced = old->announced;
	old->announced = false;
	ike_sa_inherit(old, heir);
	move_tasks(old, heir);
	timer_stop(old->e, &old->rekey);
	timer_stop(old->e, &old->dpd);
	timer_stop(old->e, &old->idle);
	timer_stop(old->e, &old->twin);
	timer_stop(old->e, &old->keepalive);
	ike_step_become(old, IKE_REKEYED);
	old->life.fire = superseded;
	timer_set(old->e, &old->life, engine_now(old->e) + SUPERSEDED_MS);
	mobike_go(heir);
	task_run(heir);
}

bool
ike_rekey_awaits_heir(const struct ike_sa *sa)
{
	return sa->state == IKE_DELETING && sa->mine != NULL
		&& sa->mine->task.kind == TASK_IKE_REKEY && sa->ours.pending;
}

void
ike_rekey_drop_heirs(struct ike_sa *sa)
{
	struct ike_sa *own = NULL, *peers = NULL;

	if (sa->mine != NULL && sa->mine->task.kind == TASK_IKE_REKEY)
		own = ike_sa_find(sa->e, sa->mine->task.child);
	if (sa->successor != 0)
		peers = ike_sa_find(sa->e, sa->successor);
	sa->successor = 0;
	if (own != NULL && own->state == IKE_NEW && !ike_rekey_awaits_heir(sa))
		ike_sa_kill(own, IKE_FAIL_CANCELLED, 0);
	if (peers != NULL)
		ike_sa_close(peers, 0);
}

bool
ike_rekey_take_peers(struct ike_sa *sa)
{
	struct ike_sa *heir = sa->successor != 0 ? ike_sa_find(sa->e, sa->successor) : NULL;

	if (sa->mine != NULL && sa->mine->task.kind == TASK_IKE_REKEY) {
		struct ike_sa *own = ike_sa_find(sa->e, sa->mine->task.child);

		if (own != NULL && own->state == IKE_NEW)
			ike_sa_kill(own, IKE_FAIL_CANCELLED, 0);
		sa->mine->task.child = 0;
	}
	if (heir == NULL || heir->state != IKE_ESTABLISHED)
		return false;
	sa->successor = 0;
	hand_over(sa, heir);
	return true;
}

/* RFC 7296 2.8.2: the IKE SA of the exchange with the lowest nonce goes, by the
 * hand of who began that exchange. */
static void
settle(struct ike_sa *old)
{
	struct ike_sa *heir = ike_sa_find(old->e, old->mine->task.child);
	struct ike_sa *peers = old->successor != 0 ? ike_sa_find(old->e, old->successor) : NULL;
	uint8_t low[256];
	uint16_t len = collide_lowest(chunk_span(old->mine->ni), chunk_span(old->mine->nr), low);

	task_done(old);
	if (heir == NULL)
		return;
	if (old->state == IKE_DELETING) {
		ike_sa_close(heir, 0);
		return;
	}
	if (peers == NULL || span_cmp(span_of(low, len),
				      span_of(old->low_nonce[1], old->low_nonce_len[1])) > 0) {
		if (peers != NULL)
			peers->undecided = false;
		hand_over(old, heir);
		ike_line(heir, 0, "ike", "IKE SA rekeyed");
		ike_sa_close(old, 0);
		if (heir->unwanted)
			ike_sa_close(heir, 0);
		return;
	}
	old->successor = 0;
	hand_over(old, peers);
	ike_sa_close(heir, 0);
}

static void
give_up(struct ike_sa *sa)
{
	struct ike_sa *heir = ike_sa_find(sa->e, sa->mine->task.child);

	task_done(sa);
	if (heir != NULL)
		ike_sa_kill(heir, IKE_FAIL_INTERNAL, 0);
	ike_sa_close(sa, 0);
}

static enum step_result
take_answer(struct step *s)
{
	struct negotiation *n = s->sa->mine;
	struct ike_sa *heir = ike_sa_find(s->e, n->task.child);

	n->shared = s->job->shared;
	s->job->shared = (struct secret){ 0 };
	heir->chosen = n->chosen;
	memcpy(heir->spi_r, n->chosen.spi, 8);
	if (!s->job->ok || derive(s->sa, heir, n) != 0) {
		s->then = give_up;
		return STEP_DONE;
	}
	take_over(s->sa, heir);
	s->then = settle;
	return STEP_DONE;
}

enum step_result
ike_rekey_response(struct step *s)
{
	struct negotiation *n = s->sa->mine;
	struct parse_error err;
	struct ke_body ke;
	struct span nr;
	struct job *j;

	s->then = task_done;
	if (n == NULL || n->task.kind != TASK_IKE_REKEY || ike_sa_find(s->e, n->task.child) == NULL)
		return STEP_DONE;
	if (s->job != NULL)
		return take_answer(s);
	s->then = give_up;
	if (!proposal_check_answer(payload_find(&s->in, P_SA)->body, sa_init_proposals(s->sa->conn),
				   PROTO_IKE, 8, true, &n->chosen, &err)
	    || !ke_read(payload_find(&s->in, P_KE)->body, &ke, &err)
	    || !nonce_read(payload_find(&s->in, P_NONCE)->body, &nr, &err)
	    || ke.group != n->group || n->chosen.ke != n->group || n->ke == NULL)
		return STEP_DONE;
	n->nr = chunk_copy(nr);
	j = job_new(s->sa, 1, NULL);
	if (j == NULL || (j->peer_value = chunk_copy(ke.value)).ptr == NULL) {
		job_free(j);
		return STEP_DONE;
	}
	j->ke = n->ke;
	n->ke = NULL;
	s->then = NULL;
	return job_submit_ke(j) == 0 ? STEP_WAIT : step_fatal(s, 0, IKE_FAIL_INTERNAL);
}

/* RFC 7296 2.25: what would collide is put off. */
static bool
collides(const struct ike_sa *sa)
{
	enum task_kind k = sa->mine != NULL && sa->ours.pending ? sa->mine->task.kind : TASK_NONE;

	return sa->state != IKE_ESTABLISHED || k == TASK_CHILD_NEW || k == TASK_CHILD_REKEY
		|| k == TASK_CHILD_DELETE;
}

static enum step_result
begin_answer(struct step *s)
{
	struct negotiation *n;
	struct parse_error err = { 0 };
	struct ke_body ke;

	if (collides(s->sa))
		return step_refuse(s, N_TEMPORARY_FAILURE);
	n = create_yours(s->sa);
	if (n == NULL)
		return STEP_IGNORE;
	if (!ke_read(payload_find(&s->in, P_KE)->body, &ke, &err))
		return step_refuse(s, N_INVALID_SYNTAX);
	if (!proposal_choose(payload_find(&s->in, P_SA)->body, sa_init_proposals(s->sa->conn),
			     PROTO_IKE, 8, ke.group, true, &n->chosen, &err))
		return step_refuse(s, err.notify != 0 ? err.notify : N_NO_PROPOSAL_CHOSEN);
	if (n->chosen.ke != ke.group)
		return create_wants_group(s, n->chosen.ke);
	if (ke.value.len != ke_value_len(ke.group))
		return step_refuse(s, N_INVALID_SYNTAX);
	return create_answer_ke(s, ke.group, ke.value);
}

/* The answer is out. While our own rekey is under way both stand, and the Child SAs
 * are in neither: what the peer asks of the new one waits until that is decided. */
static void
answered(struct ike_sa *sa)
{
	struct ike_sa *heir = ike_sa_find(sa->e, sa->yours->task.child);
	bool crossed = sa->mine != NULL && sa->mine->task.kind == TASK_IKE_REKEY && sa->ours.pending;

	if (crossed) {
		sa->successor = sa->yours->task.child;
		if (heir != NULL)
			heir->undecided = true;
		sa->low_nonce_len[1] = collide_lowest(chunk_span(sa->yours->ni),
						      chunk_span(sa->yours->nr), sa->low_nonce[1]);
	}
	create_yours_done(sa);
	if (heir == NULL || crossed)
		return;
	hand_over(sa, heir);
	if (verify_must(heir))
		verify_begin(heir, false);
}

static int
make_keys(struct step *s, struct ike_sa *heir)
{
	struct negotiation *n = s->sa->yours;
	struct parse_error err;
	struct span ni;

	if (!nonce_read(payload_find(&s->in, P_NONCE)->body, &ni, &err))
		return -EPROTO;
	n->ni = chunk_copy(ni);
	n->nr = chunk_new(NONCE_LEN);
	if (n->ni.ptr == NULL || n->nr.ptr == NULL)
		return -ENOMEM;
	engine_random(s->e, n->nr.ptr, NONCE_LEN);
	n->shared = s->job->shared;
	s->job->shared = (struct secret){ 0 };
	n->task.child = heir->serial;
	heir->chosen = n->chosen;
	memcpy(heir->spi_i, n->chosen.spi, 8);
	return derive(s->sa, heir, n);
}

static enum step_result
finish_answer(struct step *s)
{
	struct ike_sa *sa = s->sa, *heir;
	size_t mark;

	if (!s->job->ok || sa->yours == NULL)
		return step_refuse(s, N_INVALID_SYNTAX);
	if (collides(sa))
		return step_refuse(s, N_TEMPORARY_FAILURE);
	heir = make_heir(sa, SA_RESPONDER);
	if (heir == NULL)
		return step_refuse(s, N_NO_ADDITIONAL_SAS);
	if (make_keys(s, heir) != 0) {
		ike_sa_kill(heir, IKE_FAIL_INTERNAL, 0);
		return step_refuse(s, N_INVALID_SYNTAX);
	}
	mark = ike_build_open(&s->out, P_SA);
	proposal_write_chosen(&s->out, &sa->yours->chosen, span_of(heir->spi_r, 8));
	ike_build_close(&s->out, mark);
	ike_build_payload(&s->out, P_NONCE, chunk_span(sa->yours->nr));
	ike_build_ke(&s->out, s->job->group, ke_public(s->job->ke));
	take_over(sa, heir);
	s->then = answered;
	return STEP_DONE;
}

enum step_result
ike_rekey_request(struct step *s)
{
	enum step_result r = s->job == NULL ? begin_answer(s) : finish_answer(s);

	if (r != STEP_DONE && r != STEP_WAIT)
		create_yours_done(s->sa);
	return r;
}
