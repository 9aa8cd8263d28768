/* What is left inside an engine of IKEv2. */
#include <stdio.h>

#include "pluto/ikev2/engine.h"
#include "tests/soak/town_look.h"

bool
town_look_two(const struct ike_engine *e, char *out, size_t outlen)
{
	const struct { const char *name; size_t n; } rows[] = {
		{ "IKEv2 SAs by SPI", table_count(&e->by_spi) },
		{ "IKEv2 SAs by initiator", table_count(&e->by_init) },
		{ "IKEv2 SAs by serial", table_count(&e->by_serial) },
		{ "Child SAs by serial", table_count(&e->child_serial) },
		{ "Child SAs by SPI in", table_count(&e->child_spi_in) },
		{ "Child SAs by SPI out", table_count(&e->child_spi_out) },
		{ "IKEv2 attempts", table_count(&e->attempts) },
		{ "IKEv2 pairs", table_count(&e->ike_pairs.pairs) },
		{ "pairs of Child SAs", table_count(&e->child_pairs.pairs) },
		{ "IKEv2 timers", e->timers.count },
		{ "IKEv2 jobs", e->jobs.first != NULL },
		{ "IKEv2 counters", e->stats.half_open_now + e->stats.ike_now + e->stats.child_now },
	};
	size_t near = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(out, outlen, "%s: %zu", rows[i].name, rows[i].n);
		if (rows[i].n != 0)
			return false;
	}
	for (size_t i = 0; i < HALF_OPEN_COUNTS; i++)
		near += e->near.n[i];
	snprintf(out, outlen, "half-open by prefix: %zu", near);
	return near == 0;
}
