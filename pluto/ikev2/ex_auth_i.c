/* IKE_AUTH as its initiator. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pluto/ikev2/attempt.h"
#include "pluto/ikev2/auth.h"
#include "pluto/ikev2/child_offer.h"
#include "pluto/ikev2/event.h"
#include "pluto/ikev2/mobike.h"
#include "pluto/ikev2/step_in.h"

enum { ROOM = 16384 };

/* Another key of the same gateway, which the record of another host names, makes no
 * other peer of it. */
static bool
is_with_same(const struct ike_sa *o, const struct connection *conn)
{
	return ike_sa_same_policy(o, conn)
		|| (o->conn != NULL && o->conn->oe && conn->oe
		    && o->conn->remote.auth == conn->remote.auth);
}

/* RFC 7296 2.4: said when no other SA with that peer is known. */
static bool
is_first_contact(const struct ike_sa *sa)
{
	struct pair_link *l = pair_index_first(&sa->e->ike_pairs, &sa->local.addr, &sa->remote.addr);

	if (sa->conn->local.auth == CONN_AUTH_NULL)
		return false;		/* RFC 7619 2.3: who would believe it? */
	for (; l != NULL; l = l->next) {
		const struct ike_sa *o = l->item;

		if (o != sa && o->hs == NULL && is_with_same(o, sa->conn))
			return false;
	}
	return true;
}

static bool
build_request(struct ike_sa *sa, struct ike_build *b, uint8_t method, struct span auth)
{
	struct negotiation *n = &sa->hs->child;
	const struct span none = { NULL, 0 };
	struct ident expect = auth_remote_id(sa);

	ident_write(b, P_IDi, &sa->id_local);
	if (is_first_contact(sa))
		ike_build_notify(b, PROTO_NONE, none, N_INITIAL_CONTACT, none);
	if (sa->conn->remote.id.type != 0)
		ident_write(b, P_IDr, &expect);
	ike_build_auth(b, method, auth);
	n->sel = child_limit(sa, sa->conn);
	n->transport = sa->conn->mode == MODE_TRANSPORT;
	if (!child_write_sa(sa, n, b, false))
		return false;
	child_write_ts(n, b, true);
	mobike_offer(sa, b);
	twin_rule_say(b);
	key_hint_say(sa, b);
	return true;
}

static void
fail(struct ike_sa *sa, enum ike_failure why)
{
	if (sa->state != IKE_GONE)
		ike_sa_kill(sa, why, 0);
}

static void
send_request(struct ike_sa *sa, uint8_t method, struct span auth, const char *how)
{
	uint8_t *room = malloc(ROOM);
	struct ike_build b = ike_build_inner(room, room != NULL ? ROOM : 0);
	char id[300];

	if (child_ah_behind_nat(sa, sa->conn))
		snprintf(sa->hs->why, sizeof(sa->hs->why),
			 "AH cannot pass the NAT before this host; use ESP");
	if (room == NULL || child_ah_behind_nat(sa, sa->conn)
	    || !build_request(sa, &b, method, auth)) {
		free(room);
		fail(sa, room == NULL ? IKE_FAIL_INTERNAL : IKE_FAIL_KERNEL);
		return;
	}
	ike_step_become(sa, IKE_AUTH_SENT);
	event_answers(sa);
	ike_line(sa, 0, "ike", "> IKE_AUTH as %s (%s)", ident_text(&sa->id_local, id, sizeof(id)), how);
	if (ike_step_request(sa, EX_AUTH, &b) != 0)
		fail(sa, IKE_FAIL_INTERNAL);
	free(room);
}

static void
proof_made(struct ike_sa *sa, struct job *j)
{
	char kind[16];

	if (!j->ok) {
		snprintf(sa->hs->why, sizeof(sa->hs->why), "%s", j->prove_psk
			 ? "we have no shared secret for the peer"
			 : "our private key cannot sign for this peer");
		fail(sa, IKE_FAIL_NO_KEY);
		return;
	}
	send_request(sa, j->sign_method, chunk_span(j->signature),
		     j->prove_psk ? "shared secret" : pubkey_kind_text(&j->own, kind));
}

static void
begin_null(struct ike_sa *sa)
{
	struct chunk auth = auth_null_ours(sa);

	if (auth.len == 0)
		fail(sa, IKE_FAIL_INTERNAL);
	else
		send_request(sa, AUTH_NULL, chunk_span(auth), "anonymous");
	chunk_free(&auth);
}

void
auth_begin(struct ike_sa *sa)
{
	struct job *j;

	sa->id_local = auth_local_id(sa);
	sa->id_remote = auth_remote_id(sa);
	if (sa->conn->local.auth == CONN_AUTH_NULL) {
		begin_null(sa);
		return;
	}
	j = job_new(sa, -1, proof_made);
	if (j == NULL || !auth_prepare_proof(sa, j)) {
		job_free(j);
		fail(sa, IKE_FAIL_NO_KEY);
		return;
	}
	if (job_submit_auth(j) != 0)
		fail(sa, IKE_FAIL_INTERNAL);
}

static enum step_result
not_proved(struct step *s, const char *why)
{
	snprintf(s->sa->hs->why, sizeof(s->sa->hs->why), "the peer did not prove its identity: %s", why);
	return step_fatal(s, N_AUTHENTICATION_FAILED, IKE_FAIL_AUTH_PEER);
}

/* An opportunistic peer is known by its key alone; a name besides is no harm,
 * another address is. */
static bool
id_expected(struct ike_sa *sa, struct span body)
{
	struct ident want = auth_remote_id(sa), got;
	struct parse_error err;

	if (!ident_read(body, &got, &err))
		return false;
	sa->id_remote = got;
	if (sa->conn->remote.auth == CONN_AUTH_NULL)
		return true;		/* RFC 7619 2.2: it means nothing */
	if (sa->conn->oe && sa->conn->remote.id.type == 0
	    && got.type != ID_IPV4_ADDR && got.type != ID_IPV6_ADDR)
		return true;
	return ident_eq(&got, &want);
}

/* Both sides have proved themselves; the state is IKE_ESTABLISHED. */
static void
up(struct ike_sa *sa)
{
	uint64_t owner = sa->hs->owner;
	struct child_sa *c = sa->children;
	bool no_child = c == NULL, oe = sa->conn->oe;

	event_ike_up(sa);
	if (sa->state != IKE_ESTABLISHED)
		return;
	if (c != NULL && child_sa_start(c, owner, 0) != 0) {
		step_in_fail_owner(sa, IKE_FAIL_KERNEL, 0);
		ike_sa_close(sa, 0);
		return;
	}
	if (sa->state != IKE_ESTABLISHED)
		return;
	if (no_child && owner != 0)
		step_in_fail_owner(sa, sa->hs->remembered == N_TS_UNACCEPTABLE ? IKE_FAIL_TS
				   : sa->hs->remembered == 0 ? IKE_FAIL_KERNEL : IKE_FAIL_CHILD,
				   sa->hs->remembered);
	ike_sa_up(sa);
	auth_replace_older(sa, false);
	anonymous_sort_out(sa);
	if (no_child && oe)
		ike_sa_close(sa, 0);
}

static void
take_child(struct step *s)
{
	struct ike_sa *sa = s->sa;
	struct handshake *hs = sa->hs;
	struct notify_body n;
	uint16_t why;

	hs->remembered = 0;
	if (payload_find(&s->in, P_SA) == NULL || payload_find(&s->in, P_TSi) == NULL
	    || payload_find(&s->in, P_TSr) == NULL) {
		hs->remembered = notify_find_error(&s->in, &n) ? n.type : N_NO_PROPOSAL_CHOSEN;
		return;
	}
	why = child_read_choice(sa, &hs->child, &s->in, false);
	if (why == 0)
		child_sa_make(sa, &hs->child, true, chunk_span(hs->ni), chunk_span(hs->nr));
	hs->remembered = why;
}

/* The peer says itself with which key it signed; DNS, or somebody here, named others. */
static enum step_result
another_key(struct step *s)
{
	struct key_hint its;
	char named[24];
	unsigned n;
	const struct pubkey *keys = auth_peer_keys(s->sa, &n);

	ike_line(s->sa, 0, "auth", "< IKE_AUTH signed with %s; expected was %s%s",
		 key_hint_hear(&s->in, &its), n > 0 ? pubkey_short(&keys[0], named) : "none",
		 n > 1 ? " or another that is published" : "");
	return not_proved(s, "its signature was made with another key");
}

static enum step_result
finish(struct step *s, const struct pubkey *k)
{
	auth_proved(s->sa, k);
	mobike_take_offer(s);
	twin_rule_hear(s->sa, &s->in);
	take_child(s);
	s->then = up;
	return STEP_DONE;
}

static enum step_result
begin_verify(struct step *s)
{
	struct ike_sa *sa = s->sa;
	struct job *j = job_new(sa, 1, NULL);
	unsigned n;
	const struct pubkey *keys = auth_peer_keys(sa, &n);
	const char *why = "no memory";

	if (n == 0 && sa->conn->remote.auth == CONN_AUTH_PUBKEY) {
		job_free(j);
		snprintf(sa->hs->why, sizeof(sa->hs->why), "no key of the peer is known: %.120s",
			 sa->hs->found.why_none != NULL ? sa->hs->found.why_none : "none is configured");
		return step_fatal(s, N_AUTHENTICATION_FAILED, IKE_FAIL_NO_KEY);
	}
	if (j == NULL || !auth_prepare_verify(sa, j, &s->in, keys, n, &why)) {
		job_free(j);
		return not_proved(s, why);
	}
	return job_submit_auth(j) == 0 ? STEP_WAIT : STEP_IGNORE;
}

enum step_result
auth_response(struct step *s)
{
	struct ike_sa *sa = s->sa;
	const char *why;

	if (s->job != NULL && s->job->verify_psk)
		return s->job->ok ? finish(s, NULL) : not_proved(s, s->job->no_secret
			? "we have no shared secret for it" : "its shared secret is not ours");
	if (s->job != NULL)
		return s->job->good >= 0 ? finish(s, &s->job->keys[s->job->good])
			: another_key(s);
	if (!id_expected(sa, payload_find(&s->in, P_IDr)->body))
		return not_proved(s, "it calls itself something else");
	if (sa->conn->remote.auth == CONN_AUTH_NULL)
		return auth_null_check(sa, &s->in, &why) ? finish(s, NULL) : not_proved(s, why);
	if (auth_must_look_up(sa)) {
		s->then = auth_ask_keys;
		return STEP_WAIT;
	}
	return begin_verify(s);
}

/* Under keys that nobody has vouched for yet, but nobody else can answer. */
enum step_result
auth_error(struct step *s)
{
	struct notify_body n;

	if (!notify_find_error(&s->in, &n))
		return STEP_IGNORE;
	s->failure = n.type == N_AUTHENTICATION_FAILED ? IKE_FAIL_AUTH_US
		: n.type == N_TEMPORARY_FAILURE ? IKE_FAIL_LATER
		: n.type == N_NO_PROPOSAL_CHOSEN ? IKE_FAIL_NO_PROPOSAL
		: n.type == N_TS_UNACCEPTABLE ? IKE_FAIL_TS : IKE_FAIL_SYNTAX;
	step_in_fail_owner(s->sa, s->failure, n.type);
	return step_fatal(s, 0, s->failure);
}
