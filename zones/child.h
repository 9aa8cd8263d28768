/* Runs one program of the system's or of ours, without a shell. */
#ifndef ZONES_CHILD_H
#define ZONES_CHILD_H

#include <stddef.h>
#include <stdio.h>

enum { CHILD_SAID = 200 };

/* Runs ARGV (found in PATH, unless its name has a slash; ended by NULL) with INPUT as its
 * standard input from where that is read next, or with none. SAID is the last line that it
 * printed, without control characters. Its exit status; -errno when it cannot be run, -EINTR
 * when a signal ended it. It brings its own time limit. */
int child_run(const char *const *argv, FILE *input, char said[CHILD_SAID]);

#endif
