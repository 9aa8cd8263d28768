/* The control socket: whack's requests in, lines and results out.
 *
 * A client is an id; whatever is said to one that has gone is dropped. Output is
 * queued up to a bound and a slow reader is cut off: whack can never make the
 * daemon wait.
 */
#ifndef PLUTO_CONTROL_CTL_H
#define PLUTO_CONTROL_CTL_H

#include "lib/loop.h"
#include "whack/whack_proto.h"

struct ctl;
typedef struct { uint64_t n; } ctl_client;	/* 0: nobody; never reused */

/* REQUEST has been checked against whack_commands[]. Must lead to exactly one
 * ctl_result for C, now or later. */
typedef void ctl_request_fn(void *ctx, ctl_client c, const json_t *request);

/* Creates PATH (mode 0660; root, or members of GROUP when not NULL). NULL with
 * a sentence in ERR. */
struct ctl *ctl_open(struct loop *l, const char *path, const char *group, ctl_request_fn *fn,
		     void *ctx, char *err, size_t errlen);
void ctl_close(struct ctl *s);		/* flushes what it can, removes the socket */
/* Is C root, or whoever runs the daemon? Members of the group are not. */
bool ctl_is_root(const struct ctl *s, ctl_client c);
/* At most MOST bytes may wait for C; when more would, it is dropped. */
void ctl_limit(struct ctl *s, ctl_client c, size_t most);
struct ctl_stats { unsigned clients; uint64_t refused, too_slow; };
struct ctl_stats ctl_get_stats(const struct ctl *s);
bool ctl_alive(const struct ctl *s, ctl_client c);

/* A line: {"code":N,"text":"..."}. */
void ctl_line(struct ctl *s, ctl_client c, int code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* The same with further fields in O, whose reference is taken. */
void ctl_object(struct ctl *s, ctl_client c, json_t *o, int code, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* The end of a request, with further fields in EXTRA (taken; may be NULL). */
void ctl_result(struct ctl *s, ctl_client c, json_t *extra, int code, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* A long answer: PART says some of it, and is called again, from the loop, while it
 * returns true, each time that C has read most of it; false after its ctl_result. DONE
 * is called once, when there is no more to say or nobody to hear it. */
typedef bool ctl_part_fn(void *ctx, ctl_client c);
typedef void ctl_done_fn(void *ctx);
void ctl_parts(struct ctl *s, ctl_client c, ctl_part_fn *part, ctl_done_fn *done, void *ctx);

#endif
