/* What the data plane tells the IKE engines: limits, peers that moved, and ESP
 * that no SA of ours can open. */
#include "pluto/daemon_ike.h"

#include "lib/log.h"

static void
soft_limit(void *ctx, uint32_t spi)
{
	struct daemon *d = ctx;

	engines_soft_expired(d, spi);
}

static void
hard_limit(void *ctx, enum sa_direction dir, uint32_t spi, const struct ip_addr *remote)
{
	struct daemon *d = ctx;

	engines_hard_expired(d, dir, spi, remote);
}

static void
peer_moved(void *ctx, uint32_t spi_in, const struct endpoint *remote)
{
	struct daemon *d = ctx;

	ike_peer_moved(d->ike, spi_in, remote);
}

/* Only whom we would answer; ESP that was not in UDP has port 0. */
static void
tell_invalid_spi(struct daemon *d, const struct flow *f, uint32_t spi,
		 const struct endpoint *remote)
{
	const bool encap = remote->port != 0;
	const struct endpoint from = { f->src, encap ? NATT_PORT : IKE_PORT };
	const struct endpoint to = { f->dst, encap ? remote->port : IKE_PORT };
	struct connection *c = daemon_find_connection(d, &from, &to, NULL, NULL, AUTH_NONE);

	if (c != NULL)
		ike_tell_invalid_spi(d->ike, &from, &to, spi);
	connection_unref(c);
}

/* The peer encrypts to an SA that we have lost, after a restart: without a new
 * one nothing that it sends arrives. The packet proves nothing, so this goes
 * the way of any first packet: group, DNS, deadline, and what is remembered.
 * Where we do not begin, the peer is told, and may. */
static void
unknown_spi(void *ctx, uint32_t spi, const struct endpoint *remote)
{
	struct daemon *d = ctx;
	struct flow f = { .dst = remote->addr };
	struct addr_buf b;
	enum group_id id;

	log_debug_of(LOG_KLIPS, NULL, "ESP with unknown SPI %08x from %s", spi, endpoint_text(remote, &b));
	if (d->udp == NULL || !local_addr_towards(&remote->addr, &f.src)
	    || ike_tell_inside(d->ike, &f.src, &f.dst, spi)
	    || engines_child_for(d, &f.src, &f.dst) != 0)
		return;
	if (oe_group_of(d->oe, &f, &id, NULL) && policy_group(id)->initiate)
		oe_packet(d->oe, &f, (held_id){ 0 });
	else
		tell_invalid_spi(d, &f, spi, remote);
}

struct kernel_events
daemon_kernel_events(struct daemon *d)
{
	return (struct kernel_events){ .ctx = d, .ike_datagram = daemon_datagram,
		.sa_soft_limit = soft_limit, .unknown_spi = unknown_spi,
		.peer_moved = peer_moved,
		.sa_hard_limit = hard_limit, .acquire_seq = daemon_acquire_seq };
}
