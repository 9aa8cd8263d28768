/* Two daemons' IKE cores in one process. */
#include "tests/soak/town.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pluto/crypto/psk.h"
#include "pluto/kernel/planes.h"
#include "pluto/wire/ike_const.h"
#include "tests/soak/town_look.h"

enum { VERSION_AT = 17, SPI_R_AT = 8, V1_EVERY = 4 };

uint32_t
town_random(struct town *t, uint32_t below)
{
	t->dice = t->dice * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(t->dice >> 33) % below;
}

static uint64_t
now_ms(void *ctx)
{
	return ((struct house *)ctx)->town->now_ms;
}

static void
random_bytes(void *ctx, void *buf, size_t len)
{
	uint8_t *out = buf;

	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)town_random(((struct house *)ctx)->town, 256);
}

static struct ip_addr
address_of(unsigned peer)
{
	return (struct ip_addr){ .family = IP_V4,
		.bytes = { 10, 1, (uint8_t)(peer >> 8), (uint8_t)peer } };
}

/* Which peer has this address; N: none. */
static unsigned
peer_at(const struct town *t, const struct ip_addr *a)
{
	unsigned peer = (unsigned)a->bytes[2] << 8 | a->bytes[3];
	const struct ip_addr its = address_of(peer);

	return peer < t->n && ip_addr_eq(&its, a) ? peer : t->n;
}

static void
post(struct town *t, const struct endpoint *from, const struct endpoint *to, struct span bytes)
{
	struct letter *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return;
	*l = (struct letter){ .from = *from, .to = *to, .bytes = chunk_copy(bytes) };
	*t->last = l;
	t->last = &l->next;
}

/* The first one of each version, for strangers to repeat. */
static void
note_request(struct town *t, struct span bytes)
{
	struct chunk *seen = &t->seen[bytes.ptr[VERSION_AT] >> 4 == 1 ? 0 : 1];

	if (seen->ptr == NULL && span_is_zero(span_of(bytes.ptr + SPI_R_AT, 8)))
		*seen = chunk_copy(bytes);
}

static void
send_datagram(void *ctx, const struct endpoint *local, const struct endpoint *remote,
	      struct span bytes)
{
	struct house *h = ctx;
	struct town *t = h->town;
	unsigned peer = peer_at(t, h->which == A ? &remote->addr : &local->addr);

	t->letters++;
	note_request(t, bytes);
	if ((peer < t->n && t->dark_until[peer] > t->now_ms) || town_random(t, 100) < t->lose_pct)
		return;
	post(t, local, remote, bytes);
	if (town_random(t, 100) < t->repeat_pct)
		post(t, local, remote, bytes);
}

static void
wake_at(void *ctx, uint64_t when_ms)
{
	struct house *h = ctx;

	if (when_ms < h->wake_ms)
		h->wake_ms = when_ms;
}

/* Strangers come to the first peer's address. */
static struct connection *
find_connection(void *ctx, const struct endpoint *local, const struct endpoint *remote,
		const struct ident *id_local, const struct ident *id_remote, uint8_t method)
{
	struct house *h = ctx;
	unsigned peer = peer_at(h->town, h->which == A ? &remote->addr : &local->addr);

	(void)id_local, (void)id_remote, (void)method;
	return peer < h->town->n ? connection_ref(h->conns[peer]) : NULL;
}

static struct span
our_secret(void)
{
	return span_str("a shared secret");
}

static struct chunk
auth_by_psk(void *ctx, const struct ident *local, const struct ident *remote, uint16_t prf,
	    struct span octets)
{
	(void)ctx, (void)local, (void)remote;
	return psk_auth(prf, our_secret(), octets);
}

static struct secret
skeyid(void *ctx, const struct ident *local, const struct ident *remote, uint16_t prf,
       struct span ni, struct span nr)
{
	(void)ctx, (void)local, (void)remote;
	return psk_skeyid(prf, our_secret(), ni, nr);
}

static const struct pubkey *
find_key(void *ctx, const struct connection *c)
{
	(void)ctx, (void)c;
	return NULL;
}

static void
lookup_keys(void *ctx, uint64_t lookup, const struct connection *c, const struct ident *id,
	    const struct endpoint *remote, const struct ip_addr *client)
{
	const struct peer_keys none = { .why_none = "nobody has keys here" };
	struct house *h = ctx;

	(void)c, (void)id, (void)remote, (void)client;
	ike_keys_found(h->two, lookup, &none);
	v1_keys_found(h->one, lookup, &none);
}

static void
note_rekey(struct town *t, const struct ike_event *e)
{
	unsigned peer = peer_at(t, &e->sel.remote.addr_lo);
	uint64_t minute = (t->now_ms - t->rekeys_from_ms) / 60000;

	if (peer >= t->n || t->rekeyed_once[peer] || minute >= TOWN_MINUTES)
		return;
	t->rekeyed_once[peer] = true;
	t->rekeys[minute]++;
}

static void
event(void *ctx, const struct ike_event *e)
{
	struct house *h = ctx;

	h->up += e->kind == IKE_EV_CHILD_UP;
	h->down += e->kind == IKE_EV_CHILD_DOWN;
	h->failed += e->kind == IKE_EV_FAILED;
	h->rekeyed += e->kind == IKE_EV_CHILD_REKEYED;
	if (e->kind == IKE_EV_CHILD_REKEYED && h->which == A)
		note_rekey(h->town, e);
}

static bool
make_engines(struct house *h)
{
	const struct ike_ports ports = { .ctx = h, .now_ms = now_ms, .random = random_bytes,
		.send = send_datagram, .wake_at = wake_at, .find_connection = find_connection,
		.secrets = { .psk_auth = auth_by_psk, .skeyid = skeyid }, .find_key = find_key, .lookup_keys = lookup_keys,
		.event = event };
	const struct ike_config two = ike_config_default();
	const struct v1_config one = v1_config_default();
	const struct kernel_events none = { 0 };

	h->wake_ms = UINT64_MAX;
	if (!nostack_open(NULL, &none, &h->kernel))
		return false;
	h->two = ike_engine_new(&ports, &two, &h->kernel, h->pool);
	h->one = v1_engine_new(&ports, &one, &h->kernel, h->pool);
	return h->two != NULL && h->one != NULL;
}

static void
free_engines(struct house *h)
{
	ike_engine_free(h->two);
	v1_engine_free(h->one);
	h->kernel.ops->close(h->kernel.k);
}

static struct connection *
make_conn(int which, unsigned peer)
{
	const struct ip_addr centre = { .family = IP_V4, .bytes = { 10, 0, 0, 1 } };
	const struct ip_addr there = address_of(peer);
	struct connection *c = connection_new(which == A ? "a" : "b");
	char err[200];

	if (c == NULL)
		return NULL;
	c->local.auth = c->remote.auth = CONN_AUTH_PSK;
	c->local.host = (struct endpoint){ which == A ? centre : there, IKE_PORT };
	c->remote.host = (struct endpoint){ which == A ? there : centre, IKE_PORT };
	c->local.ts = ts_host(&c->local.host.addr);
	c->remote.ts = ts_host(&c->remote.host.addr);
	c->child_lifetime_s = 3600;
	c->dpd_delay_s = 300;
	c->dpd_timeout_s = 900;
	c->keying_tries = 1;
	if (peer % V1_EVERY != 0)
		return c;
	c->versions = CONN_IKEV1;
	if (proposal_parse("aes256-sha2_256-ecp256", PROTO_IKE, &c->ike, err, sizeof(err))
	    && proposal_parse("aes256-sha2_256", PROTO_ESP, &c->esp, err, sizeof(err)))
		return c;
	connection_unref(c);
	return NULL;
}

static bool
make_house(struct town *t, int which)
{
	struct house *h = &t->house[which];

	h->town = t;
	h->which = which;
	h->pool = pool_new(0, TOWN_MAX);
	h->conns = calloc(t->n, sizeof(*h->conns));
	if (h->pool == NULL || h->conns == NULL)
		return false;
	for (unsigned i = 0; i < t->n; i++)
		if ((h->conns[i] = make_conn(which, i)) == NULL)
			return false;
	return make_engines(h);
}

struct town *
town_new(unsigned n)
{
	struct town *t = calloc(1, sizeof(*t));

	if (t == NULL || n == 0 || n > TOWN_MAX)
		return NULL;
	*t = (struct town){ .n = n, .now_ms = 1000000, .dice = 1, .last = &t->first,
		.dark_until = calloc(n, sizeof(*t->dark_until)),
		.rekeyed_once = calloc(n, sizeof(*t->rekeyed_once)) };
	if (t->dark_until == NULL || t->rekeyed_once == NULL || !make_house(t, A)
	    || !make_house(t, B))
		return NULL;
	return t;
}

static struct letter *
take(struct town *t)
{
	struct letter *l = t->first;

	if (l != NULL && (t->first = l->next) == NULL)
		t->last = &t->first;
	return l;
}

static void
throw_away(struct letter *l)
{
	chunk_free(&l->bytes);
	free(l);
}

void
town_free(struct town *t)
{
	struct letter *l;

	for (int i = 0; i < 2; i++) {
		free_engines(&t->house[i]);
		for (unsigned k = 0; k < t->n; k++)
			connection_unref(t->house[i].conns[k]);
		free(t->house[i].conns);
	}
	for (int i = 0; i < 2; i++)
		pool_free(t->house[i].pool);
	while ((l = take(t)) != NULL)
		throw_away(l);
	chunk_free(&t->seen[0]);
	chunk_free(&t->seen[1]);
	free(t->dark_until);
	free(t->rekeyed_once);
	free(t);
}

static void
deliver(struct town *t, const struct letter *l)
{
	struct house *h = &t->house[peer_at(t, &l->to.addr) < t->n ? B : A];
	struct span bytes = chunk_span(l->bytes);

	if (bytes.len > VERSION_AT && bytes.ptr[VERSION_AT] >> 4 == 1)
		v1_receive(h->one, &l->to, &l->from, bytes);
	else
		ike_receive(h->two, &l->to, &l->from, bytes);
}

static void
settle(struct town *t)
{
	struct letter *l;

	do {
		while (pool_collect(t->house[A].pool) + pool_collect(t->house[B].pool) > 0)
			;
		if ((l = take(t)) != NULL) {
			deliver(t, l);
			throw_away(l);
		}
	} while (l != NULL);
}

static void
fire(struct house *h)
{
	if (h->wake_ms > h->town->now_ms)
		return;
	h->wake_ms = UINT64_MAX;
	ike_run(h->two);
	v1_run(h->one);
}

void
town_advance(struct town *t, uint64_t ms)
{
	uint64_t end = t->now_ms + ms;

	settle(t);
	for (;;) {
		uint64_t a = t->house[A].wake_ms, b = t->house[B].wake_ms, next = a < b ? a : b;

		if (next > end)
			break;
		if (next > t->now_ms)
			t->now_ms = next;
		fire(&t->house[A]);
		fire(&t->house[B]);
		settle(t);
	}
	t->now_ms = end;
}

bool
town_begin(struct town *t, unsigned peer)
{
	struct house *h = &t->house[A];
	struct connection *c = h->conns[peer];

	if (town_is_up(t, peer))
		return false;
	if (c->versions == CONN_IKEV1)
		v1_initiate(h->one, c, 1 + peer, 30000);
	else
		ike_initiate(h->two, c, NULL, 1 + peer, 30000);
	return true;
}

void
town_end(struct town *t, unsigned peer)
{
	struct house *h = &t->house[A];

	ike_delete_conn(h->two, h->conns[peer]->serial);
	v1_delete_conn(h->one, h->conns[peer]->serial);
}

void
town_touch(struct town *t, unsigned peer, bool go)
{
	struct house *h = &t->house[A];
	const struct connection *c = h->conns[peer];
	bool v1 = c->versions == CONN_IKEV1;
	uint64_t serial = v1 ? v1_child_for(h->one, &c->local.host.addr, &c->remote.host.addr)
		: ike_child_for(h->two, &c->local.host.addr, &c->remote.host.addr);

	if (serial != 0 && go)
		(void)(v1 ? v1_delete_serial(h->one, serial) : ike_delete_serial(h->two, serial));
	else if (serial != 0)
		(void)(v1 ? v1_rekey(h->one, serial) : ike_rekey(h->two, serial));
}

bool
town_is_up(struct town *t, unsigned peer)
{
	struct house *h = &t->house[A];
	const struct connection *c = h->conns[peer];

	return ike_child_for(h->two, &c->local.host.addr, &c->remote.host.addr) != 0
		|| v1_child_for(h->one, &c->local.host.addr, &c->remote.host.addr) != 0;
}

void
town_restart(struct town *t)
{
	free_engines(&t->house[B]);
	if (!make_engines(&t->house[B]))
		abort();
}

void
town_stranger(struct town *t, bool v1)
{
	const struct chunk *seen = &t->seen[v1 ? 0 : 1];
	struct endpoint to = { address_of(0), IKE_PORT }, from = { { .family = IP_V4,
		.bytes = { 10, 2, (uint8_t)town_random(t, 256), (uint8_t)town_random(t, 256) } },
		IKE_PORT };

	if (seen->ptr == NULL)
		return;
	random_bytes(&t->house[A], seen->ptr, SPI_R_AT);
	post(t, &from, &to, chunk_span(*seen));
}

static bool
plane_is_empty(const struct house *h, char *out, size_t outlen)
{
	snprintf(out, outlen, "%s", h->kernel.ops->describe(h->kernel.k));
	return strcmp(out, "nostack: 0 SAs recorded") == 0;
}

bool
town_is_empty(struct town *t, char *out, size_t outlen)
{
	for (int i = 0; i < 2; i++)
		if (!town_look_two(t->house[i].two, out, outlen)
		    || !town_look_one(t->house[i].one, out, outlen)
		    || !plane_is_empty(&t->house[i], out, outlen))
			return false;
	return true;
}
