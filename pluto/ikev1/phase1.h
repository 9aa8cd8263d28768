/* Phase 1: rows of what may come, and what each step does (RFC 2409 5). */
#ifndef PLUTO_IKEV1_PHASE1_H
#define PLUTO_IKEV1_PHASE1_H

#include "pluto/ikev1/job.h"

enum v1_result {
	V1_DONE,	/* the step is finished: the row's next state */
	V1_WAIT,	/* work is in the pool, or a key is looked up */
	V1_IGNORE,	/* as if it had not come */
	V1_FATAL,	/* p1->why says what; the SA goes */
};

/* NOTIFY is what the peer is told when the result is V1_FATAL; 0: nothing. */
struct v1_step {
	const struct v1_chain *in;
	struct span datagram;
	uint16_t notify;
	enum ike_failure failure;
};
typedef enum v1_result v1_step_fn(struct isakmp *sa, struct v1_step *s);

struct phase1_row {
	const char *story;
	uint8_t exchange;
	enum sa_role role;
	enum isakmp_state in, next;
	bool encrypted;
	uint64_t need, may;	/* V1_BIT of payload types */
	v1_step_fn *run;
};

/* phase1_table.c; NULL: such a message does not belong there. */
const struct phase1_row *phase1_row(const struct isakmp *sa, uint8_t exchange, bool encrypted);
/* The one of a first message, for which no SA exists yet. */
const struct phase1_row *phase1_first_row(uint8_t exchange);
const struct phase1_row *phase1_rows(size_t *n);

/* main_i.c, main_r.c */
bool main_begin(struct isakmp *sa);
v1_step_fn main_i_sa, main_i_ke, main_i_auth, main_r_sa, main_r_ke, main_r_auth;
/* Whose first message IN is: a reference, or NULL, to *OUT. */
void main_whose(struct v1_engine *e, const struct v1_chain *in, const struct endpoint *local,
		const struct endpoint *remote, struct connection **out);

/* aggr_i.c, aggr_r.c: only connections that allow it. */
bool aggr_begin(struct isakmp *sa);
v1_step_fn aggr_i_all, aggr_r_all, aggr_r_auth;
void aggr_whose(struct v1_engine *e, const struct v1_chain *in, const struct endpoint *local,
		const struct endpoint *remote, struct connection **out);

/* phase1_in.c: the message at work is accepted: the chain of IVs and the
 * duplicate's mark move on. */
void phase1_accept(struct isakmp *sa);
/* The work that was waited for is done: the row's end, after the fact. */
void phase1_resume(struct isakmp *sa, enum v1_result r, struct v1_step *s);

/* Common to both sides; phase1_out.c. */
struct ike_build phase1_build(struct isakmp *sa, uint8_t *buf, bool encrypted);
/* Seals when asked, sends as request or answer by the role. False: no memory. */
bool phase1_send(struct isakmp *sa, struct ike_build *b, bool encrypted);
void phase1_put_ke(struct isakmp *sa, struct ike_build *b);
/* A fault for tests (v1_bust): a vendor ID of more bytes than any path takes. */
void phase1_bust(struct ike_build *b, bool wanted);
/* RFC 2409 appendix B: the first IV, once both halves are known. */
bool phase1_first_iv(struct isakmp *sa);
/* Once the peer's value and nonce are there: the shared secret, and with PSK SKEYID. */
struct v1_job *phase1_job(struct isakmp *sa, v1_job_fn *done);
/* The keys from what J brought. False: p1->why. */
bool phase1_derive(struct isakmp *sa, const struct v1_job *j);
/* What CONN wants; as initiator of Aggressive Mode of one group alone. */
struct v1_phase1 phase1_conn_wants(const struct connection *c, enum sa_role role);
struct v1_phase1 phase1_wanted(const struct isakmp *sa);
/* As responder: chooses, and keeps the offer. False with the step's notify. */
bool phase1_choose(struct isakmp *sa, struct v1_step *s);
/* SA of the responder's first answer. */
void phase1_put_chosen(struct isakmp *sa, struct ike_build *b);
/* RFC 3947 4: behind a NAT the initiator goes on from 4500 to 4500. */
void phase1_float(struct isakmp *sa);
/* The initiator wants that one, or anybody. */
bool phase1_is_expected(const struct isakmp *sa);
void phase1_take(struct isakmp *sa, const struct v1_chosen1 *c);
bool phase1_take_ke(struct isakmp *sa, struct v1_step *s);
/* The step's end in failure. */
enum v1_result phase1_fail(struct isakmp *sa, struct v1_step *s, enum ike_failure why,
			   uint16_t notify, const char *text);

/* v1_auth.c: identities, and who proved what. */
void auth_put_id(struct isakmp *sa, struct ike_build *b);
/* The peer's ID payload into id_remote and p1; false with p1->why. */
bool auth_take_id(struct isakmp *sa, const struct v1_chain *in, bool from_initiator);
/* The peer's hash as it must be, and ours. The length, or 0. */
size_t auth_hashes(struct isakmp *sa, uint8_t peer[V1_HASH_MAX], uint8_t own[V1_HASH_MAX]);
bool auth_is_signature(const struct isakmp *sa);
/* Puts HASH or SIG. */
void auth_put_proof(struct isakmp *sa, struct ike_build *b, struct span proof);

/* v1_vid.c: as responder, what the initiator has said too. */
void vids_put(struct isakmp *sa, struct ike_build *b);
void vids_take(struct isakmp *sa, const struct v1_chain *in);

/* v1_natd.c */
void natd_put(struct isakmp *sa, struct ike_build *b);
void natd_take(struct isakmp *sa, const struct v1_chain *in);

#endif
