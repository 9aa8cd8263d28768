/* Fuzz target: the octets of keys as DNS has them; the first is the algorithm. A key that is
 * taken is written as it was read, but for how RSA has its exponent's length. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/pubkey.h"
#include "lib/rr_ipseckey.h"
#include "zones/key_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool what)
{
	if (!what)
		abort();
}

/* The line that oe-zone prints is a key that it reads. */
static void
as_text(const struct pubkey *k, struct span octets)
{
	static char data[8192], line[8300];
	const struct rr_ipseckey rr = { .precedence = 10, .algorithm = k->alg, .key = octets };
	struct pubkey again;

	must(rr_ipseckey_text(&rr, data, sizeof(data)) >= 0);
	snprintf(line, sizeof(line), "x. 60 IN IPSECKEY %s\n", data);
	must(key_text_read(span_str(line), &again) && pubkey_eq(&again, k));
	pubkey_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pubkey k, again;
	const char *err = NULL;
	struct chunk octets;
	char kind[16], print[24];

	if (size == 0)
		return 0;
	if (!pubkey_from_dns(data[0], span_of(data + 1, size - 1), &k, &err)) {
		must(err != NULL);
		return 0;
	}
	octets = pubkey_to_dns(&k);
	must(octets.len > 0 && octets.len <= size - 1);
	must(pubkey_from_dns(k.alg, chunk_span(octets), &again, &err));
	must(pubkey_eq(&k, &again) && strcmp(k.fingerprint, again.fingerprint) == 0);
	must(pubkey_kind_text(&k, kind)[0] != '\0' && pubkey_short(&k, print)[0] != '\0');
	as_text(&k, chunk_span(octets));
	chunk_free(&octets);
	pubkey_free(&again);
	pubkey_free(&k);
	return 0;
}
