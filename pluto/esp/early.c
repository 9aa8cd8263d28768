/* Packets that overtook their SA: kept for a moment, opened when it comes. */
#include "pluto/esp/early.h"

#include <string.h>

bool
early_keep(struct early *e, const struct arrival *a, const uint8_t *pkt,
	   size_t len, uint64_t now_ms)
{
	struct early_packet *p = &e->slot[e->n];

	if (e->n == EARLY_MAX || len > EARLY_BYTES)
		return false;
	p->a = *a;
	p->until_ms = now_ms + EARLY_MS;
	p->len = len;
	memcpy(p->pkt, pkt, len);
	e->n++;
	return true;
}

void
early_each(struct early *e, early_claim_fn *claim, void *ctx)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < e->n; i++) {
		if (claim(ctx, &e->slot[i]))
			continue;
		if (kept != i)
			e->slot[kept] = e->slot[i];
		kept++;
	}
	e->n = kept;
}
