/* Fuzz target: a request of whack: refused with a sentence, or an object that
 * is framed and parsed again to the same. */
#include <stdlib.h>

#include "lib/wire.h"
#include "whack/whack_proto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
round_trip(const json_t *o)
{
	struct chunk f = whack_frame(o);
	char err[200] = "";
	struct wire_reader r;
	json_t *back;

	if (f.ptr == NULL)
		abort();
	r = wire_reader(chunk_span(f));
	if (wire_u32(&r, "length") != f.len - 4)
		abort();
	back = whack_parse(wire_rest(&r), err, sizeof(err));
	if (back == NULL || !json_equal(o, back))
		abort();
	json_decref(back);
	chunk_free(&f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char err[200] = "";
	json_t *o = whack_parse(span_of(data, size), err, sizeof(err));

	if (o == NULL && err[0] == '\0')
		abort();
	if (o != NULL)
		round_trip(o);
	if (whack_exit_status((int)size) > 255)
		abort();
	json_decref(o);
	return 0;
}
