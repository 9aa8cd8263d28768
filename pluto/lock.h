/* The lock file: one pluto for each --ctlbase. */
#ifndef PLUTO_LOCK_H
#define PLUTO_LOCK_H

#include <stddef.h>

/* Creates CTLBASE.pid with our pid; a file left by a process that is gone is
 * replaced. 0, -EEXIST when another pluto runs (ERR names it), or -errno. */
int lock_take(const char *ctlbase, char *err, size_t errlen);
/* Writes the pid anew, after daemonising. */
void lock_update(const char *ctlbase);
void lock_release(const char *ctlbase);

#endif
