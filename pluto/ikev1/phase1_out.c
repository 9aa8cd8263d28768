/* What both sides of phase 1 build: headers, key exchange, keys. */
#include <stdio.h>
#include <string.h>

#include "pluto/crypto/cipher.h"
#include "pluto/ikev1/job.h"
#include "pluto/ikev1/phase1.h"
#include "pluto/ikev1/seal.h"

struct ike_build
phase1_build(struct isakmp *sa, uint8_t *buf, bool encrypted)
{
	struct ike_hdr h = { .version = V1_VERSION, .exchange = sa->exchange,
		.flags = encrypted ? V1_FLAG_ENCRYPTED : 0 };

	memcpy(h.spi_i, sa->cky_i, COOKIE_LEN);
	memcpy(h.spi_r, sa->cky_r, COOKIE_LEN);
	return ike_build_message(buf, MESSAGE_ROOM, &h);
}

void
phase1_bust(struct ike_build *b, bool wanted)
{
	static const uint8_t much[4000];

	if (wanted)
		ike_build_payload(b, V1_VID, SPAN_OF(much));
}

/* An initiator that hears nothing gives up, in the end. */
static void
again(struct v1_engine *e, struct timer *t)
{
	struct isakmp *sa = HEAP_OWNER(&t->node, struct isakmp, out.timer.node);
	uint64_t next;

	sa->out.tries++;
	next = sent_next(sa, &sa->out);
	if (next == 0) {
		isakmp_kill(sa, IKE_FAIL_SILENT, 0);
		return;
	}
	e->stats.retransmits++;
	v1_line(sa, sa->owner, 10, "ike", "retransmission %u; no answer for %llu ms", sa->out.tries,
		(unsigned long long)(v1_now(e) - sa->out.first_ms));
	isakmp_send_again(sa, chunk_span(sa->out.datagram));
	v1_timer_set(e, t, next);
}

bool
phase1_send(struct isakmp *sa, struct ike_build *b, bool encrypted)
{
	struct chunk datagram = encrypted ? v1_seal(sa, sa->iv, b) : chunk_copy(ike_build_end(b));

	if (datagram.len == 0)
		return false;
	if (sa->role == SA_INITIATOR)
		sent_request(sa, &sa->out, datagram, again);
	else
		sent_answer(sa, &sa->out, datagram);
	return true;
}

static struct span
our_nonce(struct isakmp *sa)
{
	struct chunk *nonce = sa->role == SA_INITIATOR ? &sa->p1->ni : &sa->p1->nr;

	if (nonce->len == 0) {
		*nonce = chunk_new(NONCE_LEN);
		v1_random(sa->e, nonce->ptr, nonce->len);
	}
	return chunk_span(*nonce);
}

void
phase1_put_ke(struct isakmp *sa, struct ike_build *b)
{
	ike_build_payload(b, V1_KE, ke_public(sa->p1->ke));
	ike_build_payload(b, V1_NONCE, our_nonce(sa));
}

bool
phase1_first_iv(struct isakmp *sa)
{
	bool i = sa->role == SA_INITIATOR;
	struct span own = ke_public(sa->p1->ke), peer = chunk_span(sa->p1->ke_peer);
	const struct span parts[] = { i ? own : peer, i ? peer : own };
	uint8_t out[V1_HASH_MAX];

	if (v1_digest(sa->prf, parts, 2, out) < 0)
		return false;
	memcpy(sa->iv, out, sizeof(sa->iv));
	return true;
}

/* Main Mode does not know yet who the peer is; Aggressive Mode has heard it. */
static void
ask_skeyid(struct isakmp *sa, struct v1_job *j)
{
	our_nonce(sa);
	j->by_psk = true;
	j->id_local = sa->id_local;
	j->id_remote = sa->id_remote.type != 0 ? sa->id_remote
		: conn_end_id(&sa->conn->remote, &sa->remote.addr);
	j->prf = sa->prf;
	j->ni = chunk_copy(chunk_span(sa->p1->ni));
	j->nr = chunk_copy(chunk_span(sa->p1->nr));
}

struct v1_job *
phase1_job(struct isakmp *sa, v1_job_fn *done)
{
	struct v1_job *j = v1_job_new(sa, 0, done);

	if (j == NULL)
		return NULL;
	j->group = sa->ke;
	j->ke = sa->p1->ke;
	sa->p1->ke = NULL;
	j->peer_value = chunk_copy(chunk_span(sa->p1->ke_peer));
	if (!auth_is_signature(sa))
		ask_skeyid(sa, j);
	return j;
}

bool
phase1_derive(struct isakmp *sa, const struct v1_job *j)
{
	struct v1_keymat_in in = { .prf = sa->prf, .encr = sa->encr, .encr_bits = sa->encr_bits,
		.ni = chunk_span(sa->p1->ni), .nr = chunk_span(sa->p1->nr),
		.shared = secret_span(&j->shared), .skeyid = secret_span(&j->skeyid) };

	if (j->by_psk && j->skeyid.bytes.len == 0) {
		snprintf(sa->p1->why, sizeof(sa->p1->why), "no shared secret for this peer");
		return false;
	}
	memcpy(in.cky_i, sa->cky_i, COOKIE_LEN);
	memcpy(in.cky_r, sa->cky_r, COOKIE_LEN);
	sa->has_keys = v1_keymat_derive(&in, &sa->keys) == 0 && phase1_first_iv(sa);
	return sa->has_keys;
}

/* The method says also which side XAUTH is to prove. */
static uint16_t
auth_method(const struct connection *c, enum sa_role role)
{
	bool of_initiator = (c->xauth == CONN_PART_CLIENT) == (role == SA_INITIATOR);
	bool psk = c->local.auth == CONN_AUTH_PSK;

	if (c->xauth == CONN_PART_NONE)
		return psk ? V1_AUTH_PSK : V1_AUTH_RSA_SIG;
	if (psk)
		return of_initiator ? V1_AUTH_XAUTH_INIT_PSK : V1_AUTH_XAUTH_RESP_PSK;
	return of_initiator ? V1_AUTH_XAUTH_INIT_RSA : V1_AUTH_XAUTH_RESP_RSA;
}

struct v1_phase1
phase1_conn_wants(const struct connection *c, enum sa_role role)
{
	return (struct v1_phase1){ .ike = c->ike.n > 0 ? &c->ike : proposal_default_ike(),
		.auth = auth_method(c, role),
		.life_s = c->ike_lifetime_s };
}

struct v1_phase1
phase1_wanted(const struct isakmp *sa)
{
	struct v1_phase1 want = phase1_conn_wants(sa->conn, sa->role);

	/* RFC 2409 5: its first message holds a value of that group. */
	if (sa->exchange == V1_AGGRESSIVE && sa->role == SA_INITIATOR)
		want.group = v1_phase1_first_group(&want);
	return want;
}

bool
phase1_choose(struct isakmp *sa, struct v1_step *s)
{
	struct v1_phase1 want = phase1_wanted(sa);
	struct parse_error e;

	sa->p1->sai_b = chunk_copy(v1_find(s->in, V1_SA)->body);
	if (!v1_phase1_choose(chunk_span(sa->p1->sai_b), &want, &sa->p1->chosen, &e)) {
		phase1_fail(sa, s, IKE_FAIL_NO_PROPOSAL, e.notify, e.what);
		return false;
	}
	phase1_take(sa, &sa->p1->chosen);
	vids_take(sa, s->in);
	return true;
}

void
phase1_put_chosen(struct isakmp *sa, struct ike_build *b)
{
	size_t mark = ike_build_open(b, V1_SA);

	v1_phase1_write_chosen(b, &sa->p1->chosen);
	ike_build_close(b, mark);
}

void
phase1_float(struct isakmp *sa)
{
	if (!sa->encap)
		return;
	sa->local.port = sa->remote.port = NATT_PORT;
	sa->p1->row_local.port = sa->p1->row_remote.port = NATT_PORT;
}

bool
phase1_is_expected(const struct isakmp *sa)
{
	struct ident want = conn_end_id(&sa->conn->remote, &sa->remote.addr);

	return want.type == 0 || ident_eq(&want, &sa->id_remote);
}

void
phase1_take(struct isakmp *sa, const struct v1_chosen1 *c)
{
	sa->encr = c->encr;
	sa->encr_bits = c->encr_bits;
	sa->prf = c->prf;
	sa->ke = c->ke;
	sa->auth = c->auth;
}

bool
phase1_take_ke(struct isakmp *sa, struct v1_step *s)
{
	struct span value = v1_find(s->in, V1_KE)->body, nonce;
	struct chunk *kept = sa->role == SA_INITIATOR ? &sa->p1->nr : &sa->p1->ni;
	struct parse_error e;

	if (!v1_nonce_read(v1_find(s->in, V1_NONCE)->body, &nonce, &e)
	    || value.len != ke_value_len(sa->ke))
		return false;
	chunk_free(kept);
	chunk_free(&sa->p1->ke_peer);
	*kept = chunk_copy(nonce);
	sa->p1->ke_peer = chunk_copy(value);
	return kept->ptr != NULL && sa->p1->ke_peer.ptr != NULL;
}

enum v1_result
phase1_fail(struct isakmp *sa, struct v1_step *s, enum ike_failure why, uint16_t notify,
	    const char *text)
{
	s->failure = why;
	s->notify = notify;
	if (text != NULL)
		snprintf(sa->p1->why, sizeof(sa->p1->why), "%s", text);
	return V1_FATAL;
}
