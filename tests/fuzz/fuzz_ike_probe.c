/* Fuzz target: datagrams that may be the answer to the first message of IKE, which oe-zone verify
 * sends. Ours comes back: it is no answer, and neither is anything with another SPI. */
#include <stdlib.h>
#include <string.h>

#include "zones/ike_probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t spi[IKE_PROBE_SPI] = { 1, 2, 3, 4, 5, 6, 7, 8 };

static void
our_own(const uint8_t random[64])
{
	uint8_t buf[600];
	struct wire_writer w = wire_writer(buf, sizeof(buf));

	ike_probe_write(&w, spi, random);
	if (!wire_fits(&w) || ike_probe_answers(wire_written(&w), spi))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t none[64];

	if (ike_probe_answers(span_of(data, size), spi) &&
	    (size < 28 || memcmp(data, spi, sizeof(spi)) != 0))
		abort();
	our_own(size >= 64 ? data : none);
	return 0;
}
