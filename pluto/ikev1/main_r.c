/* Main Mode as responder: MM2, MM4, MM6 (RFC 2409 5). It answers, and repeats its
 * answers when asked again; it never sends by itself. */
#include <stdio.h>
#include <string.h>

#include "pluto/ikev1/job.h"
#include "pluto/ikev1/prove.h"

static bool
send_mm2(struct isakmp *sa)
{
	uint8_t buf[MESSAGE_ROOM];
	struct ike_build b = phase1_build(sa, buf, false);

	phase1_put_chosen(sa, &b);
	vids_put(sa, &b);
	return phase1_send(sa, &b, false);
}

void
main_whose(struct v1_engine *e, const struct v1_chain *in, const struct endpoint *local,
	   const struct endpoint *remote, struct connection **out)
{
	const struct ident nobody = { .type = 0 };

	(void)in;
	*out = e->ports.find_connection(e->ports.ctx, local, remote, &nobody, &nobody, 0);
}

enum v1_result
main_r_sa(struct isakmp *sa, struct v1_step *s)
{
	if (!phase1_choose(sa, s))
		return V1_FATAL;
	return send_mm2(sa) ? V1_DONE : V1_IGNORE;
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
	natd_put(sa, &b);
	phase1_bust(&b, sa->e->bust_r);
	if (!phase1_derive(sa, j)) {
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
	j = phase1_job(sa, send_mm4);
	if (j == NULL)
		return V1_IGNORE;
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

	if (c == NULL || (c->remote.auth == CONN_AUTH_PSK) == auth_is_signature(sa)
	    || c->xauth != sa->conn->xauth) {
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
	prove_take(sa, s->in);
	return prove_peer(sa, s, send_mm6);
}
