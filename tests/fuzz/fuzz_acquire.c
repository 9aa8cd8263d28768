/* What the kernel asks: whatever the bytes, flows and rules that keep their
 * promises. */
#include <stdlib.h>

#include "trap/acquire_msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { REQID = 0x4d };

static void
see(void *ctx, const struct acquire *a)
{
	struct addr_buf b;

	(void)ctx;
	if (a->flow.src.family == IP_NONE || a->flow.src.family != a->flow.dst.family)
		abort();
	if (a->rule.remote.addr.family != a->rule.local.addr.family
	    || a->rule.remote.len > ip_addr_bits(a->rule.remote.addr.family)
	    || a->rule.local.len > ip_addr_bits(a->rule.local.addr.family))
		abort();
	if (flow_text(&a->flow, &b)[0] == '\0')
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bad = NULL;
	bool ok = acquire_parse(span_of(data, size), REQID, see, NULL, &bad);

	if (ok != (bad == NULL))
		abort();
	return 0;
}
