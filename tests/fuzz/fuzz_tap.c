/* Fuzz target: what resolvers tell on the DNS tap. The first octet chooses: a note, a frame
 * of dnstap, or a stream of them, given in pieces of the second octet's size. */
#include <stdlib.h>
#include <string.h>

#include "adns/tap_frames.h"
#include "adns/tap_note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_notice(const struct adns_notice *n)
{
	struct dns_name again;

	if (n->n_addrs == 0 || n->n_addrs > ADNS_MAX_NOTED
	    || !dns_name_from_host(span_str(n->name.text), &again))
		abort();
}

/* What was read is written, read again, and the same. */
static void
read_note(struct span in)
{
	static uint8_t buf[TAP_NOTE_MAX];
	struct wire_writer w = wire_writer(buf, sizeof(buf));
	struct adns_notice n, again;

	if (!tap_note_read(in, &n))
		return;
	check_notice(&n);
	if (!tap_note_write(&w, &n) || !tap_note_read(wire_written(&w), &again)
	    || strcmp(n.name.text, again.name.text) != 0 || n.n_addrs != again.n_addrs)
		abort();
}

static void
read_frame(struct span in)
{
	struct adns_notice n;

	if (tap_dnstap_read(in, &n) == 1)
		check_notice(&n);
}

static void
read_stream(struct span in, size_t piece)
{
	static struct tap_frames s;
	struct wire_reader r = wire_reader(in);
	struct span frame;

	memset(&s, 0, offsetof(struct tap_frames, buf));
	while (wire_left(&r) > 0) {
		size_t room, now = wire_left(&r) < piece ? wire_left(&r) : piece;
		uint8_t *into = tap_frames_room(&s, &room);
		enum tap_frames_event e;

		if (room == 0)
			abort();
		now = now < room ? now : room;
		wire_copy(&r, into, now, "piece");
		tap_frames_came(&s, now);
		while ((e = tap_frames_next(&s, &frame)) != TAP_MORE) {
			if (e == TAP_OVER || e == TAP_SAY_FINISH)
				return;
			if (e == TAP_FRAME)
				read_frame(frame);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	if (data[0] % 3 == 0)
		read_note(span_of(data + 2, size - 2));
	else if (data[0] % 3 == 1)
		read_frame(span_of(data + 2, size - 2));
	else
		read_stream(span_of(data + 2, size - 2), (size_t)data[1] + 1);
	return 0;
}
