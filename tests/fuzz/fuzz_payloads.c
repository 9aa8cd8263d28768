/* Fuzz target: the inside of SK, as an authenticated (or NULL) peer may fill
 * it. The first octet is the type of the first payload. */
#include <stdlib.h>

#include "tests/fuzz/payload_readers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_reader r = wire_reader(span_of(data, size));
	uint8_t first = wire_u8(&r, "first");
	struct payload_list l;
	struct parse_error e;

	if (!payload_list_read(wire_rest(&r), first, &l, &e)) {
		if (e.what == NULL || e.err == WIRE_OK || e.notify == 0)
			abort();
		return 0;
	}
	if (payload_find(&l, P_SK) != NULL || payload_find(&l, P_SKF) != NULL)
		abort();
	read_payloads(&l);
	return 0;
}
