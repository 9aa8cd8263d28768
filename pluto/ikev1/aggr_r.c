/* Aggressive Mode as responder: AM2 (RFC 2409 5), for connections that allow it. It
 * answers, and repeats its answer when asked again; it never sends by itself. */
#include <string.h>

#include "pluto/ikev1/job.h"
#include "pluto/ikev1/prove.h"

/* Does C take Aggressive Mode, and is something in this offer for it? */
static bool
would_take(const struct connection *c, struct span sa_body)
{
	struct v1_phase1 want;
	struct v1_chosen1 chosen;
	struct parse_error e;

	if (!c->aggressive)
		return false;
	want = phase1_conn_wants(c, SA_RESPONDER);
	return v1_phase1_choose(sa_body, &want, &chosen, &e);
}

static bool
read_ident(const struct v1_chain *in, struct ident *out)
{
	struct parse_error e;
	struct v1_id id;

	if (!v1_id_read(v1_find(in, V1_ID)->body, &id, &e) || id.data.len > sizeof(out->data))
		return false;
	*out = (struct ident){ .type = id.type, .len = (uint8_t)id.data.len };
	memcpy(out->data, id.data.ptr, id.data.len);
	return true;
}

/* By the identity, and by how it will be proved: the offer says that. */
void
aggr_whose(struct v1_engine *e, const struct v1_chain *in, const struct endpoint *local,
	   const struct endpoint *remote, struct connection **out)
{
	static const uint8_t methods[] = { AUTH_PSK, AUTH_RSA };
	const struct ident nobody = { .type = 0 };
	struct ident id;

	*out = NULL;
	if (!read_ident(in, &id))
		return;
	for (size_t i = 0; i < sizeof(methods) && *out == NULL; i++) {
		struct connection *c = e->ports.find_connection(e->ports.ctx, local, remote,
								&nobody, &id, methods[i]);

		if (c != NULL && would_take(c, v1_find(in, V1_SA)->body))
			*out = connection_ref(c);
		connection_unref(c);
	}
}

static bool
send_am2(struct isakmp *sa, struct span proof)
{
	uint8_t buf[MESSAGE_ROOM];
	struct ike_build b = phase1_build(sa, buf, false);

	phase1_put_chosen(sa, &b);
	phase1_put_ke(sa, &b);
	auth_put_id(sa, &b);
	vids_put(sa, &b);
	natd_put(sa, &b);
	auth_put_proof(sa, &b, proof);
	return phase1_send(sa, &b, false);
}

static void
keys_known(struct isakmp *sa, struct v1_job *j)
{
	struct v1_step s = { .in = NULL };
	uint8_t body[MESSAGE_ROOM];
	struct ike_build b = ike_build_inner(body, sizeof(body));
	enum v1_result r;

	if (sa->p1 == NULL)
		return;
	sa->p1->ke = j->ke;
	j->ke = NULL;
	if (!j->ok) {	/* not on the curve, and the like */
		r = phase1_fail(sa, &s, IKE_FAIL_SYNTAX, V1_N_INVALID_KEY_INFORMATION,
				"the peer's key exchange value is bad");
	} else {
		phase1_put_ke(sa, &b);	/* kept: our nonce, and our identity */
		auth_put_id(sa, &b);
		r = phase1_derive(sa, j) ? prove_own(sa, &s, send_am2)
			: phase1_fail(sa, &s, IKE_FAIL_NO_KEY, 0, NULL);
	}
	phase1_resume(sa, r, &s);
}

enum v1_result
aggr_r_all(struct isakmp *sa, struct v1_step *s)
{
	struct v1_job *j;

	if (!phase1_choose(sa, s))
		return V1_FATAL;
	if (!phase1_take_ke(sa, s) || !auth_take_id(sa, s->in, true))
		return V1_IGNORE;
	j = phase1_job(sa, keys_known);
	if (j == NULL)
		return V1_IGNORE;
	return v1_job_ke(j) == 0 ? V1_WAIT : V1_IGNORE;
}

enum v1_result
aggr_r_auth(struct isakmp *sa, struct v1_step *s)
{
	natd_take(sa, s->in);
	prove_take(sa, s->in);
	return prove_peer(sa, s, NULL);
}
