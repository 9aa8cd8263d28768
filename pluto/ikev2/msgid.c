/* Message ids, retransmission and the replay of answers. */
#include "pluto/ikev2/msgid.h"

#include "pluto/ikev2/create.h"
#include "pluto/ikev2/event.h"
#include "pluto/ikev2/exchange_table.h"
#include "pluto/ikev2/mobike.h"

enum {
	DELETE_TRIES = 3, SUSPECT_TRIES = 3, HINTED_TRIES = 2, HANDSHAKE_TRIES = 7,
	MAX_DELAY_MS = 30000, MAX_DELAY_UP_MS = 10000, RETRANSMISSION = 10, PATH_TRIES = 3, MOBIKE_PATIENCE_MS = 300000
};

static void
send_all(struct ike_sa *sa, const struct sk_out *out, const struct endpoint *local,
	 const struct endpoint *remote)
{
	sa->sent_ms = engine_now(sa->e);
	for (unsigned i = 0; i < out->n; i++)
		engine_send(sa->e, local, remote, chunk_span(out->datagram[i]));
}

static void
send_request(struct ike_sa *sa)
{
	send_all(sa, &sa->ours.sent, &sa->local, &sa->remote);
}

static void
send_answer(struct ike_sa *sa)
{
	send_all(sa, &sa->theirs.answer, &sa->theirs.local, &sa->theirs.remote);
}

/* A peer that seems to have forgotten us is asked in quick succession: until that
 * is known nothing that we send it arrives. */
static uint64_t
delay_ms(struct ike_sa *sa)
{
	uint64_t ms = sa->e->cfg.retransmit_ms;
	uint64_t most = sa->hs != NULL ? MAX_DELAY_MS : MAX_DELAY_UP_MS;

	for (unsigned i = 0; i < sa->ours.tries && ms < most && !sa->suspect; i++)
		ms *= 2;
	if (ms > most)
		ms = most;
	return ms + engine_random_below(sa->e, (uint32_t)(ms / 8 + 1));
}

/* One that is up is asked a dozen times within a minute and a half (RFC 7296 2.4).
 * Peers that nobody would miss are given up sooner; so are those that seem to
 * have refused, in the clear, where a better answer may still come
 * (RFC 7296 2.21.1). */
static bool
exhausted(const struct ike_sa *sa)
{
	unsigned tries = sa->e->cfg.retransmit_tries;
	uint64_t waited = engine_now(sa->e) - sa->ours.first_ms;

	if (sa->hs != NULL && tries > HANDSHAKE_TRIES)
		tries = HANDSHAKE_TRIES;
	if (sa->state == IKE_DELETING && tries > DELETE_TRIES)
		tries = DELETE_TRIES;
	if (sa->suspect && tries > SUSPECT_TRIES)
		tries = SUSPECT_TRIES;
	if (sa->hs != NULL && sa->hs->remembered != 0 && tries > HINTED_TRIES)
		tries = HINTED_TRIES;
	if (sa->hs == NULL && sa->conn != NULL && sa->conn->dpd_timeout_s > 0
	    && waited >= 1000ull * sa->conn->dpd_timeout_s)
		return true;
	/* RFC 4555 3.11: the initiator may be looking for another path. */
	if (sa->mobike != NULL && !sa->mobike->initiator && sa->state == IKE_ESTABLISHED
	    && !sa->suspect)
		return waited >= MOBIKE_PATIENCE_MS;
	return sa->ours.tries >= tries;
}

/* No later than the moment at which the peer counts as dead. */
static uint64_t
next_ms(struct ike_sa *sa)
{
	uint64_t now = engine_now(sa->e), next = now + delay_ms(sa), end;

	if (sa->hs != NULL || sa->conn == NULL || sa->conn->dpd_timeout_s == 0)
		return next;
	end = sa->ours.first_ms + 1000ull * sa->conn->dpd_timeout_s;
	return end > now && end < next ? end : next;
}

static void
retransmit(struct ike_engine *e, struct timer *t)
{
	struct ike_sa *sa = HEAP_OWNER(&t->node, struct ike_sa, ours.timer.node);
	uint16_t remembered = sa->hs != NULL ? sa->hs->remembered : 0;

	if (sa->mobike != NULL && sa->ours.tries >= PATH_TRIES && mobike_next_path(sa))
		return;
	if (exhausted(sa)) {
		ike_rekey_take_peers(sa);	/* its rekey stands without ours */
		ike_sa_kill(sa, remembered == N_NO_PROPOSAL_CHOSEN ? IKE_FAIL_NO_PROPOSAL
			    : IKE_FAIL_SILENT, remembered);
		return;
	}
	sa->ours.tries++;
	e->stats.retransmits++;
	ike_line(sa, RETRANSMISSION, "ike", "retransmission %u; no answer for %llu ms", sa->ours.tries,
		 (unsigned long long)(engine_now(e) - sa->ours.first_ms));
	if (!e->cfg.no_retransmits)
		send_request(sa);
	timer_set(e, t, next_ms(sa));
}

void
msgid_resend(struct ike_sa *sa)
{
	sa->ours.tries = 0;
	timer_set(sa->e, &sa->ours.timer, engine_now(sa->e) + delay_ms(sa));
	send_request(sa);
}

void
msgid_request(struct ike_sa *sa, struct sk_out *out)
{
	sk_out_free(&sa->ours.sent);
	sa->ours.sent = *out;
	*out = (struct sk_out){ 0 };
	sa->ours.next++;
	sa->ours.pending = true;
	sa->ours.tries = 0;
	sa->ours.first_ms = engine_now(sa->e);
	sa->ours.timer.fire = retransmit;
	timer_set(sa->e, &sa->ours.timer, sa->ours.first_ms + delay_ms(sa));
	send_request(sa);
}

void
msgid_answered(struct ike_sa *sa)
{
	timer_stop(sa->e, &sa->ours.timer);
	sa->ours.pending = false;
	sk_out_free(&sa->ours.sent);
	sa->suspect = false;
}

void
msgid_answer(struct ike_sa *sa, struct sk_out *out)
{
	sk_out_free(&sa->theirs.answer);
	sa->theirs.answer = *out;
	*out = (struct sk_out){ 0 };
	sa->theirs.expected++;
	sa->theirs.busy = false;
	send_answer(sa);
}

uint64_t
msgid_hash(struct span datagram)
{
	return addr_hash(datagram);
}

bool
msgid_replay(struct ike_sa *sa, struct span datagram, const struct endpoint *local,
	     const struct endpoint *remote)
{
	if (sa->theirs.answer.n == 0 || sa->theirs.request_hash != msgid_hash(datagram))
		return false;
	/* RFC 4555 3.5: it may be repeated from another address. */
	if (sa->mobike != NULL) {
		sa->theirs.local = *local;
		sa->theirs.remote = *remote;
	}
	send_answer(sa);
	return true;
}

void
msgid_clear(struct ike_sa *sa)
{
	timer_stop(sa->e, &sa->ours.timer);
	sk_out_free(&sa->ours.sent);
	sk_out_free(&sa->theirs.answer);
}
