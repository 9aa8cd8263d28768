/* Fuzz target: TXT rdata, as any zone may serve it: read, write again, compare,
 * and make a key of it. */
#include <stdlib.h>

#include "lib/pubkey.h"
#include "lib/rr_txt_oe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_round_trip(const struct rr_txt_oe *rr)
{
	static uint8_t buf[8192];
	static char text[8192];
	struct wire_writer w = wire_writer(buf, sizeof(buf));
	struct rr_txt_oe again;
	const char *err;

	rr_txt_oe_write(&w, rr);
	if (!wire_fits(&w)
	    || rr_txt_oe_read(wire_written(&w), &again, &err) != TXT_OE_GATEWAY)
		abort();
	if (again.precedence != rr->precedence || again.gateway_kind != rr->gateway_kind
	    || !span_eq(chunk_span(again.key), chunk_span(rr->key)))
		abort();
	if (rr_txt_oe_text(rr, text, sizeof(text)) != 0)
		abort();
	rr_txt_oe_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rr_txt_oe rr;
	struct pubkey key;
	const char *err = NULL;
	enum txt_oe what = rr_txt_oe_read(span_of(data, size), &rr, &err);

	if (what == TXT_OE_BAD && err == NULL)
		abort();
	if (what != TXT_OE_GATEWAY)
		return 0;
	check_round_trip(&rr);
	if (pubkey_from_dns(IPSECKEY_RSA, chunk_span(rr.key), &key, &err))
		pubkey_free(&key);
	rr_txt_oe_free(&rr);
	return 0;
}
