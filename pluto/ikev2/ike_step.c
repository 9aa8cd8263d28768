/* One message through the exchange table: row, payloads, function, result. */
#include "pluto/ikev2/ike_step.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pluto/ikev2/event.h"
#include "pluto/ikev2/rekey.h"
#include "pluto/ikev2/step_in.h"
#include "pluto/ikev2/task.h"

void
ike_step_become(struct ike_sa *sa, enum ike_sa_state next)
{
	sa->state = next;
}

struct ike_hdr
ike_step_header(const struct ike_sa *sa, uint8_t exchange, bool response, uint32_t message_id)
{
	struct ike_hdr h = { .version = 0x20, .exchange = exchange, .message_id = message_id };

	memcpy(h.spi_i, sa->spi_i, 8);
	memcpy(h.spi_r, sa->spi_r, 8);
	if (sa->role == SA_INITIATOR)
		h.flags |= IKE_FLAG_I;
	if (response)
		h.flags |= IKE_FLAG_R;
	return h;
}

/* What a datagram may hold so that it fits the agreed size of an IP packet. */
static size_t
fragment_limit(const struct ike_sa *sa)
{
	bool v6 = sa->remote.addr.family == IP_V6;
	size_t limit = v6 ? sa->e->cfg.fragment_v6 : sa->e->cfg.fragment_v4;
	size_t overhead = (v6 ? 40u : 20u) + 8u + 4u;

	return sa->fragmentation && limit > 2 * overhead ? limit - overhead : 0;
}

int
ike_step_request(struct ike_sa *sa, uint8_t exchange, const struct ike_build *inner)
{
	const struct ike_hdr h = ike_step_header(sa, exchange, false, sa->ours.next);
	struct sk_out out = { 0 };
	int err = sk_seal(sa->seal, &h, inner, fragment_limit(sa), &out);

	if (err == 0)
		msgid_request(sa, &out);
	return err;
}

enum step_result
step_refuse(struct step *s, uint16_t notify)
{
	s->notify = notify;
	return STEP_REFUSE;
}

enum step_result
step_fatal(struct step *s, uint16_t notify, enum ike_failure failure)
{
	s->notify = notify;
	s->failure = failure;
	return STEP_FATAL;
}

/* IKE_SA_INIT is answered in the clear, and both sides keep its bytes for AUTH. */
static int
answer_clear(struct ike_sa *sa, struct step *s)
{
	struct span text = ike_build_end(&s->out);
	struct sk_out out = { .n = 1, .datagram = { chunk_copy(text) } };

	if (text.len == 0 || out.datagram[0].ptr == NULL) {
		sk_out_free(&out);
		return -EMSGSIZE;
	}
	chunk_free(&sa->hs->init_r);
	sa->hs->init_r = chunk_copy(text);
	msgid_answer(sa, &out);
	return 0;
}

static int
answer(struct ike_sa *sa, struct step *s)
{
	struct ike_hdr h = ike_step_header(sa, s->hdr.exchange, true, s->hdr.message_id);
	struct sk_out out = { 0 };
	int err;

	if (s->hdr.exchange == EX_SA_INIT)
		return answer_clear(sa, s);
	err = sk_seal(sa->seal, &h, &s->out, fragment_limit(sa), &out);
	if (err == 0)
		msgid_answer(sa, &out);
	return err;
}

static void
answer_notify(struct ike_sa *sa, struct step *s)
{
	uint8_t spi[4] = { (uint8_t)(s->notify_spi >> 24), (uint8_t)(s->notify_spi >> 16),
		(uint8_t)(s->notify_spi >> 8), (uint8_t)s->notify_spi };

	s->out = ike_build_inner(s->room, sizeof(s->room));
	ike_build_notify(&s->out, s->notify_protocol,
			 s->notify_protocol != PROTO_NONE ? SPAN_OF(spi) : (struct span){ NULL, 0 },
			 s->notify, span_of(s->notify_data, s->notify_len));
	if (answer(sa, s) != 0)
		sa->theirs.busy = false;
}

static void
finish_request(struct ike_sa *sa, struct step *s, enum step_result r)
{
	switch (r) {
	case STEP_DONE:
		if (answer(sa, s) != 0)
			sa->theirs.busy = false;
		if (!s->stay && s->row->next != NEXT_SAME)
			ike_step_become(sa, (enum ike_sa_state)s->row->next);
		break;
	case STEP_REFUSE:
		answer_notify(sa, s);
		break;
	case STEP_FATAL:
		if (s->notify != 0 && sa->seal != NULL)
			answer_notify(sa, s);
		ike_sa_kill(sa, s->failure, s->notify);
		return;
	case STEP_IGNORE:
		sa->theirs.busy = false;
		break;
	case STEP_WAIT:
		break;
	}
	if (s->then != NULL && r != STEP_IGNORE)
		s->then(sa);
}

static void
finish_response(struct ike_sa *sa, struct step *s, enum step_result r)
{
	switch (r) {
	case STEP_DONE:
	case STEP_REFUSE:
		msgid_answered(sa);
		if (r == STEP_DONE && !s->stay && s->row->next != NEXT_SAME)
			ike_step_become(sa, (enum ike_sa_state)s->row->next);
		if (s->then != NULL)
			s->then(sa);
		task_run(sa);
		break;
	case STEP_FATAL:
		msgid_answered(sa);
		if (sa->hs != NULL)
			step_in_fail_owner(sa, s->failure, s->notify);
		if (s->notify != 0)
			ike_sa_close(sa, s->notify);
		else
			ike_sa_kill(sa, s->failure, 0);
		break;
	case STEP_IGNORE:
	case STEP_WAIT:
		break;
	}
}

/* Keeps what the message said until the work is done. */
static void
hold(struct ike_sa *sa, int direction, const struct step *s, struct chunk *plain, uint8_t first)
{
	struct held_msg *h = &sa->held[direction];

	if (h->row == NULL) {
		*h = (struct held_msg){ .hdr = s->hdr, .plain = *plain, .first = first,
			.local = s->local, .remote = s->remote };
		*plain = (struct chunk){ NULL, 0 };
	}
	h->row = s->row;
	h->stage = s->stage;
	if (direction == 0)
		sa->theirs.busy = true;
}

static void
run_row(struct ike_sa *sa, struct step *s, struct chunk *plain, uint8_t first)
{
	int direction = s->row->response ? 1 : 0;
	enum step_result r;

	s->out = s->hdr.exchange != EX_SA_INIT
		? ike_build_inner(s->room, sizeof(s->room))
		: (struct ike_build){ 0 };
	r = s->row->run(s);
	if (r == STEP_WAIT && sa->state != IKE_GONE)
		hold(sa, direction, s, plain, first);
	else
		held_clear(&sa->held[direction]);
	if (sa->state == IKE_GONE)
		return;
	if (direction == 0)
		finish_request(sa, s, r);
	else if (r == STEP_WAIT && s->then != NULL)
		s->then(sa);
	else
		finish_response(sa, s, r);
}

/* An authenticated message that fits no row: the peer is told, if it asked. */
static void
no_row(struct ike_sa *sa, struct step *s, enum row_fit why)
{
	ike_step_complain(sa->e, &s->remote, sa, name_of(&exchange_names, s->hdr.exchange,
			  &(struct name_buf){ 0 }),
			  why == ROW_MISSING ? "a payload is missing" : "a payload has no place in it");
	if ((s->hdr.flags & IKE_FLAG_R) != 0 || sa->seal == NULL)
		return;
	s->notify = N_INVALID_SYNTAX;
	answer_notify(sa, s);
	if (sa->hs != NULL)
		ike_sa_kill(sa, IKE_FAIL_SYNTAX, 0);
}

void
step_in_refuse(struct ike_sa *sa, const struct ike_hdr *hdr, const struct parse_error *err,
	       const struct endpoint *local, const struct endpoint *remote)
{
	struct step *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return;
	s->hdr = *hdr;
	s->local = *local;
	s->remote = *remote;
	s->notify = err->notify != 0 ? err->notify : N_INVALID_SYNTAX;
	if (s->notify == N_UNSUPPORTED_CRITICAL_PAYLOAD)
		s->notify_data[s->notify_len++] = err->payload;
	answer_notify(sa, s);
	if (sa->hs != NULL)
		ike_sa_kill(sa, IKE_FAIL_SYNTAX, 0);
	free(s);
}

void
step_in_payloads(struct ike_sa *sa, const struct ike_hdr *hdr, const struct payload_list *in,
		 struct span raw, struct chunk *plain, uint8_t first,
		 const struct endpoint *local, const struct endpoint *remote)
{
	struct step *s = calloc(1, sizeof(*s));
	enum row_fit why;

	if (s == NULL)
		return;
	s->e = sa->e;
	s->sa = sa;
	s->hdr = *hdr;
	s->in = *in;
	s->raw = raw;
	s->local = *local;
	s->remote = *remote;
	s->row = exchange_find(sa, hdr->exchange, (hdr->flags & IKE_FLAG_R) != 0, in, &why);
	if (s->row == NULL)
		no_row(sa, s, why);
	else
		run_row(sa, s, plain, first);
	free(s);
}

static bool
read_held(struct step *s, const struct held_msg *h)
{
	struct parse_error err;
	struct ike_msg msg;

	if (h->hdr.exchange != EX_SA_INIT)
		return payload_list_read(chunk_span(h->plain), h->first, &s->in, &err);
	s->raw = chunk_span(h->plain);
	if (!ike_msg_read(s->raw, &msg, &err))
		return false;
	s->in = msg.outer;
	return true;
}

void
ike_step_resume(struct ike_sa *sa, int direction, struct job *job)
{
	struct held_msg *h = &sa->held[direction];
	struct step *s;

	if (h->row == NULL)
		return;
	s = (h->row->in & IN(sa->state)) != 0 ? calloc(1, sizeof(*s)) : NULL;
	if (s == NULL) {
		held_clear(h);
		if (direction == 0)
			sa->theirs.busy = false;
		return;
	}
	s->e = sa->e;
	s->sa = sa;
	s->row = h->row;
	s->hdr = h->hdr;
	s->local = h->local;
	s->remote = h->remote;
	s->stage = ++h->stage;
	s->job = job;
	if (read_held(s, h)) {
		struct chunk none = { NULL, 0 };

		run_row(sa, s, &none, h->first);
	}
	free(s);
}
