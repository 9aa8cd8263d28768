/* How fast one processor seals and opens ESP packets, per suite and size,
 * without any device or socket: the ceiling of a data thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/loop.h"
#include "pluto/esp/crypt.h"
#include "pluto/wire/ike_const.h"

enum { PACKET_MAX = 2048, RUN_MS = 300, CHUNK = 256 };

static const struct {
	const char *name;
	uint16_t encr, bits, integ;
} suites[] = {
	{ "aes_gcm128", ENCR_AES_GCM_16, 128, INTEG_NONE },
	{ "aes_gcm256", ENCR_AES_GCM_16, 256, INTEG_NONE },
	{ "chacha20_poly1305", ENCR_CHACHA20_POLY1305, 256, INTEG_NONE },
	{ "aes128-sha2_256", ENCR_AES_CBC, 128, INTEG_HMAC_SHA2_256_128 },
};
static const size_t sizes[] = { 64, 1390 };

struct bench {
	struct esp_crypt *seal, *open;
	uint8_t pkt[PACKET_MAX], sealed[PACKET_MAX];
	size_t inner, len, offset;
	uint64_t seq;
};

static void
seal_chunk(struct bench *b)
{
	static const uint8_t iv[ESP_MAX_IV] = { 1 };

	for (int i = 0; i < CHUNK; i++)
		b->len = esp_seal(b->seal, 300, ++b->seq, b->pkt, b->inner, 4,
				  iv);
}

/* Opening destroys the packet, so each time a copy is opened. */
static void
open_chunk(struct bench *b)
{
	struct esp_opened o;

	for (int i = 0; i < CHUNK; i++) {
		memcpy(b->pkt, b->sealed, b->len);
		if (esp_open(b->open, b->seq, b->pkt, b->len, &o) != ESP_OPENED)
			abort();
	}
}

static double
packets_a_second(struct bench *b, void (*chunk)(struct bench *))
{
	uint64_t start = monotonic_us(), now = start, n = 0;

	while (now - start < RUN_MS * 1000) {
		chunk(b);
		n += CHUNK;
		now = monotonic_us();
	}
	return (double)n * 1e6 / (double)(now - start);
}

static void
run(size_t i, size_t size)
{
	static const uint8_t key[64] = { 7 };
	static struct bench b;
	struct esp_suite s;
	struct esp_keys k;
	double seal, open;

	if (!esp_suite_find(suites[i].encr, suites[i].bits, suites[i].integ,
			    &s) ||
	    esp_keys_init(&k, &s, false,
			  span_of(key, (size_t)s.key_len + s.salt_len),
			  span_of(key, s.integ_key_len)) != 0)
		abort();
	b = (struct bench){
		.seal = esp_crypt_new(&k, true),
		.open = esp_crypt_new(&k, false),
		.inner = size,
	};
	seal = packets_a_second(&b, seal_chunk);
	memcpy(b.sealed, b.pkt, b.len);
	open = packets_a_second(&b, open_chunk);
	printf("%-18s %5zu bytes: seal %6.2f Gbit/s %8.0f packets/s, "
	       "open %6.2f Gbit/s %8.0f packets/s\n", suites[i].name, size,
	       seal * (double)size * 8e-9, seal, open * (double)size * 8e-9,
	       open);
	esp_crypt_free(b.seal);
	esp_crypt_free(b.open);
	esp_keys_clear(&k);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
		for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++)
			run(i, sizes[k]);
	}
	return 0;
}
