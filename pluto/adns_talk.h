/* Inside the client of the DNS helper: what it knows, and the messages of a helper that
 * lives. */
#ifndef PLUTO_ADNS_TALK_H
#define PLUTO_ADNS_TALK_H

#include "lib/log.h"
#include "lib/resolvconf_watch.h"
#include "pluto/adns_client.h"
#include "pluto/adns_late.h"
#include "pluto/adns_process.h"
#include "pluto/adns_questions.h"

struct adns_client {
	struct loop *loop;
	struct log_ctx log;
	struct starter *starter;
	struct adns_argv argv;
	loop_timer_fn *ready;
	void *ready_ctx;
	adns_client_notice_fn *notice;
	void *notice_ctx;
	struct adns_process process;
	struct adns_questions *questions;
	struct adns_late *late;
	loop_id reading, writing, watching, restart, kill_timer;
	uint64_t started_ms;	/* 0: not yet */
	uint32_t backoff_ms;
	bool was_ready;		/* this helper has said hello */
	bool we_killed;
	bool renewing;		/* told to end, for a new one */
	bool stalled;		/* a fault: answers are not heard */
	bool stale;		/* to be renewed as soon as it is ready */
	char *resolvconf;	/* the file that it reads; NULL: none */
	struct resolvconf_watch *resolvers;
	struct adns_client_stats stats;
	uint8_t in[IPC_MAX], out[4096];
};

/* Sends as many questions as the socket takes; the rest when it is writable. */
void adns_talk_send(struct adns_client *c);
/* The helper can be asked, or no longer. */
void adns_talk_ready(struct adns_client *c, bool ready);
/* One record that it sent; what makes no sense is counted. */
void adns_talk_take(struct adns_client *c, struct span record);
/* The same, of an answer that was kept back for a while (an adns_late_fn). */
void adns_talk_late(void *ctx, struct span record);

#endif
