/* The questions put to the DNS helper: by id, in order, each answered once. */
#ifndef PLUTO_ADNS_QUESTIONS_H
#define PLUTO_ADNS_QUESTIONS_H

#include "pluto/adns_client.h"

struct adns_questions;

struct adns_questions_stats {
	unsigned in_flight;
	uint64_t asked, answered, timed_out, asked_again;
};

/* NULL when memory is out. STUCK runs when the helper, though it is there, has
 * said nothing for two seconds and let two deadlines pass, which it keeps
 * itself when it is well. */
struct adns_questions *adns_questions_new(struct loop *l, unsigned max,
					  loop_timer_fn *stuck, void *ctx);
/* Drops what is in flight without an answer. */
void adns_questions_free(struct adns_questions *qs);

/* 0 when there are too many. */
uint64_t adns_questions_add(struct adns_questions *qs, const struct dns_name *qname,
			    uint16_t rrtype, uint32_t timeout_ms,
			    adns_client_answer_fn *fn, void *ctx);
/* True when it was there and the helper knows of it. */
bool adns_questions_cancel(struct adns_questions *qs, uint64_t id);
/* The oldest that the helper has not been asked, with the time it has left;
 * false when there is none. */
bool adns_questions_next(struct adns_questions *qs, struct adns_query *out);
/* The one of adns_questions_next has been sent. */
void adns_questions_sent(struct adns_questions *qs, uint64_t id);
/* The type that the question ID asks for, about which the helper has spoken; 0: it
 * is gone. */
uint16_t adns_questions_rrtype(struct adns_questions *qs, uint64_t id);
/* False when nobody waits for this answer. */
bool adns_questions_answer(struct adns_questions *qs, const struct adns_answer *a);
/* The helper died: its questions are to be asked again, those that have seen
 * this often are answered ADNS_FAILED. BLAME: one of them may be the cause. */
void adns_questions_again(struct adns_questions *qs, bool blame);
/* Whether a helper is there; it decides what a missed deadline is called. */
void adns_questions_ready(struct adns_questions *qs, bool ready);
/* What was answered and holds still. */
void adns_questions_each_known(const struct adns_questions *qs, adns_known_fn *fn, void *ctx);
void adns_questions_get_stats(const struct adns_questions *qs,
			      struct adns_questions_stats *out);

#endif
