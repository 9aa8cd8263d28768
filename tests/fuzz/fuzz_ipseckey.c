/* Fuzz target: IPSECKEY rdata, as any zone may serve it: read, write again,
 * compare, and make a key of it. */
#include <stdlib.h>

#include "lib/pubkey.h"
#include "lib/rr_ipseckey.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_round_trip(const struct rr_ipseckey *rr)
{
	static uint8_t buf[70000];
	static char text[100000];
	struct wire_writer w = wire_writer(buf, sizeof(buf));
	struct rr_ipseckey again;
	const char *err;

	rr_ipseckey_write(&w, rr);
	if (!wire_fits(&w) || !rr_ipseckey_read(wire_written(&w), &again, &err))
		abort();
	if (again.precedence != rr->precedence || again.algorithm != rr->algorithm ||
	    again.gateway_kind != rr->gateway_kind || !span_eq(again.key, rr->key))
		abort();
	rr_ipseckey_text(rr, text, sizeof(text));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rr_ipseckey rr;
	struct pubkey key;
	const char *err = NULL;

	if (!rr_ipseckey_read(span_of(data, size), &rr, &err)) {
		if (err == NULL)
			abort();
		return 0;
	}
	check_round_trip(&rr);
	if (pubkey_from_dns(rr.algorithm, rr.key, &key, &err))
		pubkey_free(&key);
	return 0;
}
