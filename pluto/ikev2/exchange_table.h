/* Every message that the protocol allows, one row each (RFC 7296 1.2-1.4). */
#ifndef PLUTO_IKEV2_EXCHANGE_TABLE_H
#define PLUTO_IKEV2_EXCHANGE_TABLE_H

#include "pluto/ikev2/ike_sa.h"

enum step_result {
	STEP_DONE,	/* take the row's next state; send what was built */
	STEP_WAIT,	/* an answer is pending; keep the message, stay here */
	STEP_IGNORE,	/* drop the message; nothing changes */
	STEP_REFUSE,	/* send the notify left in the step; nothing changes */
	STEP_FATAL,	/* send it, then delete the SA */
};

struct step;
typedef enum step_result step_fn(struct step *s);

enum { ROLE_I = 1, ROLE_R = 2, ROLE_ANY = 3 };
#define IN(state) (1u << (state))
/* Up, or on its way out: still talking under its keys. */
#define IN_UP (IN(IKE_ESTABLISHED) | IN(IKE_REKEYED) | IN(IKE_DELETING))
enum { NEXT_SAME = IKE_N_STATES };

struct exchange_row {
	const char *story;		/* "IKE_AUTH request" */
	uint8_t exchange;
	bool response;
	uint8_t roles;			/* in which the receiver may be */
	unsigned in;			/* states, as bits */
	unsigned next;			/* after STEP_DONE; NEXT_SAME */
	uint64_t need, may;		/* payload types: of IKE_SA_INIT outside, else inside SK */
	step_fn *run;
};

enum row_fit { ROW_FITS, ROW_NONE, ROW_MISSING, ROW_UNEXPECTED };

/* Is any row for this exchange in this state? Asked before anything is decrypted. */
bool exchange_expected(const struct ike_sa *sa, uint8_t exchange, bool response);
/* The first row whose payloads fit; else *WHY is the nearest miss. */
const struct exchange_row *exchange_find(const struct ike_sa *sa, uint8_t exchange,
					 bool response, const struct payload_list *in,
					 enum row_fit *why);
const struct exchange_row *exchange_rows(size_t *n);

/* The rows' functions. */
step_fn sa_init_request, sa_init_response, sa_init_error;
step_fn auth_request, auth_response, auth_error;
step_fn child_request, child_response, ike_rekey_request, ike_rekey_response,
	create_refused;
step_fn informational_request, informational_response;

#endif
