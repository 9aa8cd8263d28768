/* Aggressive Mode as initiator: AM1, AM3 (RFC 2409 5). */
#include <string.h>

#include "pluto/ikev1/info.h"
#include "pluto/ikev1/job.h"
#include "pluto/ikev1/prove.h"

static bool
send_am1(struct isakmp *sa)
{
	uint8_t buf[MESSAGE_ROOM];
	struct ike_build b = phase1_build(sa, buf, false);

	ike_build_payload(&b, V1_SA, chunk_span(sa->p1->sai_b));
	phase1_put_ke(sa, &b);
	auth_put_id(sa, &b);
	vids_put(sa, &b);
	v1_line(sa, sa->owner, 0, "ike", "> Aggressive Mode to %s", sa->conn->name);
	return phase1_send(sa, &b, false);
}

static void
have_pair(struct isakmp *sa, struct v1_job *j)
{
	if (sa->p1 == NULL)
		return;
	sa->p1->ke = j->ke;
	j->ke = NULL;
	if (!j->ok || !send_am1(sa))
		isakmp_kill(sa, IKE_FAIL_INTERNAL, 0);
}

bool
aggr_begin(struct isakmp *sa)
{
	struct v1_phase1 want = phase1_wanted(sa);
	uint8_t body[MESSAGE_ROOM];
	struct ike_build sa_b = ike_build_inner(body, sizeof(body));
	struct v1_job *j;

	v1_random(sa->e, sa->cky_i, COOKIE_LEN);
	v1_phase1_write(&sa_b, &want);
	sa->p1->sai_b = chunk_copy(ike_build_end(&sa_b));
	if (want.group == KE_NONE || sa->p1->sai_b.len == 0 || isakmp_index(sa) != 0)
		return false;
	j = v1_job_new(sa, 0, have_pair);
	if (j == NULL)
		return false;
	j->group = want.group;
	return v1_job_ke(j) == 0;
}

static bool
send_am3(struct isakmp *sa, struct span proof)
{
	uint8_t buf[MESSAGE_ROOM];
	struct ike_build b = phase1_build(sa, buf, true);

	phase1_float(sa);
	natd_put(sa, &b);
	auth_put_proof(sa, &b, proof);
	info_put_contact(sa, &b);
	return phase1_send(sa, &b, true);
}

static void
keys_known(struct isakmp *sa, struct v1_job *j)
{
	struct v1_step s = { .in = NULL };
	enum v1_result r;

	if (sa->p1 == NULL)
		return;
	sa->p1->ke = j->ke;
	j->ke = NULL;
	r = j->ok && phase1_derive(sa, j) ? prove_peer(sa, &s, send_am3)
		: phase1_fail(sa, &s, IKE_FAIL_NO_KEY, 0, NULL);
	phase1_resume(sa, r, &s);
}

/* Everything in AM2 may be anybody's until the proof is checked: what does not fit
 * is not an answer, and the real one may still come. */
static bool
take_answer(struct isakmp *sa, struct v1_step *s)
{
	struct v1_phase1 want = phase1_wanted(sa);
	struct parse_error e;
	struct v1_chosen1 c;
	struct ike_hdr h;

	if (sa->p1->ke == NULL || !v1_hdr_read(s->datagram, &h, &e)
	    || span_is_zero(SPAN_OF(h.spi_r))
	    || !v1_phase1_check(v1_find(s->in, V1_SA)->body, &want, &c, &e))
		return false;
	memcpy(sa->cky_r, h.spi_r, COOKIE_LEN);
	phase1_take(sa, &c);
	return phase1_take_ke(sa, s) && auth_take_id(sa, s->in, false);
}

enum v1_result
aggr_i_all(struct isakmp *sa, struct v1_step *s)
{
	struct v1_job *j;

	if (!take_answer(sa, s))
		return V1_IGNORE;
	if (!phase1_is_expected(sa)) {
		phase1_fail(sa, s, IKE_FAIL_AUTH_PEER, 0, "the peer says it is somebody else");
		return V1_IGNORE;
	}
	vids_take(sa, s->in);
	natd_take(sa, s->in);
	prove_take(sa, s->in);
	j = phase1_job(sa, keys_known);
	if (j == NULL)
		return V1_IGNORE;
	return v1_job_ke(j) == 0 ? V1_WAIT
		: phase1_fail(sa, s, IKE_FAIL_INTERNAL, 0, "too much work is waiting");
}
