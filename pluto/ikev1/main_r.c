/* Main Mode as responder: MM2, MM4, MM6 (RFC 2409 5). It answers, and repeats its
 * answers when asked again; it never sends by itself. */
#include <stdio.h>
#include <string.h>

#include "pluto/ikev1/info.h"
#include "pluto/ikev1/job.h"
#include "pluto/ikev1/prove.h"

static bool
send_mm2(struct isakmp *sa, const struct v1_chosen1 *c)
{
	uint8_t buf[MESSAGE_ROOM];
	struct ike_build b = phase1_build(sa, buf, false);
	size_t mark = ike_build_open(&b, V1_SA);

	v1_phase1_write_chosen(&b, c);
	ike_build_close(&b, mark);
	natd_put_vids(&b);
	return phase1_send(sa, &b, false);
}

static bool
is_first(const struct v1_chain *in)
{
	/* RFC 2409 5: SA first. */
	return in->n > 0 && in->p[0].type == V1_SA
		&& (in->seen & ~(V1_BIT(V1_SA) | V1_BIT(V1_VID) | V1_BIT(V1_N))) == 0;
}

static struct connection *
whose(struct v1_engine *e, const struct endpoint *local, const struct endpoint *remote)
{
	const struct ident nobody = { .type = 0 };

	if (e->stats.half_open_now >= e->cfg.max_half_open) {
		e->stats.refused_half_open++;
		return NULL;
	}
	return e->ports.find_connection(e->ports.ctx, local, remote, &nobody, &nobody, 0);
}

static void
begin(struct v1_engine *e, struct connection *c, const struct ike_hdr *h,
      const struct v1_chain *in, const struct endpoint *local, const struct endpoint *remote,
      uint64_t hash)
{
	struct isakmp *sa = isakmp_new(e, c, SA_RESPONDER, local, remote);
	struct span body = v1_find(in, V1_SA)->body;
	struct v1_phase1 want;
	struct parse_error err;
	struct v1_chosen1 chosen;

	if (sa == NULL)
		return;
	want = phase1_wanted(sa);
	memcpy(sa->cky_i, h->spi_i, COOKIE_LEN);
	v1_random(e, sa->cky_r, COOKIE_LEN);
	sa->p1->sai_b = chunk_copy(body);
	sa->last_in = hash;
	if (!v1_phase1_choose(body, &want, &chosen, &err)) {
		info_refuse_first(e, h, local, remote, err.notify);
		isakmp_kill(sa, IKE_FAIL_NO_PROPOSAL, err.notify);
		return;
	}
	phase1_take(sa, &chosen);
	natd_take_vids(sa, in);
	if (sa->p1->sai_b.ptr == NULL || isakmp_index(sa) != 0 || !send_mm2(sa, &chosen))
		isakmp_kill(sa, IKE_FAIL_INTERNAL, 0);
}

void
main_receive(struct v1_engine *e, const struct ike_hdr *h, const struct v1_chain *in,
	     const struct endpoint *local, const struct endpoint *remote, struct span datagram)
{
	struct connection *c = is_first(in) ? whose(e, local, remote) : NULL;
	struct addr_buf b;

	if (c == NULL) {
		e->stats.dropped_unknown++;
		log_limited(&e->refuse_limit, LOG_LEVEL_INFO, NULL,
			    "IKEv1 from %s: no connection for it", endpoint_text(remote, &b));
		return;
	}
	begin(e, c, h, in, local, remote, addr_hash(datagram));
	connection_unref(c);
}

static void
send_mm4(struct isakmp *sa, struct v1_job *j)
{
	struct v1_step s = { .in = NULL };
	uint8_t buf[MESSAGE_ROOM];
	struct ike_build b;

	if (sa->p1 == NULL)
		return;
	sa->p1->ke = j->ke;
	j->ke = NULL;
	if (!j->ok) {	/* not on the curve, and the like */
		phase1_resume(sa, phase1_fail(sa, &s, IKE_FAIL_SYNTAX, V1_N_INVALID_KEY_INFORMATION,
					      "the peer's key exchange value is bad"), &s);
		return;
	}
	b = phase1_build(sa, buf, false);
	phase1_put_ke(sa, &b);
	if (!phase1_derive(sa, &j->shared)) {
		phase1_resume(sa, phase1_fail(sa, &s, IKE_FAIL_NO_KEY, 0, NULL), &s);
		return;
	}
	phase1_accept(sa);
	phase1_resume(sa, phase1_send(sa, &b, false) ? V1_DONE
		      : phase1_fail(sa, &s, IKE_FAIL_INTERNAL, 0, "no memory"), &s);
}

enum v1_result
main_r_ke(struct isakmp *sa, struct v1_step *s)
{
	struct v1_job *j;

	if (!phase1_take_ke(sa, s))
		return V1_IGNORE;
	natd_take(sa, s->in);
	j = v1_job_new(sa, 0, send_mm4);
	if (j == NULL)
		return V1_IGNORE;
	j->group = sa->ke;
	j->peer_value = chunk_copy(chunk_span(sa->p1->ke_peer));
	return v1_job_ke(j) == 0 ? V1_WAIT : V1_IGNORE;
}

static bool
send_mm6(struct isakmp *sa, struct span proof)
{
	uint8_t buf[MESSAGE_ROOM];
	struct ike_build b = phase1_build(sa, buf, true);

	auth_put_id(sa, &b);
	auth_put_proof(sa, &b, proof);
	return phase1_send(sa, &b, true);
}

/* By its identity it may be another connection than by its address; the method
 * was agreed before, so that must fit. */
static bool
find_again(struct isakmp *sa)
{
	struct v1_engine *e = sa->e;
	const struct ident any = { .type = 0 };
	struct connection *c = e->ports.find_connection(e->ports.ctx, &sa->local, &sa->remote, &any,
		&sa->id_remote, auth_is_signature(sa) ? AUTH_RSA : AUTH_PSK);

	if (c == NULL || (c->remote.auth == CONN_AUTH_PSK) == auth_is_signature(sa)) {
		connection_unref(c);
		snprintf(sa->p1->why, sizeof(sa->p1->why), "no connection for who it says it is");
		return false;
	}
	connection_unref(sa->conn);
	sa->conn = c;
	sa->id_local = conn_end_id(&c->local, &sa->local.addr);
	return true;
}

enum v1_result
main_r_auth(struct isakmp *sa, struct v1_step *s)
{
	uint8_t body[MESSAGE_ROOM];
	struct ike_build b = ike_build_inner(body, sizeof(body));

	/* Under the wrong secret this is noise, which is nobody's word. */
	if (!auth_take_id(sa, s->in, true))
		return V1_IGNORE;
	if (!find_again(sa))
		return phase1_fail(sa, s, IKE_FAIL_AUTH_PEER, V1_N_AUTHENTICATION_FAILED, NULL);
	auth_put_id(sa, &b);	/* kept: our hash covers it */
	return prove_peer(sa, s, send_mm6);
}
