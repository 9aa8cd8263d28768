/* IKE_SA_INIT as its responder: nothing is remembered before it must be. */
#include "pluto/ikev2/sa_init.h"

#include <stdlib.h>
#include <string.h>

#include "pluto/ikev2/auth.h"
#include "pluto/ikev2/event.h"

/* Half-open SAs from which on cookies are asked, and above which nobody is let in: of
 * two addresses, of a prefix. No prefix has more than its part of all. */
enum { PER_PAIR_COOKIE = 5, PER_PAIR_MAX = 20, PER_PREFIX_COOKIE = 16, PREFIX_PART = 16,
	ROOM = 512 };

/* A request read, with nothing kept. */
struct offer { struct ke_body ke; struct span ni; struct chosen chosen; };

static struct ike_hdr
bare_header(const struct ike_msg *msg)
{
	struct ike_hdr h = { .version = 0x20, .exchange = EX_SA_INIT, .flags = IKE_FLAG_R };

	memcpy(h.spi_i, msg->hdr.spi_i, 8);
	return h;
}

/* Whoever's address it claims to come from is sent no more than it was. */
static bool
answer_bare(struct ike_engine *e, const struct ike_msg *msg, const struct endpoint *local,
	    const struct endpoint *remote, uint16_t notify, struct span data)
{
	struct ike_hdr h = bare_header(msg);
	uint8_t room[ROOM];
	struct ike_build b = ike_build_message(room, sizeof(room), &h);
	struct span answer;

	ike_build_notify(&b, PROTO_NONE, (struct span){ NULL, 0 }, notify, data);
	answer = ike_build_end(&b);
	if (answer.len > msg->raw.len)
		return false;
	engine_send(e, local, remote, answer);
	return true;
}

/* RFC 7296 2.6: the cookie must be the first payload. */
static bool
has_good_cookie(struct ike_engine *e, const struct ike_msg *msg, struct span ni,
		const struct endpoint *remote)
{
	struct notify_body n;
	struct parse_error err;

	if (msg->outer.p[0].type != P_N || !notify_read(msg->outer.p[0].body, &n, &err)
	    || n.type != N_COOKIE)
		return false;
	if (cookie_good(&e->cookies, n.data, ni, &remote->addr, msg->hdr.spi_i))
		return true;
	e->stats.cookies_bad++;
	return false;
}

static bool
ask_cookie(struct ike_engine *e, const struct ike_msg *msg, struct span ni,
	   const struct endpoint *local, const struct endpoint *remote)
{
	uint8_t cookie[COOKIE_LEN], key[32];

	if (cookie_due(&e->cookies, engine_now(e))) {
		engine_random(e, key, sizeof(key));
		cookie_rotate(&e->cookies, key, engine_now(e));
	}
	if (has_good_cookie(e, msg, ni, remote))
		return false;
	if (cookie_make(&e->cookies, ni, &remote->addr, msg->hdr.spi_i, cookie))
		e->stats.cookies_sent += answer_bare(e, msg, local, remote, N_COOKIE, SPAN_OF(cookie));
	return true;
}

/* A host alone is counted by its addresses, whatever the limits. */
static unsigned
prefix_max(const struct ike_engine *e)
{
	unsigned part = e->cfg.max_half_open / PREFIX_PART;

	return part > PER_PAIR_MAX ? part : PER_PAIR_MAX;
}

/* False: the datagram has been dealt with. */
static bool
admit(struct ike_engine *e, const struct ike_msg *msg, struct span ni,
      const struct endpoint *local, const struct endpoint *remote)
{
	unsigned pair = half_open_of_pair(e, &local->addr, &remote->addr, PER_PAIR_MAX);
	unsigned nearby = half_open_nearby(e, &remote->addr);
	bool busy = e->stats.half_open_now >= e->cfg.cookie_threshold
		|| pair >= PER_PAIR_COOKIE || nearby >= PER_PREFIX_COOKIE;

	if (busy && ask_cookie(e, msg, ni, local, remote))
		return false;
	if (e->stats.half_open_now < e->cfg.max_half_open && pair < PER_PAIR_MAX
	    && nearby < prefix_max(e))
		return true;
	e->stats.refused_half_open++;
	return false;
}

/* The choice, or an answer that says what is wrong. */
static bool
choose(struct ike_engine *e, const struct ike_msg *msg, const struct connection *c,
       const struct endpoint *local, const struct endpoint *remote, struct offer *o)
{
	struct parse_error err = { 0 };
	uint8_t group[2];

	if (!proposal_choose(payload_find(&msg->outer, P_SA)->body, sa_init_proposals(c), PROTO_IKE,
			     0, o->ke.group, true, &o->chosen, &err)) {
		answer_bare(e, msg, local, remote, err.notify != 0 ? err.notify
			    : N_NO_PROPOSAL_CHOSEN, (struct span){ NULL, 0 });
		return false;
	}
	if (o->chosen.ke != o->ke.group) {
		group[0] = (uint8_t)(o->chosen.ke >> 8);
		group[1] = (uint8_t)o->chosen.ke;
		answer_bare(e, msg, local, remote, N_INVALID_KE_PAYLOAD, SPAN_OF(group));
		return false;
	}
	if (o->ke.value.len == ke_value_len(o->ke.group)
	    && 2 * o->ni.len >= prf_len(o->chosen.prf))
		return true;
	answer_bare(e, msg, local, remote, N_INVALID_SYNTAX, (struct span){ NULL, 0 });
	return false;
}

static void
half_open_late(struct ike_engine *e, struct timer *t)
{
	(void)e;
	ike_sa_kill(HEAP_OWNER(&t->node, struct ike_sa, life.node), IKE_FAIL_SILENT, 0);
}

static void
make_sa(struct ike_engine *e, const struct ike_msg *msg, struct connection *c,
	const struct endpoint *local, const struct endpoint *remote, const struct offer *o)
{
	struct ike_sa *sa = ike_sa_new(e, SA_RESPONDER, msg->hdr.spi_i, c, local, remote);

	if (sa == NULL) {
		e->stats.refused_half_open++;
		return;
	}
	sa->chosen = o->chosen;
	sa->hs->group = o->ke.group;
	sa->life.fire = half_open_late;
	timer_set(e, &sa->life, engine_now(e) + e->cfg.half_open_ms);
	ike_step(sa, msg, local, remote);
	if (sa->state == IKE_NEW && sa->held[0].row == NULL)
		ike_sa_kill(sa, IKE_FAIL_INTERNAL, 0);
}

static bool
read_offer(struct ike_engine *e, const struct ike_msg *msg, const struct endpoint *remote,
	   struct offer *o)
{
	const uint64_t need = PAYLOAD_BIT(P_SA) | PAYLOAD_BIT(P_KE) | PAYLOAD_BIT(P_NONCE);
	struct parse_error err = { .what = "IKE_SA_INIT request: a payload" };

	if ((msg->outer.seen & need) == need
	    && ke_read(payload_find(&msg->outer, P_KE)->body, &o->ke, &err)
	    && nonce_read(payload_find(&msg->outer, P_NONCE)->body, &o->ni, &err))
		return true;
	ike_step_complain(e, remote, NULL, err.what, "missing or malformed");
	return false;
}

void
sa_init_receive(struct ike_engine *e, const struct ike_msg *msg, const struct endpoint *local,
		const struct endpoint *remote)
{
	struct ike_sa *sa = half_open_find(e, msg->hdr.spi_i, &remote->addr);
	const struct ident any = { 0 };
	struct connection *c;
	struct offer o = { 0 };

	if (sa != NULL) {
		msgid_replay(sa, msg->raw, local, remote);
		return;
	}
	if (!read_offer(e, msg, remote, &o) || !admit(e, msg, o.ni, local, remote))
		return;
	c = e->ports.find_connection(e->ports.ctx, local, remote, &any, &any, AUTH_NONE);
	if (c == NULL) {
		answer_bare(e, msg, local, remote, N_NO_PROPOSAL_CHOSEN, (struct span){ NULL, 0 });
		return;
	}
	if (choose(e, msg, c, local, remote, &o))
		make_sa(e, msg, c, local, remote, &o);
	connection_unref(c);
}

static enum step_result
begin_pair(struct step *s)
{
	struct job *j = job_new(s->sa, 0, NULL);

	if (j == NULL)
		return STEP_IGNORE;
	j->group = s->sa->hs->group;
	return job_submit_ke(j) == 0 ? STEP_WAIT : STEP_IGNORE;
}

static bool
keep_offer(struct step *s)
{
	struct handshake *hs = s->sa->hs;
	struct parse_error err;
	struct ke_body ke;
	struct span ni;

	if (!ke_read(payload_find(&s->in, P_KE)->body, &ke, &err)
	    || !nonce_read(payload_find(&s->in, P_NONCE)->body, &ni, &err))
		return false;
	hs->init_i = chunk_copy(s->raw);
	hs->peer_ke = chunk_copy(ke.value);
	hs->ni = chunk_copy(ni);
	/* No longer than the initiator's, which is enough for the PRF. */
	hs->nr = chunk_new(ni.len < NONCE_LEN ? ni.len : NONCE_LEN);
	if (hs->nr.ptr != NULL)
		engine_random(s->e, hs->nr.ptr, hs->nr.len);
	return hs->init_i.ptr != NULL && hs->peer_ke.ptr != NULL && hs->ni.ptr != NULL
		&& hs->nr.ptr != NULL;
}

enum step_result
sa_init_request(struct step *s)
{
	struct ike_sa *sa = s->sa;
	struct ike_hdr h = ike_step_header(sa, EX_SA_INIT, true, 0);
	size_t mark;

	if (s->stage == 0)
		return begin_pair(s);
	if (!s->job->ok || !keep_offer(s))
		return step_fatal(s, 0, IKE_FAIL_INTERNAL);
	sa->hs->ke = s->job->ke;
	s->job->ke = NULL;
	sa_init_read_notifies(sa, &s->in, &s->hdr, &s->local, &s->remote);
	s->out = ike_build_message(s->room, sizeof(s->room), &h);
	mark = ike_build_open(&s->out, P_SA);
	proposal_write_chosen(&s->out, &sa->chosen, (struct span){ NULL, 0 });
	ike_build_close(&s->out, mark);
	ike_build_ke(&s->out, sa->hs->group, ke_public(sa->hs->ke));
	ike_build_payload(&s->out, P_NONCE, chunk_span(sa->hs->nr));
	sa_init_notifies(sa, &s->out);
	return STEP_DONE;
}
