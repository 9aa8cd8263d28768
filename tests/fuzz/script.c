/* What the fuzz targets with a memory have in common. */
#include "tests/fuzz/script.h"

bool
script_next(struct wire_reader *r, unsigned *left, unsigned n, struct script_act *out)
{
	uint8_t act;

	if (*left == 0 || wire_left(r) < 2)
		return false;
	--*left;
	act = wire_u8(r, "act");
	*out = (struct script_act){ .what = act % 128 % n, .who = act >> 7, .how = wire_u8(r, "how") };
	return true;
}

void
script_lose(struct fake_net *net)
{
	struct fake_datagram d;

	if (fake_net_take(net, &d))
		chunk_free(&d.bytes);
}

void
script_double(struct fake_net *net)
{
	struct fake_datagram d;

	if (!fake_net_take(net, &d))
		return;
	fake_net_send(net, &d.from, &d.to, chunk_span(d.bytes));
	fake_net_send(net, &d.from, &d.to, chunk_span(d.bytes));
	chunk_free(&d.bytes);
}

void
script_alter(struct fake_net *net, uint8_t how)
{
	struct fake_datagram d;

	if (!fake_net_take(net, &d))
		return;
	d.bytes.ptr[how % d.bytes.len] ^= (uint8_t)(1 << how % 8);
	fake_net_send(net, &d.from, &d.to, chunk_span(d.bytes));
	chunk_free(&d.bytes);
}

static enum fake_fate
hold_all(void *ctx, const struct fake_datagram *d)
{
	(void)ctx, (void)d;
	return FATE_HOLD;
}

void
script_hold(struct fake_net *net, uint8_t how)
{
	net->fate = (how & 1) != 0 ? hold_all : NULL;
	if ((how & 2) != 0)
		fake_net_release_reversed(net);
	else
		fake_net_release(net);
}
