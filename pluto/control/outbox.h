/* Bytes on their way to a reader who may be slow: sent as far as he takes them, the
 * rest is kept, up to a bound. Nothing here ever waits. */
#ifndef PLUTO_CONTROL_OUTBOX_H
#define PLUTO_CONTROL_OUTBOX_H

#include <stdbool.h>

#include "lib/span.h"

struct outbox {
	struct chunk room;	/* owned; what waits is at..end */
	size_t at, end;
};

enum outbox_state { OUTBOX_EMPTY, OUTBOX_WAITS, OUTBOX_BROKEN };

/* Adds S. False when more than MOST bytes would wait, or memory is out. */
bool outbox_add(struct outbox *o, struct span s, size_t most);
/* Sends to FD what goes without waiting; *SENT says how many bytes went. BROKEN: the
 * reader is gone. */
enum outbox_state outbox_flush(struct outbox *o, int fd, size_t *sent);
size_t outbox_waiting(const struct outbox *o);
void outbox_clear(struct outbox *o);

#endif
