/* Frame Streams, the carrier of dnstap: octets in, frames out. */
#include "adns/tap_frames.h"

#include <string.h>

/* Types of control frames, and the one field that they have. */
enum { ACCEPT = 1, START, STOP, READY, FINISH };
enum { CONTENT_TYPE = 1, CONTROL_MAX = 512, LENGTH = 4 };

static const char content[] = "protobuf:dnstap.Dnstap";

uint8_t *
tap_frames_room(struct tap_frames *s, size_t *room)
{
	memmove(s->buf, s->buf + s->used, s->len - s->used);
	s->len -= s->used;
	s->used = 0;
	*room = sizeof(s->buf) - s->len;
	return s->buf + s->len;
}

void
tap_frames_came(struct tap_frames *s, size_t n)
{
	s->len += n;
}

/* A frame that is too large goes by without being kept. */
static void
go_on_skipping(struct tap_frames *s)
{
	size_t here = s->len - s->used < s->skip ? s->len - s->used : s->skip;

	s->used += here;
	s->skip -= here;
}

static bool
is_our_content(struct wire_reader *r)
{
	bool ours = wire_left(r) == 0;	/* no field: any content */

	while (wire_ok(r) && wire_left(r) > 0) {
		uint32_t type = wire_u32(r, "field"), len = wire_u32(r, "length");
		struct span text = wire_bytes(r, len, "field");

		ours = ours || (type == CONTENT_TYPE && span_eq(text, span_str(content)));
	}
	return wire_ok(r) && ours;
}

static enum tap_frames_event
control(struct tap_frames *s, struct span frame)
{
	struct wire_reader r = wire_reader(frame);
	uint32_t type = wire_u32(&r, "control");

	if (type == READY && s->state == TAP_FRESH && is_our_content(&r)) {
		s->state = TAP_READY;
		return TAP_SAY_ACCEPT;
	}
	if (type == START && s->state != TAP_STARTED && is_our_content(&r)) {
		s->state = TAP_STARTED;
		return TAP_MORE;
	}
	return type == STOP && s->state == TAP_STARTED ? TAP_SAY_FINISH : TAP_OVER;
}

/* One step; TAP_MORE with *GOES_ON when the next may be there already. */
static enum tap_frames_event
step(struct tap_frames *s, struct span *frame, bool *goes_on)
{
	struct wire_reader r = wire_reader(span_of(s->buf + s->used, s->len - s->used));
	uint32_t len = wire_u32(&r, "length");
	bool is_control = wire_ok(&r) && len == 0;

	*goes_on = false;
	if (is_control)
		len = wire_u32(&r, "length of control");
	if (!wire_ok(&r))
		return TAP_MORE;
	if (is_control ? len > CONTROL_MAX : s->state != TAP_STARTED)
		return TAP_OVER;
	if (len > TAP_FRAME_MAX) {
		s->skipped++;
		s->used += LENGTH;
		s->skip = len;
		*goes_on = true;
		return TAP_MORE;
	}
	if (wire_left(&r) < len)
		return TAP_MORE;
	*frame = wire_bytes(&r, len, "frame");
	s->used = s->len - wire_left(&r);
	*goes_on = is_control;
	return is_control ? control(s, *frame) : TAP_FRAME;
}

enum tap_frames_event
tap_frames_next(struct tap_frames *s, struct span *frame)
{
	enum tap_frames_event e;
	bool goes_on;

	do {
		go_on_skipping(s);
		e = step(s, frame, &goes_on);
	} while (e == TAP_MORE && goes_on && s->used < s->len);
	return e;
}

void
tap_frames_say(struct wire_writer *w, uint32_t type)
{
	size_t field = type == ACCEPT ? 8 + sizeof(content) - 1 : 0;

	wire_put_u32(w, 0);
	wire_put_u32(w, (uint32_t)(4 + field));
	wire_put_u32(w, type);
	if (type != ACCEPT)
		return;
	wire_put_u32(w, CONTENT_TYPE);
	wire_put_u32(w, sizeof(content) - 1);
	wire_put(w, span_str(content));
}
