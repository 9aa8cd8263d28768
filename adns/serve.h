/* Serves pluto over the socket pair. */
#ifndef ADNS_SERVE_H
#define ADNS_SERVE_H

#include "adns/query.h"

struct serve;

/* Sends HELLO and starts to read FD; the loop stops when pluto closes its end.
 * NULL when memory is out. */
struct serve *serve_new(struct loop *l, int fd, const struct resolver *r,
			const struct adns_hello *hello);
/* Tells pluto (a health_fn, with a struct serve). */
void serve_health(void *ctx, enum adns_health now);
/* Other trust anchors are believed now. */
void serve_anchors(struct serve *s, const char *text);
/* A tap_notice_fn and a tap_counts_fn, with a struct serve: a notice for which pluto has no
 * room is dropped. */
bool serve_notice(void *ctx, const struct adns_notice *n);
void serve_tap_counts(void *ctx, const struct adns_tap_counts *c);
void serve_free(struct serve *s);

#endif
