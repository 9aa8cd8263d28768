/* What both worlds have in common: the stranger, and what is sent to him. */
#include "tests/holes/world.h"

#include <string.h>

enum { NEXT_AT = 16, V2_NOTIFY = 41, V1_NOTIFY = 11, V2_TYPE_AT = 34, V1_TYPE_AT = 38 };

static int
notify_in(struct span d)
{
	size_t at = d.len < 36 ? 0 : d.ptr[NEXT_AT] == V2_NOTIFY ? V2_TYPE_AT
		: d.ptr[NEXT_AT] == V1_NOTIFY && d.len >= 40 ? V1_TYPE_AT : 0;

	return at == 0 ? 0 : d.ptr[at] << 8 | d.ptr[at + 1];
}

enum fake_fate
world_watch(void *ctx, const struct fake_datagram *d)
{
	struct world *w = ctx;

	if (!ip_addr_eq(&d->to.addr, &w->at[STRANGER].addr))
		return FATE_DELIVER;
	w->bytes_out += d->bytes.len;
	w->n_out++;
	w->notify = notify_in(chunk_span(d->bytes));
	if (d->bytes.len >= 16)
		memcpy(&w->told, d->bytes.ptr, 16);
	return FATE_DROP;
}

void
world_spi(struct world *w, uint32_t spi)
{
	for (int i = 0; i < 4; i++)
		w->live.esp[i] = (uint8_t)(spi >> (24 - 8 * i));
}

struct world *
world_new(enum world_kind kind)
{
	struct world *w = kind == WORLD_V2 ? world_v2() : world_v1(kind == WORLD_AGGRESSIVE);

	assert_true(endpoint_parse("192.1.2.66", 500, &w->at[STRANGER]));
	return w;
}

void
world_receive(struct world *w, enum whose from, struct span d)
{
	w->ops->receive(w, &w->at[from], d);
	w->ops->settle(w);
}

void
world_advance(struct world *w, uint64_t ms)
{
	w->ops->advance(w, ms);
}

void
world_assert_unharmed(struct world *w)
{
	w->ops->unharmed(w);
}

void
world_free(struct world *w)
{
	w->ops->free(w);
}
