/* What somebody asked for with v1_initiate, until it is up or has failed. */
#ifndef PLUTO_IKEV1_ATTEMPT_H
#define PLUTO_IKEV1_ATTEMPT_H

#include "pluto/ikev1/inside.h"

struct v1_attempt {
	struct v1_attempt *next;
	struct v1_engine *e;
	uint64_t owner, isakmp;
	struct connection *conn;	/* a reference */
	struct timer deadline;
};

struct v1_attempt *v1_attempt_find(struct v1_engine *e, uint64_t owner);
void v1_attempt_end(struct v1_attempt *a);	/* without a word */
/* The FAILED event, and the end. */
void v1_attempt_fail(struct v1_attempt *a, enum ike_failure why, uint16_t notify,
		     const char *text);
/* SA is up: the Quick Modes of those who waited for it begin. */
void v1_attempts_go_on(struct isakmp *sa);
/* SA is gone: those who waited for it have failed. */
void v1_attempts_lost(struct isakmp *sa, enum ike_failure why, uint16_t notify,
		      const char *text);
/* A new ISAKMP SA for C, its first message on the way; 0: it cannot start. */
uint64_t v1_begin_phase1(struct v1_engine *e, struct connection *c, uint64_t owner,
			 uint64_t replaces);

#endif
