/* A responder's IKE SAs whose peer has proved nothing yet. */
#include "pluto/ikev2/half_open.h"

#include <string.h>

#include "pluto/ikev2/ike_sa.h"

struct init_key { uint8_t spi_i[8]; struct ip_addr remote; };

static uint64_t
init_hash(const uint8_t spi_i[8], const struct ip_addr *remote)
{
	uint8_t text[24] = { 0 };

	memcpy(text, spi_i, 8);
	memcpy(text + 8, remote->bytes, 16);
	return addr_hash(SPAN_OF(text));
}

static bool
same_init(const void *item, const void *key)
{
	const struct ike_sa *sa = item;
	const struct init_key *k = key;

	return memcmp(sa->spi_i, k->spi_i, 8) == 0 && ip_addr_eq(&sa->remote.addr, &k->remote);
}

/* What one customer of a network usually has, or what shares one of its machines. */
static unsigned
place_of(const struct ip_addr *a)
{
	return (unsigned)(addr_hash(span_of(a->bytes, a->family == IP_V4 ? 3 : 7))
			  % HALF_OPEN_COUNTS);
}

void
half_open_enter(struct ike_sa *sa)
{
	struct ike_engine *e = sa->e;

	sa->half_open = true;
	e->stats.half_open_now++;
	e->near.n[place_of(&sa->remote.addr)]++;
	sa->by_init = table_insert(&e->by_init, init_hash(sa->spi_i, &sa->remote.addr), sa) == 0;
}

/* A handshake does not change its peer's address. */
void
half_open_leave(struct ike_sa *sa)
{
	struct init_key k = { .remote = sa->remote.addr };
	struct ike_engine *e = sa->e;

	if (!sa->half_open)
		return;
	sa->half_open = false;
	e->stats.half_open_now--;
	e->near.n[place_of(&k.remote)]--;
	memcpy(k.spi_i, sa->spi_i, 8);
	if (sa->by_init)
		table_remove(&e->by_init, init_hash(k.spi_i, &k.remote), same_init, &k);
	sa->by_init = false;
}

struct ike_sa *
half_open_find(struct ike_engine *e, const uint8_t spi_i[8], const struct ip_addr *remote)
{
	struct init_key k = { .remote = *remote };

	memcpy(k.spi_i, spi_i, 8);
	return table_find(&e->by_init, init_hash(spi_i, remote), same_init, &k);
}

unsigned
half_open_of_pair(const struct ike_engine *e, const struct ip_addr *local,
		  const struct ip_addr *remote, unsigned most)
{
	struct pair_link *l = pair_index_first(&e->ike_pairs, local, remote);
	unsigned n = 0;

	for (; l != NULL && n < most; l = l->next)
		n += ((const struct ike_sa *)l->item)->half_open;
	return n;
}

unsigned
half_open_nearby(const struct ike_engine *e, const struct ip_addr *remote)
{
	return e->near.n[place_of(remote)];
}
