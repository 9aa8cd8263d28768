/* IKE_AUTH as its responder. */
#include <stdio.h>
#include <string.h>

#include "pluto/ikev2/auth.h"
#include "pluto/ikev2/child_offer.h"
#include "pluto/ikev2/event.h"
#include "pluto/ikev2/mobike.h"
#include "pluto/ikev2/sa_init.h"

/* The keys are there: what came before them can be read now. */
static void
keys_ready(struct ike_sa *sa, struct job *j)
{
	struct handshake *hs = sa->hs;
	struct chunk early[SK_MAX_FRAGMENTS];
	struct endpoint local, remote;
	unsigned n;

	if (hs == NULL || sa->open != NULL)
		return;
	n = hs->n_early;
	local = hs->early_local;	/* the first message may end the handshake */
	remote = hs->early_remote;
	memcpy(early, hs->early, sizeof(early));
	hs->n_early = 0;
	if (!j->ok || sa_init_derive(sa, &j->shared) != 0) {
		ike_step_complain(sa->e, &sa->remote, sa, "KE", "not a value of its group");
		ike_sa_kill(sa, IKE_FAIL_SYNTAX, 0);
	}
	for (unsigned i = 0; i < n; i++) {
		struct parse_error err;
		struct ike_msg msg;

		if (sa->state != IKE_GONE && sa->hs == hs
		    && ike_msg_read(chunk_span(early[i]), &msg, &err))
			ike_step(sa, &msg, &local, &remote);
		chunk_free(&early[i]);
	}
}

void
auth_early(struct ike_sa *sa, const struct ike_msg *msg, const struct endpoint *local,
	   const struct endpoint *remote)
{
	struct handshake *hs = sa->hs;
	struct job *j;

	/* Nothing vouches for these bytes yet, so few are kept. */
	if (hs == NULL || sa->role != SA_RESPONDER || hs->n_early == SK_MAX_FRAGMENTS
	    || hs->early_bytes + msg->raw.len > SK_MAX_MESSAGE)
		return;
	hs->early[hs->n_early] = chunk_copy(msg->raw);
	if (hs->early[hs->n_early].ptr == NULL)
		return;
	hs->n_early++;
	hs->early_bytes += msg->raw.len;
	hs->early_local = *local;
	hs->early_remote = *remote;
	if (hs->keys_asked || (j = job_new(sa, -1, keys_ready)) == NULL)
		return;
	j->ke = hs->ke;
	hs->ke = NULL;
	j->peer_value = hs->peer_ke;
	hs->peer_ke = (struct chunk){ NULL, 0 };
	hs->keys_asked = true;
	if (job_submit_ke(j) != 0)
		ike_sa_kill(sa, IKE_FAIL_INTERNAL, 0);
}

/* RFC 7296 2.25: a condition that passes. That DNS gives us no answer says nothing of
 * the peer, who need not take us for one that does not believe him. */
static uint16_t
word_for(const struct step *s)
{
	return s->sa->hs->looked_up && s->sa->hs->found.unknown ? N_TEMPORARY_FAILURE
		: N_AUTHENTICATION_FAILED;
}

static enum step_result
refuse(struct step *s, enum ike_failure failure, const char *why)
{
	uint16_t word = word_for(s);
	struct addr_buf b;

	s->e->stats.auth_failed++;
	log_limited(&s->e->refuse_limit, LOG_LEVEL_INFO, NULL,
		    "ike#%llu: peer %s is not authenticated: %s", (unsigned long long)s->sa->serial,
		    ip_addr_text(&s->remote.addr, &b), why);
	return step_fatal(s, word, failure);
}

/* Who does it say it is, and which connection is for that? */
static bool
identify(struct step *s)
{
	struct ike_sa *sa = s->sa;
	const struct payload *idr = payload_find(&s->in, P_IDr);
	struct ident asked = { 0 };
	struct parse_error err;
	struct connection *c;

	if (!ident_read(payload_find(&s->in, P_IDi)->body, &sa->id_remote, &err)
	    || (idr != NULL && !ident_read(idr->body, &asked, &err)))
		return false;
	c = s->e->ports.find_connection(s->e->ports.ctx, &sa->local, &sa->remote, &asked,
					&sa->id_remote, auth_method_of(&s->in));
	if (c == NULL)
		return false;
	ike_sa_set_conn(sa, c);
	connection_unref(c);
	sa->id_local = auth_local_id(sa);
	return true;
}

/* The state is IKE_ESTABLISHED and the answer is on its way. */
static void
up(struct ike_sa *sa)
{
	bool contact = sa->hs->initial_contact;

	event_ike_up(sa);
	if (sa->state != IKE_ESTABLISHED)
		return;
	ike_sa_up(sa);
	auth_replace_older(sa, contact);
	anonymous_sort_out(sa);
}

/* Traffic may come as soon as the answer is out, and must find its way back. */
static bool
start(struct child_sa *c)
{
	if (child_sa_start(c, 0, 0) == 0)
		return true;
	child_sa_kill(c, "the kernel refused it");
	return false;
}

/* RFC 7296 2.21.2: an error about the Child SA leaves the IKE SA standing. */
static void
answer_child(struct step *s)
{
	struct ike_sa *sa = s->sa;
	struct negotiation *n = &sa->hs->child;
	struct connection *asked;
	bool may = child_conn_asked(sa, &s->in, &asked) == IKE_CLIENT_YES;
	struct ike_build before = s->out;
	struct selector limit;
	struct name_buf b;
	uint16_t why = N_TS_UNACCEPTABLE;

	if (may) {
		ike_sa_set_conn(sa, asked);
		connection_unref(asked);
		limit = child_limit(sa, sa->conn);
		why = child_choose(sa, n, &s->in, &limit, false);
	}
	if (why == 0) {
		child_write_choice(n, &s->out);
		child_write_ts(n, &s->out, false);
		if (child_sa_make(sa, n, false, chunk_span(sa->hs->ni), chunk_span(sa->hs->nr)) != NULL
		    && start(sa->children))
			return;
		s->out = before;
		why = N_NO_ADDITIONAL_SAS;
	}
	ike_line(sa, 0, "child", "refused: %s", name_of(&notify_names, why, &b));
	ike_build_notify(&s->out, PROTO_NONE, (struct span){ NULL, 0 }, why,
			 (struct span){ NULL, 0 });
}

static enum step_result
finish(struct step *s, const struct pubkey *k, uint8_t method, struct span auth)
{
	struct ike_sa *sa = s->sa;
	struct notify_body n;

	auth_proved(sa, k);
	if (mobike_take_offer(s) != 0)
		return step_fatal(s, N_UNEXPECTED_NAT_DETECTED, IKE_FAIL_AUTH_PEER);
	/* RFC 7619 2.3: nobody vouches for what an anonymous peer says of others. */
	sa->hs->initial_contact = !sa->anonymous && notify_find(&s->in, N_INITIAL_CONTACT, &n);
	ident_write(&s->out, P_IDr, &sa->id_local);
	ike_build_auth(&s->out, method, auth);
	answer_child(s);
	mobike_offer(sa, &s->out);
	twin_rule_hear(sa, &s->in);
	twin_rule_say(&s->out);
	key_hint_say(sa, &s->out);
	s->then = up;
	return STEP_DONE;
}

/* The peer has proved itself, with K or otherwise; we prove nothing. */
static enum step_result
answer_null(struct step *s, const struct pubkey *k)
{
	struct chunk ours = auth_null_ours(s->sa);
	enum step_result r = ours.len > 0 ? finish(s, k, AUTH_NULL, chunk_span(ours))
		: refuse(s, IKE_FAIL_INTERNAL, "no memory");

	chunk_free(&ours);
	return r;
}

/* One job for both: the peer's proof, when there is one, and ours. */
static enum step_result
begin_job(struct step *s, const struct pubkey *keys, unsigned n_keys)
{
	struct ike_sa *sa = s->sa;
	struct job *j = job_new(sa, 0, NULL);
	const char *why = "no memory";
	bool ok = j != NULL;

	if (ok && sa->conn->remote.auth != CONN_AUTH_NULL)
		ok = auth_prepare_verify(sa, j, &s->in, keys, n_keys, &why);
	if (ok && sa->conn->local.auth != CONN_AUTH_NULL)
		ok = auth_prepare_proof(sa, j);
	if (ok)
		return job_submit_auth(j) == 0 ? STEP_WAIT : STEP_IGNORE;
	job_free(j);
	return refuse(s, IKE_FAIL_NO_KEY, sa->hs->why[0] != '\0' ? sa->hs->why : why);
}

static enum step_result
by_nothing(struct step *s)
{
	struct ike_sa *sa = s->sa;
	const char *why;

	if (sa->hs->looked_up && !sa->hs->found.may_be_anonymous)
		return refuse(s, IKE_FAIL_AUTH_PEER, sa->hs->found.n > 0
			      ? "it comes anonymously where DNS names its key"
			      : sa->hs->found.why_none);
	if (!auth_null_check(sa, &s->in, &why))
		return refuse(s, IKE_FAIL_AUTH_PEER, why);
	return sa->conn->local.auth == CONN_AUTH_NULL ? answer_null(s, NULL)
		: begin_job(s, NULL, 0);
}

static enum step_result
by_signature(struct step *s)
{
	const struct peer_keys *found = &s->sa->hs->found;
	unsigned n;
	const struct pubkey *keys = auth_peer_keys(s->sa, &n);

	if (n == 0)
		return refuse(s, IKE_FAIL_NO_KEY, found->why_none != NULL ? found->why_none
			      : "none of its keys is known");
	return begin_job(s, keys, n);
}

static enum step_result
another_key(struct step *s)
{
	struct key_hint its;
	char why[200], named[24];

	snprintf(why, sizeof(why), "its signature was made with another key: %s; expected was %s",
		 key_hint_hear(&s->in, &its), pubkey_short(&s->job->keys[0], named));
	return refuse(s, IKE_FAIL_AUTH_PEER, why);
}

static enum step_result
after_job(struct step *s)
{
	struct job *j = s->job;
	const struct pubkey *k = j->good >= 0 ? &j->keys[j->good] : NULL;

	if (j->n_keys > 0 && k == NULL)
		return another_key(s);
	if (j->verify_psk && !j->verified)
		return refuse(s, IKE_FAIL_AUTH_PEER, j->no_secret ? "we have no shared secret for it"
			      : "its shared secret is not ours");
	if (!j->ok)
		return refuse(s, IKE_FAIL_NO_KEY, j->prove_psk ? "no shared secret"
			      : "our private key cannot sign for it");
	if (s->sa->conn->local.auth == CONN_AUTH_NULL)
		return answer_null(s, k);
	return finish(s, k, j->sign_method, chunk_span(j->signature));
}

enum step_result
auth_request(struct step *s)
{
	struct ike_sa *sa = s->sa;

	if (s->job != NULL)
		return after_job(s);
	if (s->stage == 0 && !identify(s))
		return refuse(s, IKE_FAIL_AUTH_PEER, "no connection is for that identity");
	if (auth_must_look_up(sa)) {
		sa->hs->client = child_client_asked(sa, &s->in);
		s->then = auth_ask_keys;
		return STEP_WAIT;
	}
	switch (sa->conn->remote.auth) {
	case CONN_AUTH_NULL: return by_nothing(s);
	case CONN_AUTH_PSK: return begin_job(s, NULL, 0);
	case CONN_AUTH_PUBKEY: break;
	}
	return by_signature(s);
}
