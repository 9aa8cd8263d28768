/* Two IKE engines in one process. */
#include "tests/exchange/pair.h"

#include <stdlib.h>
#include <string.h>


static uint64_t
now_ms(void *ctx)
{
	const struct side *s = ctx;

	return s->pair->clock.now_ms;
}

static void
random_bytes(void *ctx, void *buf, size_t len)
{
	fake_random(&((struct side *)ctx)->pair->random, buf, len);
}

static void
send_datagram(void *ctx, const struct endpoint *local, const struct endpoint *remote,
	      struct span datagram)
{
	fake_net_send(&((struct side *)ctx)->pair->net, local, remote, datagram);
}

static void
keepalive(void *ctx, const struct endpoint *local, const struct endpoint *remote)
{
	struct side *s = ctx;

	assert_int_equal(local->port, 4500);
	assert_int_equal(remote->port, 4500);
	s->keepalives++;
}

static void
wake_at(void *ctx, uint64_t when_ms)
{
	((struct side *)ctx)->wake_ms = when_ms;
}

static struct connection *
find_connection(void *ctx, const struct endpoint *local, const struct endpoint *remote,
		const struct ident *id_local, const struct ident *id_remote, uint8_t method)
{
	struct side *s = ctx;

	(void)local;
	(void)id_local;
	if (s->unknown || (s->unknown_id && id_remote->type != 0)
	    || (s->proven_only && method == AUTH_NULL))
		return NULL;
	if (method != AUTH_NULL && s->conn->remote.id.type != 0 && id_remote->type != 0
	    && !ident_eq(&s->conn->remote.id, id_remote))
		return NULL;
	if (s->conn->kind == CONN_TEMPLATE)
		return connection_instance(s->conn, &s->at.addr, &remote->addr);
	return connection_ref(s->conn);
}

static struct connection *
connection_for_ts(void *ctx, struct connection *c, const struct ident *remote_id,
		  const struct ts_list *local, const struct ts_list *remote)
{
	const struct side *s = ctx;

	(void)remote_id, (void)remote;
	if (s->no_client)
		return NULL;
	if (s->second != NULL && ts_contains(&s->second->local.ts, &local->ts[0]))
		return connection_ref(s->second);
	return connection_ref(c);
}

static struct span
psk_of(void *ctx)
{
	return span_str(((struct side *)ctx)->psk);
}

static const struct private_key *
key_of(void *ctx)
{
	return ((struct side *)ctx)->key;
}

static const struct pubkey *
find_key(void *ctx, const struct connection *c)
{
	const struct private_key *k = key_of(ctx);

	(void)c;
	return k != NULL ? &k->pub : NULL;
}

static void
lookup_keys(void *ctx, uint64_t lookup, const struct connection *c, const struct ident *remote_id,
	    const struct endpoint *remote, const struct ip_addr *client)
{
	struct side *s = ctx;

	(void)c;
	(void)remote_id;
	(void)remote;
	if (client != NULL)
		s->client.looked_up = *client;
	s->lookup = lookup;
	if (!s->lookup_by_hand)
		ike_keys_found(s->e, lookup, &s->dns);
}

static bool
path(void *ctx, const struct ip_addr *remote, struct ip_addr *local)
{
	const struct side *s = ctx;
	const struct ip_addr *other = NULL;

	for (unsigned i = 0; i < s->n_addrs; i++) {
		if (ip_addr_eq(&s->addrs[i], local))
			return true;
		if (other == NULL && s->addrs[i].family == remote->family)
			other = &s->addrs[i];
	}
	if (other == NULL)
		return false;
	*local = *other;
	return true;
}

static void
event(void *ctx, const struct ike_event *e)
{
	struct side *s = ctx;

	fake_event_note(s->events, &s->n_events, e, s->pair->clock.now_ms, s->which == A ? 'A' : 'B');
}

static enum ike_client
client(void *ctx, const struct ike_client_question *q, struct connection **out)
{
	return fake_client_ask(&((struct side *)ctx)->client, q, out);
}

static void
make_engine(struct side *s)
{
	const struct ike_ports ports = { .ctx = s, .now_ms = now_ms, .random = random_bytes,
		.send = send_datagram, .keepalive = keepalive, .wake_at = wake_at, .find_connection = find_connection,
		.connection_for_ts = connection_for_ts,
		.secrets = fake_secrets(s, psk_of, key_of), .find_key = find_key, .lookup_keys = lookup_keys,
		.client = s->client.on ? client : NULL,
		.event = event, .path = path };
	struct kernel k = fake_kernel_plane(&s->kernel);

	s->wake_ms = UINT64_MAX;
	s->e = ike_engine_new(&ports, &s->cfg, &k, s->pool);
	assert_non_null(s->e);
	ike_addresses_changed(s->e, s->addrs, s->n_addrs);
}

static void
make_side(struct pair *p, int which)
{
	struct side *s = &p->side[which];
	const char *ours = which == A ? "192.1.2.45" : "192.1.2.23";
	const char *theirs = which == A ? "192.1.2.23" : "192.1.2.45";

	s->pair = p;
	s->which = which;
	s->cfg = ike_config_default();
	fake_kernel_init(&s->kernel, which == A ? 0x1000 : 0x2000);
	s->conn = connection_new(which == A ? "a" : "b");
	assert_non_null(s->conn);
	s->conn->local.auth = s->conn->remote.auth = CONN_AUTH_PSK;
	s->conn->rekey_fuzz_pct = 0;
	assert_true(endpoint_parse(ours, 500, &s->at));
	s->conn->local.host = s->at;
	s->addrs[0] = s->at.addr;
	s->n_addrs = 1;
	assert_true(endpoint_parse(theirs, 500, &s->conn->remote.host));
	s->conn->local.ts = ts_host(&s->conn->local.host.addr);
	s->conn->remote.ts = ts_host(&s->conn->remote.host.addr);
	strcpy(s->psk, "a shared secret");
}

struct pair *
pair_new(void)
{
	struct pair *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	p->clock.now_ms = 1000000;
	p->random = 1;
	for (int i = 0; i < 2; i++) {
		p->side[i].pool = pool_new(0, 4096);
		assert_non_null(p->side[i].pool);
	}
	for (int i = 0; i < 2; i++) {
		make_side(p, i);
		make_engine(&p->side[i]);
	}
	return p;
}

void
pair_restart(struct pair *p, int which)
{
	ike_engine_free(p->side[which].e);
	fake_kernel_clear(&p->side[which].kernel);
	make_engine(&p->side[which]);
}

void
pair_free(struct pair *p)
{
	for (int i = 0; i < 2; i++) {
		ike_engine_free(p->side[i].e);
		assert_int_equal(p->side[i].kernel.n, 0);
		assert_int_equal(p->side[i].kernel.spis_out, 0);
		assert_int_equal(p->side[i].kernel.cpis_out, 0);
		assert_int_equal(p->side[i].conn->refs, 1);
		connection_unref(p->side[i].conn);
		connection_unref(p->side[i].second);
	}
	for (int i = 0; i < 2; i++)
		pool_free(p->side[i].pool);
	fake_net_clear(&p->net);
	free(p);
}

const struct private_key *
pair_key(enum pubkey_kind kind, int which)
{
	return fake_key(kind, which);
}

void
pair_use_keys(struct pair *p, enum pubkey_kind kind)
{
	for (int i = 0; i < 2; i++) {
		struct side *s = &p->side[i];

		s->key = pair_key(kind, i);
		s->conn->local.auth = s->conn->remote.auth = CONN_AUTH_PUBKEY;
		for (unsigned k = 0; k < s->conn->n_keys; k++)
			pubkey_free(&s->conn->keys[k]);
		s->conn->keys[0] = pubkey_ref(&pair_key(kind, 1 - i)->pub);
		s->conn->n_keys = 1;
		s->conn->key_source = "configured";
	}
}

void
pair_use_oe(struct pair *p)
{
	pair_use_keys(p, PUBKEY_ED25519);
	for (int i = 0; i < 2; i++) {
		struct side *s = &p->side[i];

		s->conn->oe = true;
		s->conn->rekey = false;
		s->conn->dpd_delay_s = 30;
		s->conn->key_source = "reverse map, DNSSEC secure";
		s->dns = (struct peer_keys){ .keys = { s->conn->keys[0] }, .n = 1,
			.source = "reverse map, DNSSEC secure" };
	}
}

uint64_t
pair_initiate(struct pair *p, int who, uint64_t owner, uint32_t timeout_ms)
{
	return ike_initiate(p->side[who].e, p->side[who].conn, NULL, owner, timeout_ms);
}

static struct side *
side_at(struct pair *p, const struct ip_addr *addr)
{
	for (int i = 0; i < 2; i++)
		for (unsigned k = 0; k < p->side[i].n_addrs; k++)
			if (ip_addr_eq(&p->side[i].addrs[k], addr))
				return &p->side[i];
	return NULL;
}

void
pair_compute(struct pair *p)
{
	bool more = true;

	while (more) {
		more = false;
		for (int i = 0; i < 2; i++)
			if (!p->side[i].idle && pool_collect(p->side[i].pool) > 0)
				more = true;
	}
}

bool
pair_deliver_one(struct pair *p)
{
	struct fake_datagram d;
	struct side *s;

	if (!fake_net_take(&p->net, &d))
		return false;
	s = side_at(p, &d.to.addr);
	if (s != NULL)
		ike_receive(s->e, &d.to, &d.from, chunk_span(d.bytes));
	chunk_free(&d.bytes);
	return true;
}

void
pair_settle(struct pair *p)
{
	do
		pair_compute(p);
	while (pair_deliver_one(p));
}

void
pair_advance(struct pair *p, uint64_t ms)
{
	uint64_t end = p->clock.now_ms + ms;

	pair_settle(p);
	for (;;) {
		uint64_t next = end;

		for (int i = 0; i < 2; i++)
			if (p->side[i].wake_ms < next)
				next = p->side[i].wake_ms;
		if (next > p->clock.now_ms)
			p->clock.now_ms = next;
		for (int i = 0; i < 2; i++)
			if (p->side[i].wake_ms <= p->clock.now_ms) {
				p->side[i].wake_ms = UINT64_MAX;
				ike_run(p->side[i].e);
			}
		pair_settle(p);
		if (p->clock.now_ms >= end)
			break;
	}
}

void
pair_assert_up(struct pair *p, unsigned sas_each_way)
{
	for (int i = 0; i < 2; i++) {
		assert_int_equal(fake_kernel_count(&p->side[i].kernel, SA_IN), sas_each_way);
		assert_int_equal(fake_kernel_count(&p->side[i].kernel, SA_OUT), sas_each_way);
	}
	assert_true(fake_kernel_reaches(&p->side[A].kernel, &p->side[B].kernel));
	assert_true(fake_kernel_reaches(&p->side[B].kernel, &p->side[A].kernel));
}

void
pair_assert_down(struct pair *p)
{
	for (int i = 0; i < 2; i++) {
		struct ike_stats s = pair_stats(p, i);

		assert_int_equal(p->side[i].kernel.n, 0);
		assert_int_equal(s.ike_now, 0);
		assert_int_equal(s.child_now, 0);
		assert_int_equal(s.half_open_now, 0);
	}
}

void
pair_up(struct pair *p)
{
	assert_int_not_equal(pair_initiate(p, A, 17, 3000), 0);
	pair_settle(p);
	pair_assert_up(p, 1);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_UP), 1);
	assert_int_equal(pair_last(p, A, IKE_EV_CHILD_UP)->owner, 17);
	assert_int_equal(pair_count(p, B, IKE_EV_CHILD_UP), 1);
	assert_int_equal(pair_count(p, A, IKE_EV_FAILED), 0);
}

unsigned
pair_count(const struct pair *p, int who, enum ike_event_kind kind)
{
	return fake_event_count(p->side[who].events, p->side[who].n_events, kind);
}

const struct seen_event *
pair_last(const struct pair *p, int who, enum ike_event_kind kind)
{
	return fake_event_last(p->side[who].events, p->side[who].n_events, kind);
}

struct ike_stats
pair_stats(const struct pair *p, int who)
{
	struct ike_stats s;

	ike_get_stats(p->side[who].e, &s);
	return s;
}

struct ike_sa *
pair_ike(struct pair *p, int who)
{
	struct ike_engine *e = p->side[who].e;

	for (uint64_t n = e->last_serial; n > 0; n--) {
		struct ike_sa *sa = ike_sa_find(e, n);

		if (sa != NULL && sa->state == IKE_ESTABLISHED)
			return sa;
	}
	return NULL;
}

struct child_sa *
pair_child(struct pair *p, int who)
{
	struct ike_engine *e = p->side[who].e;

	for (uint64_t n = e->last_serial; n > 0; n--) {
		struct child_sa *c = child_sa_find(e, n);

		if (c != NULL && c->state == CHILD_UP)
			return c;
	}
	return NULL;
}
