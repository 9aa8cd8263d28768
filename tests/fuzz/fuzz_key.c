/* Fuzz target: KEY rdata, as any zone may serve it: read, write again, compare,
 * and make a key of it. */
#include <stdlib.h>

#include "lib/pubkey.h"
#include "lib/rr_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t buf[70000];
	static char text[100000];
	struct wire_writer w = wire_writer(buf, sizeof(buf));
	struct rr_key rr;
	struct pubkey key;
	const char *err = NULL;

	if (!rr_key_read(span_of(data, size), &rr, &err)) {
		if (err == NULL)
			abort();
		return 0;
	}
	rr_key_write(&w, &rr);
	if (wire_fits(&w) && !span_eq(wire_written(&w), span_of(data, size)))
		abort();
	(void)rr_key_text(&rr, text, sizeof(text));
	if (rr_key_is_hosts(&rr, &err) && pubkey_from_dns(IPSECKEY_RSA, rr.key, &key, &err))
		pubkey_free(&key);
	return 0;
}
