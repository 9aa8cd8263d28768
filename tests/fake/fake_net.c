/* A network that keeps datagrams until the test lets them go. */
#include "tests/fake/fake_net.h"

#include <string.h>

static void
put(struct fake_datagram *list, unsigned *n, const struct fake_datagram *d)
{
	if (*n == FAKE_NET_MAX)
		return;
	list[*n] = (struct fake_datagram){ .from = d->from, .to = d->to,
		.bytes = chunk_copy(chunk_span(d->bytes)) };
	(*n)++;
}

void
fake_net_clear(struct fake_net *net)
{
	for (unsigned i = 0; i < net->n; i++)
		chunk_free(&net->queue[i].bytes);
	for (unsigned i = 0; i < net->n_held; i++)
		chunk_free(&net->held[i].bytes);
	chunk_free(&net->last.bytes);
	net->n = net->n_held = 0;
}

/* A NAT that keeps ports apart: only the address is rewritten. */
static void
translate(const struct fake_net *net, struct fake_datagram *d)
{
	if (net->nat_inside.addr.family == IP_NONE)
		return;
	if (ip_addr_eq(&d->from.addr, &net->nat_inside.addr)) {
		d->from.addr = net->nat_outside.addr;
		d->from.port = (uint16_t)(d->from.port + net->nat_outside.port);
	}
	if (ip_addr_eq(&d->to.addr, &net->nat_outside.addr)) {
		d->to.addr = net->nat_inside.addr;
		d->to.port = (uint16_t)(d->to.port - net->nat_outside.port);
	}
}

void
fake_net_send(struct fake_net *net, const struct endpoint *from, const struct endpoint *to,
	      struct span bytes)
{
	struct fake_datagram d = { .from = *from, .to = *to, .bytes = chunk_copy(bytes) };
	enum fake_fate fate;

	translate(net, &d);
	net->sent++;
	fate = net->fate != NULL ? net->fate(net->ctx, &d) : FATE_DELIVER;
	chunk_free(&net->last.bytes);
	net->last = (struct fake_datagram){ .from = d.from, .to = d.to,
		.bytes = chunk_copy(bytes) };
	if (fate == FATE_HOLD)
		put(net->held, &net->n_held, &d);
	if (fate == FATE_DELIVER || fate == FATE_TWICE)
		put(net->queue, &net->n, &d);
	if (fate == FATE_TWICE)
		put(net->queue, &net->n, &d);
	chunk_free(&d.bytes);
}

bool
fake_net_take(struct fake_net *net, struct fake_datagram *out)
{
	if (net->n == 0)
		return false;
	*out = net->queue[0];
	net->n--;
	memmove(&net->queue[0], &net->queue[1], net->n * sizeof(net->queue[0]));
	return true;
}

void
fake_net_release(struct fake_net *net)
{
	for (unsigned i = 0; i < net->n_held && net->n < FAKE_NET_MAX; i++)
		net->queue[net->n++] = net->held[i];
	net->n_held = 0;
}

void
fake_net_release_reversed(struct fake_net *net)
{
	while (net->n_held > 0 && net->n < FAKE_NET_MAX)
		net->queue[net->n++] = net->held[--net->n_held];
}

enum fake_fate
fake_net_twice(void *ctx, const struct fake_datagram *d)
{
	(void)ctx, (void)d;
	return FATE_TWICE;
}

enum fake_fate
fake_net_nth(void *ctx, const struct fake_datagram *d)
{
	struct fake_nth *n = ctx;

	(void)d;
	return n->seen++ == n->at ? n->fate : FATE_DELIVER;
}
