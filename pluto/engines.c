/* Both versions of IKE behind one set of calls: a connection says which one
 * begins, a datagram which one is spoken, a serial belongs to whoever knows it. */
#include "pluto/daemon_ike.h"

#include "pluto/ikev1/ikev1.h"

enum { VERSION_AT = 17, V1_MAJOR = 1 };

static bool
begins_with_v1(const struct connection *c)
{
	return (c->versions & CONN_IKEV1) != 0 && (c->versions & CONN_IKEV2) == 0;
}

uint64_t
engines_initiate(struct daemon *d, struct connection *c, const struct flow *flow, uint64_t owner,
		 uint32_t timeout_ms)
{
	struct connection *here = daemon_from_here(d, c);
	uint64_t serial = begins_with_v1(c) ? v1_initiate(d->v1, here, owner, timeout_ms)
		: ike_initiate(d->ike, here, flow, owner, timeout_ms);

	connection_unref(here);
	return serial;
}

void
engines_give_up(struct daemon *d, uint64_t owner)
{
	ike_give_up(d->ike, owner);
	v1_give_up(d->v1, owner);
}

void
engines_receive(struct daemon *d, const struct endpoint *local, const struct endpoint *remote,
		struct span datagram)
{
	struct wire_reader r = wire_reader(datagram);

	wire_skip(&r, VERSION_AT, "cookies and next payload");
	if (wire_u8(&r, "version") >> 4 == V1_MAJOR)
		v1_receive(d->v1, local, remote, datagram);
	else
		ike_receive(d->ike, local, remote, datagram);
}

void
engines_keys_found(struct daemon *d, uint64_t lookup, const struct peer_keys *keys)
{
	ike_keys_found(d->ike, lookup, keys);
	v1_keys_found(d->v1, lookup, keys);
}

void
engines_run(struct daemon *d)
{
	ike_run(d->ike);
	v1_run(d->v1);
}

bool
engines_delete_serial(struct daemon *d, uint64_t serial)
{
	return ike_delete_serial(d->ike, serial) || v1_delete_serial(d->v1, serial);
}

unsigned
engines_delete_conn(struct daemon *d, uint64_t conn_serial)
{
	return ike_delete_conn(d->ike, conn_serial) + v1_delete_conn(d->v1, conn_serial);
}

bool
engines_rekey(struct daemon *d, uint64_t serial)
{
	return ike_rekey(d->ike, serial) || v1_rekey(d->v1, serial);
}

uint64_t
engines_child_for(struct daemon *d, const struct ip_addr *local, const struct ip_addr *remote)
{
	uint64_t serial = ike_child_for(d->ike, local, remote);

	return serial != 0 ? serial : v1_child_for(d->v1, local, remote);
}

void
engines_each_sa(struct daemon *d, ike_sa_fn *fn, void *ctx)
{
	ike_each_sa(d->ike, 0, fn, ctx);
	v1_each_sa(d->v1, 0, fn, ctx);
}

void
engines_each_child(struct daemon *d, child_sa_fn *fn, void *ctx)
{
	ike_each_child(d->ike, 0, fn, ctx);
	v1_each_child(d->v1, 0, fn, ctx);
}

unsigned
engines_children(struct daemon *d)
{
	struct ike_stats two;
	struct v1_stats one;

	ike_get_stats(d->ike, &two);
	v1_get_stats(d->v1, &one);
	return two.child_now + one.child_now;
}

void
engines_soft_expired(struct daemon *d, uint32_t spi)
{
	ike_soft_expired(d->ike, spi);
	v1_soft_expired(d->v1, spi);
}

void
engines_hard_expired(struct daemon *d, enum sa_direction dir, uint32_t spi,
		     const struct ip_addr *remote)
{
	ike_hard_expired(d->ike, dir, spi, remote);
	v1_hard_expired(d->v1, dir, spi, remote);
}

void
engines_shutdown(struct daemon *d)
{
	if (d->ike != NULL)
		ike_shutdown(d->ike);
	if (d->v1 != NULL)
		v1_shutdown(d->v1);
}

void
engines_free(struct daemon *d)
{
	ike_engine_free(d->ike);
	v1_engine_free(d->v1);
}
