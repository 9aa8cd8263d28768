/* Runs the programs of --updown: without a shell, each event of a connection
 * after the one before, and never waited for. */
#ifndef PLUTO_KERNEL_UPDOWN_H
#define PLUTO_KERNEL_UPDOWN_H

#include "lib/loop.h"
#include "lib/starter.h"
#include "pluto/kernel/updown_event.h"

struct updown_limits {			/* 0: the number behind it */
	unsigned run_ms;		/* a program is killed after; 20000 */
	unsigned running;		/* at one time; 8 */
	unsigned waiting_each;		/* events that wait for one connection and peer; 32 */
	unsigned waiting;		/* all that wait; 1024 */
};

struct updown;

/* ST starts the programs, and outlives it. NULL: no memory. */
struct updown *updown_new(struct loop *l, struct starter *st, const struct updown_limits *limits);
/* Runs COMMAND, words with blanks between them, for E. What it prints goes into
 * our log, and how it ended when that was not well. 0, -ENOBUFS when too much
 * waits already, -E2BIG, -ENOMEM. */
int updown_run(struct updown *u, const struct updown_event *e, const char *command);
unsigned updown_pending(const struct updown *u);	/* running and waiting */
/* Turns the loop until nothing is pending or GRACE_MS are over: for the end of the
 * daemon, with everything that the loop still watches in place. */
void updown_drain(struct updown *u, unsigned grace_ms);
void updown_free(struct updown *u);	/* what still runs is killed */

#endif
