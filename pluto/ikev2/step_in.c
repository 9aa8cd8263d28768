/* The way in: a datagram for an IKE SA to the payloads that a row can judge. */
#include "pluto/ikev2/step_in.h"

#include <errno.h>
#include <stdlib.h>

#include "pluto/ikev2/attempt.h"
#include "pluto/ikev2/auth.h"
#include "pluto/ikev2/mobike.h"
#include "pluto/ikev2/rekey.h"

void
ike_step_complain(struct ike_engine *e, const struct endpoint *remote, const struct ike_sa *sa,
		  const char *what, const char *how)
{
	struct addr_buf b;

	e->stats.dropped_malformed++;
	log_limited(&e->bad_limit, LOG_LEVEL_INFO, NULL, "ike#%llu: malformed message from %s: %s: %s",
		    sa != NULL ? (unsigned long long)sa->serial : 0ull, endpoint_text(remote, &b),
		    what, how);
}

void
step_in_fail_owner(struct ike_sa *sa, enum ike_failure why, uint16_t notify)
{
	uint64_t owner = sa->hs->owner;

	sa->hs->owner = 0;
	if (owner != 0)
		attempt_lost(sa->e, owner, why, notify,
			     sa->hs->why[0] != '\0' ? sa->hs->why : NULL);
}

/* May a message with this id be worked on? Repeated requests are answered here; one
 * that comes too early is repeated by the peer. */
static bool
in_window(struct ike_sa *sa, const struct ike_msg *msg, const struct endpoint *local,
	  const struct endpoint *remote)
{
	uint32_t id = msg->hdr.message_id;

	if ((msg->hdr.flags & IKE_FLAG_R) != 0)
		return sa->ours.pending && id == sa->ours.next - 1 && sa->held[1].row == NULL;
	if (id + 1 == sa->theirs.expected)
		msgid_replay(sa, msg->raw, local, remote);
	return id == sa->theirs.expected && !sa->theirs.busy && !sa->undecided;
}

void
step_in_follow(struct ike_sa *sa, const struct endpoint *local, const struct endpoint *remote)
{
	bool moved = !endpoint_eq(&sa->remote, remote) || !endpoint_eq(&sa->local, local);

	sa->heard_ms = engine_now(sa->e);
	if (!moved || !sa->natt || (sa->hs == NULL && !sa->nat_remote))
		return;
	/* RFC 4555 3.8: an initiator that can say so does. */
	if (sa->mobike != NULL && sa->hs == NULL)
		return;
	if (!ip_addr_eq(&sa->remote.addr, &remote->addr) && sa->hs != NULL)
		return;		/* a handshake does not change its peer's address */
	ike_sa_move(sa, local, remote);
	mobike_move_children(sa);
}

/* RFC 7296 2.11: it is answered where it came from. */
static void
note_request(struct ike_sa *sa, const struct ike_msg *msg, const struct endpoint *local,
	     const struct endpoint *remote)
{
	if ((msg->hdr.flags & IKE_FLAG_R) != 0)
		return;
	sa->theirs.local = *local;
	sa->theirs.remote = *remote;
}

/* Errors without protection are hints (RFC 7296 2.21.4). */
static void
unprotected(struct ike_sa *sa, const struct ike_msg *msg)
{
	struct notify_body n;

	if ((msg->hdr.flags & IKE_FLAG_R) != 0 && notify_find_error(&msg->outer, &n)
	    && n.type == N_INVALID_IKE_SPI) {
		if (sa->state == IKE_AUTH_SENT && msg->hdr.exchange == EX_AUTH)
			attempt_anew(sa);
		rekey_hint(sa);
	}
}

/* Decrypted and authenticated: the payloads inside. */
static void
inside(struct ike_sa *sa, const struct ike_msg *msg, struct chunk *plain, struct span text,
       uint8_t first, const struct endpoint *local, const struct endpoint *remote)
{
	struct payload_list in;
	struct parse_error err = { 0 };

	step_in_follow(sa, local, remote);
	note_request(sa, msg, local, remote);
	if (payload_list_read(text, first, &in, &err)) {
		step_in_payloads(sa, &msg->hdr, &in, msg->raw, plain, first, local, remote);
		return;
	}
	ike_step_complain(sa->e, remote, sa, err.what, wire_err_name(err.err));
	if ((msg->hdr.flags & IKE_FLAG_R) == 0)
		step_in_refuse(sa, &msg->hdr, &err, local, remote);
}

static void
open_whole(struct ike_sa *sa, const struct ike_msg *msg, const struct endpoint *local,
	   const struct endpoint *remote)
{
	struct chunk plain = chunk_new(msg->raw.len), copy;
	struct parse_error err = { 0 };
	struct span text;
	uint8_t first = 0;
	int rc = plain.ptr == NULL ? -ENOMEM
		: sk_open(sa->open, msg, plain.ptr, plain.len, &text, &first, &err);

	if (rc == 0) {
		if ((msg->hdr.flags & IKE_FLAG_R) == 0)
			sa->theirs.request_hash = msgid_hash(msg->raw);
		copy = chunk_copy(text);
		if (copy.len == text.len)
			inside(sa, msg, &copy, chunk_span(copy), first, local, remote);
		chunk_free(&copy);
	} else if (rc == -EPROTO) {
		ike_step_complain(sa->e, remote, sa, err.what, wire_err_name(err.err));
	}
	chunk_free(&plain);
}

static bool
is_first_fragment(const struct payload *skf)
{
	struct wire_reader r = wire_reader(skf->body);

	return wire_u16(&r, "fragment number") == 1;
}

static void
open_fragment(struct ike_sa *sa, const struct ike_msg *msg, const struct payload *skf,
	      const struct endpoint *local, const struct endpoint *remote)
{
	int direction = (msg->hdr.flags & IKE_FLAG_R) != 0;
	struct sk_reassembly **r = &sa->fragments[direction];
	struct chunk plain = { NULL, 0 };
	struct parse_error err = { 0 };
	uint8_t first = 0;
	int rc;

	sa->e->stats.fragments_in++;
	if (*r == NULL)
		*r = calloc(1, sizeof(**r));
	rc = *r == NULL ? -ENOMEM : sk_fragment_in(*r, sa->open, msg, &plain, &first, &err);
	if (rc >= 0 && direction == 0 && is_first_fragment(skf))
		sa->theirs.request_hash = msgid_hash(msg->raw);
	if (rc == -EPROTO)
		ike_step_complain(sa->e, remote, sa, err.what, wire_err_name(err.err));
	if (rc != 1)
		return;
	sk_reassembly_clear(*r);
	free(*r);
	*r = NULL;
	inside(sa, msg, &plain, chunk_span(plain), first, local, remote);
	chunk_free(&plain);
}

static void
protected(struct ike_sa *sa, const struct ike_msg *msg, const struct endpoint *local,
	  const struct endpoint *remote)
{
	const struct payload *skf = payload_find(&msg->outer, P_SKF);

	if (skf == NULL && payload_find(&msg->outer, P_SK) == NULL) {
		unprotected(sa, msg);
		return;
	}
	if (!in_window(sa, msg, local, remote)
	    || !exchange_expected(sa, msg->hdr.exchange, (msg->hdr.flags & IKE_FLAG_R) != 0))
		return;
	if (sa->open == NULL)
		auth_early(sa, msg, local, remote);
	else if (skf == NULL)
		open_whole(sa, msg, local, remote);
	else if (sa->fragmentation)
		open_fragment(sa, msg, skf, local, remote);
}

void
ike_step(struct ike_sa *sa, const struct ike_msg *msg, const struct endpoint *local,
	 const struct endpoint *remote)
{
	struct chunk copy;

	if (msg->hdr.exchange != EX_SA_INIT) {
		protected(sa, msg, local, remote);
		return;
	}
	if (!in_window(sa, msg, local, remote)
	    || !exchange_expected(sa, EX_SA_INIT, (msg->hdr.flags & IKE_FLAG_R) != 0))
		return;
	copy = chunk_copy(msg->raw);
	if (copy.ptr == NULL)
		return;
	note_request(sa, msg, local, remote);
	if ((msg->hdr.flags & IKE_FLAG_R) == 0)
		sa->theirs.request_hash = msgid_hash(msg->raw);
	step_in_payloads(sa, &msg->hdr, &msg->outer, msg->raw, &copy, 0, local, remote);
	chunk_free(&copy);
}
