/* What the engine tells: events, progress lines, and failures in words. */
#ifndef PLUTO_IKEV2_EVENT_H
#define PLUTO_IKEV2_EVENT_H

#include "pluto/ikev2/ike_sa.h"

/* A progress line for whoever waits for SA. CODE is a whack code. */
void ike_line(struct ike_sa *sa, int code, const char *stage, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void event_answers(struct ike_sa *sa);
void event_ike_up(struct ike_sa *sa);
void event_moved(struct ike_sa *sa);
void event_ike_down(struct ike_sa *sa);
/* KIND is CHILD_UP, CHILD_DOWN or CHILD_REKEYED (of OLD). */
void event_child(struct child_sa *c, enum ike_event_kind kind, uint64_t owner, uint64_t old,
		 const char *text);
void event_failed(struct ike_engine *e, uint64_t owner, uint64_t ike, struct connection *c,
		  enum ike_failure why, uint16_t notify, const char *text);

/* failure.c: one sentence into OUT. */
const char *failure_text(enum ike_failure why, uint16_t notify, char *out, size_t outlen);
int failure_code(enum ike_failure why);

#endif
