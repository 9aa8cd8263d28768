/* Starts programs for a process that itself may start none.
 *
 * starter_new forks a process that does nothing else, before its owner has a key, a
 * thread or a socket; then the owner gives up its rights. What the starter starts is
 * the owner's child (CLONE_PARENT): the owner follows it by pidfd, and reaps it.
 *
 *	s = starter_new("/usr/local/libexec/ipsec/adns", "/usr/local/libexec/ipsec/keeper");
 *	starter_start(s, &(struct starter_request){ .what = STARTER_PROGRAM, .argv = a, ... });
 *	... a struct started comes by the pipe STARTED_FD ...
 */
#ifndef LIB_STARTER_H
#define LIB_STARTER_H

#include <stddef.h>
#include <sys/types.h>

enum starter_what {
	/* The one program that starter_new named, whatever argv[0] says; with what it
	 * needs to become another user in an empty root. */
	STARTER_HELPER = 1,
	/* Any program: a session of its own in "/", CAP_NET_ADMIN and CAP_NET_RAW if we
	 * have them, no-new-privs. */
	STARTER_PROGRAM = 2,
	/* The other one that starter_new named: a session of its own, no capability at
	 * all, no-new-privs, as much locked memory as it likes. */
	STARTER_KEEPER = 3,
};

enum {
	STARTER_MAX_ARGS = 64,
	STARTER_MAX_ENV = 128,
	STARTER_MAX_TEXT = 32768,	/* all of both, with the NULs */
	STARTER_MAX_FDS = 12,
};

struct starter_request {
	enum starter_what what;
	char *const *argv, *const *envp;	/* NULL at the end; borrowed */
	/* They become its descriptors 0, 1, ...; -1: /dev/null. All others are closed. */
	int fds[STARTER_MAX_FDS];
	size_t n_fds;
	/* A struct started is written here. It stays the caller's, who closes it. */
	int started_fd;
};

struct started {
	pid_t pid;		/* 0: none */
	int error;		/* errno: it was not started; or 0 */
};

struct starter;

/* Forks; the paths of HELPER and KEEPER are copied. NULL with errno. Call it with one
 * thread. */
struct starter *starter_new(const char *helper, const char *keeper);
/* 0: it is being started; the pipe tells. -EAGAIN: too many wait; -E2BIG; -EPIPE: the
 * starter is gone. */
int starter_start(struct starter *s, const struct starter_request *r);
/* The same, and waits until it has become the program, at most WITHIN_MS; STARTED_FD of
 * R is not used. */
struct started starter_start_now(struct starter *s, const struct starter_request *r,
				 int within_ms);
/* Reads what the pipe tells; whoever could not become the program is reaped. */
struct started starter_take(int started_fd);
/* SIGKILL to the last helper, who may be of a user that we cannot signal. */
void starter_kill_helper(struct starter *s);
/* It ends by itself when we do; this waits for that. NULL: fine. */
void starter_free(struct starter *s);

#endif
