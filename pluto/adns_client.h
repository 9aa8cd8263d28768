/* The DNS helper as pluto sees it: questions by id, each answered once.
 *
 * adns is started over a socket pair and kept alive: when it dies it is started
 * again after 100 ms, then 200 ms, up to 30 s, without end, and the questions
 * in flight are asked again. A question that has seen the helper die three
 * times is answered ADNS_FAILED, since it may be the cause; that somebody killed it
 * (SIGKILL) does not count, and does not lengthen the wait either. Whatever happens,
 * each question is answered by its deadline. A helper that has stopped
 * answering is killed.
 *
 * When pluto gives up privilege it must keep CAP_SETUID and CAP_SETGID, with
 * which a new adns becomes its own user, and CAP_KILL, to end one that hangs.
 */
#ifndef PLUTO_ADNS_CLIENT_H
#define PLUTO_ADNS_CLIENT_H

#include <sys/types.h>

#include "adns/adns_proto.h"
#include "lib/loop.h"
#include "lib/starter.h"
#include "pluto/adns_recent.h"

struct adns_client;

/* N is valid during the call. */
typedef void adns_client_notice_fn(void *ctx, const struct adns_notice *n);

struct adns_client_config {
	struct starter *starter;	/* whose helper is adns; outlives the client */
	const struct endpoint *resolvers;	/* none: adns reads resolv.conf */
	size_t n_resolvers;
	const char *resolvconf;		/* instead of /etc/resolv.conf; NULL: that */
	const char *const *anchors;	/* files; none: adns has its own default */
	size_t n_anchors;
	const char *anchor_state;	/* where the first file's keys are followed (RFC
					 * 5011); NULL: they are not */
	const char *const *negative;	/* ZONE@DATE (lib/negative_anchor.h) */
	size_t n_negative;
	bool stub;			/* c-ares and a resolver that validates */
	/* On the sockets TAP_FDS (adns/tap.h) TAP_UID may tell of names; NOTICE NULL: nobody
	 * does. They stay the caller's. */
	int tap_fds[2];
	unsigned tap_uid;
	adns_client_notice_fn *notice;
	void *notice_ctx;
	const char *user;		/* NULL: adns's default */
	bool syslog;			/* else adns logs to our standard error */
	bool debug;
	unsigned max_questions;		/* 0: 8192 */
	loop_timer_fn *ready;		/* a helper has said hello; may be NULL */
	void *ready_ctx;
};

/* A, and what it borrows, is valid during the call. Never runs within
 * adns_client_ask. May ask and cancel. */
typedef void adns_client_answer_fn(void *ctx, uint64_t id, const struct adns_answer *a);

/* Starts the helper. CFG is copied, strings and all. NULL when memory is out;
 * that the helper cannot be started is logged, tried again, and seen in the
 * statistics. L outlives the client. */
struct adns_client *adns_client_new(struct loop *l, const struct adns_client_config *cfg);
/* Closes the socket, at which adns exits; kills it after a second; reaps it.
 * Questions in flight are dropped without an answer. */
void adns_client_free(struct adns_client *c);

/* The network is another: a new helper, with nothing remembered, is asked what this one
 * has not answered. */
void adns_client_renew(struct adns_client *c);

/* The question's id, never reused; 0 when too many are in flight (no answer
 * will come). */
uint64_t adns_client_ask(struct adns_client *c, const struct dns_name *qname,
			 uint16_t rrtype, uint32_t timeout_ms,
			 adns_client_answer_fn *fn, void *ctx);
/* FN will not run for ID; an id that is gone is harmless. */
void adns_client_cancel(struct adns_client *c, uint64_t id);

/* A fault for tests: answers to questions for keys (KEY, IPSECKEY) and for TXT are
 * held back so long; 0: not. A few at a time, the others are not held. */
void adns_client_delay(struct adns_client *c, uint32_t key_ms, uint32_t txt_ms);

/* Another: no answer is heard. */
void adns_client_stall(struct adns_client *c, bool stall);

struct adns_client_stats {
	pid_t pid;			/* 0: not running now */
	bool ready;			/* it has said hello */
	int last_exit;			/* exit status, or -signal; of the last death */
	unsigned in_flight;
	uint64_t restarts, asked, answered, timed_out, asked_again, late_answers,
		malformed;
	struct adns_tap_counts tap;	/* of this helper */
	struct adns_hello hello;	/* of the last helper that said it */
};
/* FN for each of the last answers that holds still. */
void adns_client_each_known(const struct adns_client *c, adns_known_fn *fn, void *ctx);
void adns_client_get_stats(const struct adns_client *c, struct adns_client_stats *out);

#endif
