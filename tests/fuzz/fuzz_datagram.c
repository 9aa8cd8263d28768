/* Fuzz target: a datagram from anybody: header, chain, every body that stands
 * in the clear; what can be read is written again and read the same. */
#include <stdlib.h>
#include <string.h>

#include "pluto/wire/describe.h"
#include "pluto/wire/ike_build.h"
#include "tests/fuzz/payload_readers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The chain without what was skipped is a message like the first. */
static void
check_round_trip(const struct ike_msg *m)
{
	static uint8_t buf[IKE_MAX_DATAGRAM];
	struct ike_build b = ike_build_message(buf, sizeof(buf), &m->hdr);
	struct parse_error e;
	struct ike_msg again;
	struct span bytes;

	for (unsigned i = 0; i < m->outer.n; i++)
		ike_build_payload(&b, m->outer.p[i].type, m->outer.p[i].body);
	bytes = ike_build_end(&b);
	if (bytes.ptr == NULL || !ike_msg_read(bytes, &again, &e) ||
	    again.outer.n != m->outer.n || again.outer.seen != m->outer.seen ||
	    again.hdr.message_id != m->hdr.message_id)
		abort();
	for (unsigned i = 0; i < m->outer.n; i++)
		if (!span_eq(again.outer.p[i].body, m->outer.p[i].body))
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct parse_error e;
	struct ike_hdr h;
	struct ike_msg m;
	char text[200];
	bool hdr;

	if (strlen(ike_describe(span_of(data, size), text, sizeof(text))) >= sizeof(text))
		abort();
	hdr = ike_hdr_read(span_of(data, size), &h, &e);
	if (!hdr && e.what == NULL)
		abort();
	if (!ike_msg_read(span_of(data, size), &m, &e)) {
		if (e.what == NULL || e.err == WIRE_OK)
			abort();
		return 0;
	}
	if (!hdr || m.hdr.length != size || m.outer.n > IKE_MAX_PAYLOADS)
		abort();
	read_payloads(&m.outer);
	check_round_trip(&m);
	return 0;
}
