/* Quick Mode: what both sides need. */
#include "pluto/ikev1/quick.h"

#include <stdlib.h>
#include <string.h>

#include "pluto/ikev1/attempt.h"
#include "pluto/ikev1/child.h"
#include "pluto/ikev1/info.h"
#include "pluto/ikev1/seal.h"

static void
quick_over(struct v1_engine *e, struct timer *t)
{
	struct quick *q = HEAP_OWNER(&t->node, struct quick, life.node);

	(void)e;
	if (q->state == QUICK_I2 || q->state == QUICK_R2)
		quick_end(q);
	else
		quick_fail(q, IKE_FAIL_SILENT, 0);
}

struct quick *
quick_new(struct isakmp *sa, struct connection *c, uint32_t msgid, enum quick_state state)
{
	struct quick *q = sa->n_quicks < QUICKS_MAX ? calloc(1, sizeof(*q)) : NULL;

	if (q == NULL || !v1_exchange_iv(sa, msgid, q->iv)) {
		free(q);
		return NULL;
	}
	q->next = sa->quicks;
	q->sa = sa;
	q->msgid = msgid;
	q->state = state;
	q->conn = connection_ref(c);
	q->life.fire = quick_over;
	sa->quicks = q;
	sa->n_quicks++;
	v1_timer_set(sa->e, &q->life, v1_now(sa->e) + sa->e->cfg.half_open_ms);
	return q;
}

struct quick *
quick_find(struct isakmp *sa, uint32_t msgid)
{
	for (struct quick *q = sa->quicks; q != NULL; q = q->next)
		if (q->msgid == msgid)
			return q;
	return NULL;
}

void
quick_end(struct quick *q)
{
	struct isakmp *sa = q->sa;
	struct v1_engine *e = sa->e;
	struct quick **at = &sa->quicks;

	while (*at != NULL && *at != q)
		at = &(*at)->next;
	if (*at != NULL)
		*at = q->next;
	sa->n_quicks--;
	if (q->spi_in != 0)
		e->kernel.ops->free_spi(e->kernel.k, q->spi_in);
	if (q->cpi_in != 0)
		e->kernel.ops->free_cpi(e->kernel.k, q->cpi_in);
	v1_timer_stop(e, &q->life);
	v1_timer_stop(e, &q->look);
	sent_clear(e, &q->out);
	ke_free(q->ke);
	chunk_free(&q->ni);
	chunk_free(&q->nr);
	chunk_free(&q->ke_peer);
	chunk_free(&q->answer);
	chunk_free(&q->ids);
	secret_free(&q->shared);
	connection_unref(q->conn);
	free(q);
}

/* The peer may have it: the last message was lost, and it had nothing to send. */
void
quick_abandon(struct quick *q)
{
	struct v1_child *c = v1_child_find(q->sa->e, q->child);

	if (c != NULL && !c->told) {
		info_delete_child(c);
		v1_child_kill(c, "its Quick Mode was not finished");
	}
	quick_end(q);
}

void
quick_fail(struct quick *q, enum ike_failure why, uint16_t notify)
{
	struct v1_attempt *a = v1_attempt_find(q->sa->e, q->owner);

	quick_abandon(q);
	if (a != NULL)
		v1_attempt_fail(a, why, notify, NULL);
}

void
quick_again(struct v1_engine *e, struct timer *t)
{
	struct quick *q = HEAP_OWNER(&t->node, struct quick, out.timer.node);
	uint64_t next;

	q->out.tries++;
	next = sent_next(q->sa, &q->out);
	if (next == 0) {
		quick_fail(q, IKE_FAIL_SILENT, 0);
		return;
	}
	e->stats.retransmits++;
	isakmp_repeat_last(q->sa);
	isakmp_send_again(q->sa, chunk_span(q->out.datagram));
	v1_timer_set(e, t, next);
}

void
quick_linger(struct quick *q, enum quick_state state)
{
	q->state = state;
	v1_timer_stop(q->sa->e, &q->out.timer);
	v1_timer_stop(q->sa->e, &q->look);
	v1_timer_set(q->sa->e, &q->life, v1_now(q->sa->e) + QUICK_LINGER_MS);
}

uint16_t
quick_group(const struct quick *q)
{
	if (!q->conn->pfs)
		return 0;
	return q->conn->pfs_group != 0 ? q->conn->pfs_group : q->sa->ke;
}

/* RFC 3948 encapsulates ESP alone. */
struct v1_phase2
quick_wanted(const struct quick *q)
{
	const struct proposal_list *l = q->conn->esp.n > 0 ? &q->conn->esp : proposal_default_esp();
	bool transport = q->conn->mode == MODE_TRANSPORT;
	bool udp = q->sa->encap && l->p[0].protocol != PROTO_AH;

	return (struct v1_phase2){ .esp = l,
		.compress = q->conn->compress && q->sa->e->kernel.ops->alloc_cpi != NULL,
		.encaps = transport ? (udp ? V1_ENCAPS_UDP_TRANSPORT : V1_ENCAPS_TRANSPORT)
			: udp ? V1_ENCAPS_UDP_TUNNEL : V1_ENCAPS_TUNNEL,
		.group = quick_group(q), .life_s = q->conn->child_lifetime_s };
}

/* Without a client, the host: with the protocol and the port that are asked for. */
static struct traffic_selector
end_ts(const struct conn_end *e, const struct ip_addr *host)
{
	struct traffic_selector ts = e->ts;

	if (e->has_client)
		return ts;
	if (ts.addr_lo.family == IP_NONE)
		return ts_host(host);
	ts.addr_lo = ts.addr_hi = *host;
	return ts;
}

struct selector
quick_limit(const struct isakmp *sa, const struct connection *c)
{
	return (struct selector){ .local = end_ts(&c->local, &sa->local.addr),
		.remote = end_ts(&c->remote, &sa->remote.addr) };
}

bool
quick_through_nat(const struct quick *q)
{
	return q->conn->mode == MODE_TRANSPORT && q->sa->encap && !connection_is_ah(q->conn);
}

void
quick_put_hosts(const struct quick *q, struct selector *s)
{
	if (!quick_through_nat(q) || !ip_addr_eq(&s->local.addr_lo, &s->local.addr_hi)
	    || !ip_addr_eq(&s->remote.addr_lo, &s->remote.addr_hi))
		return;
	s->local.addr_lo = s->local.addr_hi = q->sa->local.addr;
	s->remote.addr_lo = s->remote.addr_hi = q->sa->remote.addr;
}

void
quick_put_addresses(const struct quick *q, struct ike_build *b, bool initiator)
{
	if (!quick_through_nat(q))
		return;
	v1_put_nat_oa(b, initiator ? &q->sa->local.addr : &q->sa->remote.addr);
	v1_put_nat_oa(b, initiator ? &q->sa->remote.addr : &q->sa->local.addr);
}

bool
quick_take_numbers(struct quick *q, bool compress)
{
	const struct kernel *k = &q->sa->e->kernel;
	enum sa_protocol protocol = connection_is_ah(q->conn) ? SA_AH : SA_ESP;

	if (q->spi_in == 0)
		q->spi_in = k->ops->alloc_spi(k->k, protocol, &q->sa->local.addr,
					      &q->sa->remote.addr);
	if (q->cpi_in == 0 && compress)
		q->cpi_in = k->ops->alloc_cpi(k->k);
	return q->spi_in != 0 && (q->cpi_in != 0 || !compress);
}

struct span
quick_spi(const struct quick *q, uint8_t out[4])
{
	struct wire_writer w = wire_writer(out, 4);

	wire_put_u32(&w, q->spi_in);
	return wire_written(&w);
}

struct chunk
quick_message(struct quick *q, const uint8_t *hash, size_t len, struct ike_build *in)
{
	struct span inner = in != NULL ? ike_build_end(in) : (struct span){ 0 };

	if (len == 0 || (in != NULL && inner.ptr == NULL))
		return (struct chunk){ NULL, 0 };
	return v1_protected(q->sa, V1_QUICK, q->msgid, q->iv, span_of(hash, len), inner,
			    in != NULL ? in->first : P_NONE);
}

size_t
quick_hash3(const struct quick *q, uint8_t out[V1_HASH_MAX])
{
	uint8_t id[5] = { 0 };
	struct wire_writer w = wire_writer(id, sizeof(id));
	const struct span parts[] = { SPAN_OF(id), chunk_span(q->ni), chunk_span(q->nr) };
	int n;

	wire_put_u8(&w, 0);
	wire_put_u32(&w, q->msgid);
	n = v1_hash(&q->sa->keys, parts, sizeof(parts) / sizeof(*parts), out);
	return n > 0 ? (size_t)n : 0;
}

bool
quick_open(struct quick *q, const struct ike_hdr *h, struct span datagram, struct chunk *plain,
	   struct v1_chain *in, uint8_t next_iv[V1_BLOCK_MAX])
{
	struct parse_error e;

	memcpy(next_iv, q->iv, V1_BLOCK_MAX);
	*plain = v1_unseal(q->sa, next_iv, datagram);
	return plain->ptr != NULL
		&& v1_chain_read(chunk_span(*plain), h->next_payload, true, in, &e)
		&& in->n > 0 && in->p[0].type == V1_HASH;
}

bool
quick_hash_is(const struct v1_chain *in, const uint8_t *hash, size_t len)
{
	return len != 0 && span_eq_secret(in->p[0].body, span_of(hash, len));
}

bool
quick_read_ids(const struct quick *q, const struct v1_chain *in, bool from_initiator,
	       struct selector *out)
{
	const struct v1_payload *ci = v1_find(in, V1_ID);
	const struct v1_payload *cr = ci != NULL ? v1_find_next(in, ci) : NULL;
	struct traffic_selector a, b;
	struct parse_error e;
	struct v1_id id;

	*out = (struct selector){ ts_host(&q->sa->local.addr), ts_host(&q->sa->remote.addr) };
	if (ci == NULL)
		return true;
	if (cr == NULL || v1_find_next(in, cr) != NULL || !v1_id_read(ci->body, &id, &e)
	    || !v1_id_to_ts(&id, &a) || !v1_id_read(cr->body, &id, &e) || !v1_id_to_ts(&id, &b))
		return false;
	*out = from_initiator ? (struct selector){ .local = b, .remote = a }
		: (struct selector){ .local = a, .remote = b };
	return true;
}

bool
quick_take_ke(struct quick *q, const struct v1_chain *in, struct chunk *nonce)
{
	const struct v1_payload *n = v1_find(in, V1_NONCE), *ke = v1_find(in, V1_KE);
	struct parse_error e;
	struct span s;

	if (n == NULL || !v1_nonce_read(n->body, &s, &e) || (ke == NULL) != (q->chosen.ke == 0)
	    || (ke != NULL && ke->body.len != ke_value_len(q->chosen.ke)))
		return false;
	*nonce = chunk_copy(s);
	if (ke != NULL)
		q->ke_peer = chunk_copy(ke->body);
	return nonce->ptr != NULL && (ke == NULL || q->ke_peer.ptr != NULL);
}

void
quick_receive(struct isakmp *sa, const struct ike_hdr *h, struct span datagram,
	      const struct endpoint *local, const struct endpoint *remote, uint64_t hash)
{
	struct quick *q = quick_find(sa, h->message_id);

	(void)local, (void)remote;
	if ((h->flags & V1_FLAG_ENCRYPTED) == 0 || h->message_id == 0)
		return;
	if (q == NULL) {
		q = quick_new(sa, sa->conn, h->message_id, QUICK_R1);
		if (q != NULL)
			quick_r_receive(q, h, datagram);
	} else if (q->last_in == hash) {
		/* QM3 that comes again asks for nothing. */
		if (q->state != QUICK_R2)
			sent_repeat(sa, &q->out);
	} else if (!q->busy && q->state == QUICK_I1) {
		quick_i_receive(q, h, datagram);
	} else if (!q->busy && q->state == QUICK_R1) {
		quick_r_receive(q, h, datagram);
	}
}
