/* A thin skin over libevent: descriptors, signals and timers, named by ids.
 * Single-threaded; link with -levent (libraries trap 5). Needs libevent. */
#ifndef LIB_LOOP_H
#define LIB_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct event_base;

typedef struct { uint64_t n; } loop_id;		/* 0: none; never reused */

enum { LOOP_READ = 1, LOOP_WRITE = 2 };
typedef void loop_fd_fn(void *ctx, int fd, int what);
typedef void loop_timer_fn(void *ctx);

struct loop *loop_new(void);		/* NULL when memory is out */
void loop_free(struct loop *l);
int loop_run(struct loop *l);		/* until loop_stop */
void loop_stop(struct loop *l);
/* The base, for libraries that take one (libunbound). */
struct event_base *loop_base(struct loop *l);

/* FN runs whenever FD is ready; removing an id that is gone is harmless. */
loop_id loop_fd(struct loop *l, int fd, int what, loop_fd_fn *fn, void *ctx);
loop_id loop_signal(struct loop *l, int signo, loop_timer_fn *fn, void *ctx);
/* Once, after MS. 0 means "next turn of the loop". */
loop_id loop_after(struct loop *l, uint64_t ms, loop_timer_fn *fn, void *ctx);
void loop_cancel(struct loop *l, loop_id *id);	/* sets *id to none */

/* CLOCK_MONOTONIC, milliseconds; and microseconds for measurements. */
uint64_t monotonic_ms(void);
uint64_t monotonic_us(void);

#endif
