/* Frame Streams, the carrier of dnstap: octets in, frames out, and what is to be said back.
 *
 *	32-bit length, that many octets		a frame
 *	32-bit 0, 32-bit length, control	READY, ACCEPT, START, STOP, FINISH
 *
 * A writer that wants to be answered begins with READY, one that does not with START. */
#ifndef ADNS_TAP_FRAMES_H
#define ADNS_TAP_FRAMES_H

#include "lib/wire.h"

enum { TAP_FRAME_MAX = 16384 };

enum tap_frames_state { TAP_FRESH, TAP_READY, TAP_STARTED };

struct tap_frames {
	enum tap_frames_state state;
	size_t len;			/* octets in BUF */
	size_t used;			/* of those, read already */
	size_t skip;			/* of a frame beyond TAP_FRAME_MAX, still to come */
	uint64_t skipped;		/* such frames */
	uint8_t buf[TAP_FRAME_MAX + 8];
};

enum tap_frames_event {
	TAP_MORE,	/* octets are wanted */
	TAP_FRAME,	/* *FRAME is one; valid until the next call */
	TAP_SAY_ACCEPT,	/* tap_frames_say it, with TAP_CONTROL_ACCEPT */
	TAP_SAY_FINISH,	/* say it, and it is over */
	TAP_OVER,	/* it is over, in the middle of what is no Frame Stream */
};

/* Room for octets that come, never empty after TAP_MORE; *ROOM is how many. */
uint8_t *tap_frames_room(struct tap_frames *s, size_t *room);
/* N octets have come into that room. */
void tap_frames_came(struct tap_frames *s, size_t n);
/* What is next. */
enum tap_frames_event tap_frames_next(struct tap_frames *s, struct span *frame);
/* The answer to write. */
enum { TAP_CONTROL_ACCEPT = 1, TAP_CONTROL_FINISH = 5 };
void tap_frames_say(struct wire_writer *w, uint32_t control);

#endif
