/* Fuzz target: files that are said to be a public key: lines of OpenSSH and of DNS. */
#include <stdio.h>
#include <stdlib.h>

#include "lib/rr_ipseckey.h"
#include "zones/key_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[8192], line[8300];
	struct pubkey k, again;
	struct rr_ipseckey rr;
	struct chunk octets;

	if (!key_text_read(span_of(data, size), &k))
		return 0;
	octets = pubkey_to_dns(&k);
	rr = (struct rr_ipseckey){ .algorithm = k.alg, .key = chunk_span(octets) };
	if (octets.len == 0 || rr_ipseckey_text(&rr, text, sizeof(text)) < 0)
		abort();
	snprintf(line, sizeof(line), "x. IPSECKEY %s", text);
	if (!key_text_read(span_str(line), &again) || !pubkey_eq(&k, &again))
		abort();
	chunk_free(&octets);
	pubkey_free(&k);
	pubkey_free(&again);
	return 0;
}
