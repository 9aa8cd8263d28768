/* The lock file: one pluto for each --ctlbase. */
#ifndef PLUTO_LOCK_H
#define PLUTO_LOCK_H

#include <stddef.h>

/* Locks CTLBASE.pid and writes our pid into it; a file left by a process that is
 * gone is taken over. 0, -EEXIST when another pluto runs (ERR names it), or
 * -errno. */
int lock_take(const char *ctlbase, char *err, size_t errlen);
/* Writes the pid anew, after daemonising: the lock itself goes to the child. 0,
 * or -errno. */
int lock_update(void);
void lock_release(const char *ctlbase);

#endif
