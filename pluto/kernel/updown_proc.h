/* One program: started with a clean environment and few rights, read, limited in
 * time, and reaped together with what it left in its session. */
#ifndef PLUTO_KERNEL_UPDOWN_PROC_H
#define PLUTO_KERNEL_UPDOWN_PROC_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/loop.h"
#include "lib/span.h"
#include "lib/starter.h"

struct updown_result {
	int error;		/* errno: it was not started */
	int status;		/* its exit status, or the signal negated */
	bool late;		/* it was killed for its time */
	unsigned lines_kept_back;	/* of its output, which were not told */
};

struct updown_proc_ports {
	struct loop *loop;
	struct starter *starter;
	void *ctx;
	/* One line that it printed, cut at 200 bytes, printable ASCII. */
	void (*line)(void *ctx, const char *text);
	/* The last call; the process may be freed within it. */
	void (*ended)(void *ctx, const struct updown_result *r);
};

struct updown_proc;

/* INPUT is what it can read, at most 4096 bytes; ARGV and ENVP are copied. It has
 * CAP_NET_ADMIN and CAP_NET_RAW if we have, no other capability, and can gain none.
 * NULL with errno; ENDED is never called within. */
struct updown_proc *updown_proc_start(const struct updown_proc_ports *ports, char *const argv[],
				      char *const envp[], struct span input, unsigned limit_ms);
/* Kills it when it runs. */
void updown_proc_free(struct updown_proc *p);

#endif
