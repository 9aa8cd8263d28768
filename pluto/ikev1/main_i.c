/* Main Mode as initiator: MM1, MM3, MM5 (RFC 2409 5). */
#include <string.h>

#include "pluto/ikev1/info.h"
#include "pluto/ikev1/job.h"
#include "pluto/ikev1/prove.h"

bool
main_begin(struct isakmp *sa)
{
	struct v1_phase1 want = phase1_wanted(sa);
	uint8_t buf[MESSAGE_ROOM], body[MESSAGE_ROOM];
	struct ike_build sa_b = ike_build_inner(body, sizeof(body)), b;

	v1_random(sa->e, sa->cky_i, COOKIE_LEN);
	v1_phase1_write(&sa_b, &want);
	sa->p1->sai_b = chunk_copy(ike_build_end(&sa_b));
	if (sa->p1->sai_b.len == 0 || isakmp_index(sa) != 0)
		return false;
	b = phase1_build(sa, buf, false);
	ike_build_payload(&b, V1_SA, chunk_span(sa->p1->sai_b));
	vids_put(sa, &b);
	v1_line(sa, sa->owner, 0, "ike", "> Main Mode to %s", sa->conn->name);
	return phase1_send(sa, &b, false);
}

static void
send_mm3(struct isakmp *sa, struct v1_job *j)
{
	struct v1_step s = { .in = NULL };
	uint8_t buf[MESSAGE_ROOM];
	struct ike_build b;
	bool ok;

	if (sa->p1 == NULL)
		return;
	sa->p1->ke = j->ke;
	j->ke = NULL;
	ok = j->ok;
	if (ok) {
		phase1_accept(sa);
		b = phase1_build(sa, buf, false);
		phase1_put_ke(sa, &b);
		natd_put(sa, &b);
		phase1_bust(&b, sa->e->bust_i);
		ok = phase1_send(sa, &b, false);
	}
	phase1_resume(sa, ok ? V1_DONE
		      : phase1_fail(sa, &s, IKE_FAIL_INTERNAL, 0, "no key pair"), &s);
}

/* RFC 2408 4.2: what was not asked for is not an answer; who alters an offer is
 * nobody to talk to, but the real answer may still come. */
enum v1_result
main_i_sa(struct isakmp *sa, struct v1_step *s)
{
	struct v1_phase1 want = phase1_wanted(sa);
	struct parse_error e;
	struct v1_chosen1 c;
	struct v1_job *j;
	struct ike_hdr h;

	if (!v1_hdr_read(s->datagram, &h, &e) || span_is_zero(SPAN_OF(h.spi_r))
	    || !v1_phase1_check(v1_find(s->in, V1_SA)->body, &want, &c, &e))
		return V1_IGNORE;
	memcpy(sa->cky_r, h.spi_r, COOKIE_LEN);
	phase1_take(sa, &c);
	vids_take(sa, s->in);
	j = v1_job_new(sa, 0, send_mm3);
	if (j == NULL)
		return V1_IGNORE;
	j->group = sa->ke;
	return v1_job_ke(j) == 0 ? V1_WAIT : V1_IGNORE;
}

static bool
send_mm5(struct isakmp *sa, struct span proof)
{
	uint8_t buf[MESSAGE_ROOM];
	struct ike_build b = phase1_build(sa, buf, true);

	auth_put_id(sa, &b);
	auth_put_proof(sa, &b, proof);
	info_put_contact(sa, &b);
	return phase1_send(sa, &b, true);
}

static void
keys_known(struct isakmp *sa, struct v1_job *j)
{
	struct v1_step s = { .in = NULL };
	enum v1_result r;
	uint8_t body[MESSAGE_ROOM];
	struct ike_build b = ike_build_inner(body, sizeof(body));

	if (sa->p1 == NULL)
		return;
	sa->p1->ke = j->ke;
	j->ke = NULL;
	if (!j->ok || !phase1_derive(sa, j)) {
		phase1_resume(sa, phase1_fail(sa, &s, IKE_FAIL_NO_KEY, 0, NULL), &s);
		return;
	}
	phase1_accept(sa);
	phase1_float(sa);
	auth_put_id(sa, &b);	/* kept: our hash covers it */
	r = prove_own(sa, &s, send_mm5);
	phase1_resume(sa, r, &s);
}

enum v1_result
main_i_ke(struct isakmp *sa, struct v1_step *s)
{
	struct v1_job *j;

	if (!phase1_take_ke(sa, s))
		return V1_IGNORE;
	natd_take(sa, s->in);
	j = phase1_job(sa, keys_known);
	if (j == NULL)
		return V1_IGNORE;
	return v1_job_ke(j) == 0 ? V1_WAIT
		: phase1_fail(sa, s, IKE_FAIL_INTERNAL, 0, "too much work is waiting");
}

enum v1_result
main_i_auth(struct isakmp *sa, struct v1_step *s)
{
	if (!auth_take_id(sa, s->in, false))
		return V1_IGNORE;
	if (!phase1_is_expected(sa))
		return phase1_fail(sa, s, IKE_FAIL_AUTH_PEER, V1_N_INVALID_ID_INFORMATION,
				   "the peer says it is somebody else");
	prove_take(sa, s->in);
	return prove_peer(sa, s, NULL);
}
