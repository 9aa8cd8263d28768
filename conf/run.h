/* Runs whack and pluto for `ipsec auto` and `ipsec start`. */
#ifndef CONF_RUN_H
#define CONF_RUN_H

#include "conf/conf.h"

struct conf_run {
	const char *who;	/* put before our own errors: "ipsec auto" */
	const char *ctlbase;	/* NULL: the default */
	bool show;		/* print what would be run, and run nothing */
	bool verbose;		/* print it, and run it */
	bool quiet;		/* of what is run, print only what fails */
	bool become;		/* do not come back: this process goes on as what is run */
	const char *stderr_to;	/* file to which its standard error is appended; NULL: ours */
};

/* NAME with the words of W, and --ctlbase: its exit status, or 126 after a
 * line. Does not return when it becomes that. */
int conf_run(const struct conf_run *r, const char *name, const struct conf_words *w);
/* Another pluto must not be met: its control socket. */
const char *conf_ctlbase(const struct conf_run *r);

#endif
