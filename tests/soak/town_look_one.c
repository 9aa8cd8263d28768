/* What is left inside an engine of IKEv1. */
#include <stdio.h>

#include "pluto/ikev1/inside.h"
#include "tests/soak/town_look.h"

bool
town_look_one(const struct v1_engine *e, char *out, size_t outlen)
{
	const struct { const char *name; size_t n; } rows[] = {
		{ "ISAKMP SAs by cookie", table_count(&e->by_cookies) },
		{ "ISAKMP SAs by initiator", table_count(&e->by_init) },
		{ "ISAKMP SAs by serial", table_count(&e->by_serial) },
		{ "ISAKMP SAs", e->all != NULL },
		{ "IKEv1 pairs of SAs", e->children != NULL },
		{ "IKEv1 attempts", e->attempts != NULL },
		{ "IKEv1 timers", e->timers.count },
		{ "IKEv1 jobs", e->jobs.first != NULL },
		{ "bytes of fragments", e->fragment_bytes },
		{ "IKEv1 counters",
		  e->stats.half_open_now + e->stats.isakmp_now + e->stats.child_now },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(out, outlen, "%s: %zu", rows[i].name, rows[i].n);
		if (rows[i].n != 0)
			return false;
	}
	return true;
}
