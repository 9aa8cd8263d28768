/* Into the background, but only once everything stands: whoever started us
 * sees each sentence of a failed start, and its exit status. */
#ifndef PLUTO_BACKGROUND_H
#define PLUTO_BACKGROUND_H

/* Forks. The parent stays until background_done() or our death and exits with
 * that status; the child gets a descriptor for it, or -errno. */
int background_begin(void);
/* Tells the parent STATUS; with 0, standard input, output and (unless
 * KEEP_STDERR) error are given up. */
void background_done(int fd, int status, int keep_stderr);

#endif
