/* One message through the exchange table: row, payloads, function, result. */
#ifndef PLUTO_IKEV2_IKE_STEP_H
#define PLUTO_IKEV2_IKE_STEP_H

#include "pluto/ikev2/exchange_table.h"
#include "pluto/ikev2/job.h"

enum { STEP_ROOM = 16384 };

struct step {
	struct ike_engine *e;
	struct ike_sa *sa;
	const struct exchange_row *row;
	struct ike_hdr hdr;
	struct payload_list in;		/* outer of IKE_SA_INIT, else inside SK */
	struct span raw;		/* IKE_SA_INIT: the datagram */
	struct endpoint local, remote;
	unsigned stage;			/* 0; counted up after each wait */
	struct job *job;		/* that has just finished; NULL at stage 0 */
	struct ike_build out;		/* the answer, for requests */
	uint8_t room[STEP_ROOM];	/* its bytes */
	uint16_t notify;		/* STEP_REFUSE, STEP_FATAL; 0: nothing to say */
	uint8_t notify_data[8];
	uint8_t notify_len;
	uint8_t notify_protocol;
	uint32_t notify_spi;		/* CHILD_SA_NOT_FOUND */
	enum ike_failure failure;	/* STEP_FATAL: what to tell attempts */
	bool stay;			/* STEP_DONE without the row's next state */
	void (*then)(struct ike_sa *sa);	/* after a wait is set up, or a result sent */
};

/* A whole datagram for SA; everything about it happens inside. */
void ike_step(struct ike_sa *sa, const struct ike_msg *msg, const struct endpoint *local,
	      const struct endpoint *remote);
/* Work for the message held in DIRECTION (0 requests, 1 answers) has finished;
 * JOB may be NULL (keys from DNS). */
void ike_step_resume(struct ike_sa *sa, int direction, struct job *job);
/* The only place where a state is assigned. */
void ike_step_become(struct ike_sa *sa, enum ike_sa_state next);
/* A header for the next message that we send. */
struct ike_hdr ike_step_header(const struct ike_sa *sa, uint8_t exchange, bool response,
			       uint32_t message_id);
/* Seals INNER as our next request and sends it. 0 or -errno. */
int ike_step_request(struct ike_sa *sa, uint8_t exchange, const struct ike_build *inner);
/* Malformed input, told once, limited. */
void ike_step_complain(struct ike_engine *e, const struct endpoint *remote,
		       const struct ike_sa *sa, const char *what, const char *how);
/* Sets the notify of a step, for "return step_refuse(...)". */
enum step_result step_refuse(struct step *s, uint16_t notify);
enum step_result step_fatal(struct step *s, uint16_t notify, enum ike_failure failure);
void held_clear(struct held_msg *h);

#endif
