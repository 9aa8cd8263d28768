/* Caught packets: whatever the bytes, a flow that keeps its promises. */
#include <stdlib.h>

#include "trap/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct flow f;
	struct addr_buf b;
	const char *err = NULL;

	if (!packet_flow(span_of(data, size), &f, &err)) {
		if (err == NULL)
			abort();
		return 0;
	}
	if (f.src.family != f.dst.family || f.src.family == IP_NONE)
		abort();
	if (f.ip_proto == 0 && f.src.family == IP_V6 && (f.sport | f.dport))
		abort();
	if (flow_text(&f, &b)[0] == '\0')
		abort();
	return 0;
}
