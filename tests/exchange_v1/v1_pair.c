/* Two IKEv1 engines in one process. */
#include "tests/exchange_v1/v1_pair.h"

#include <stdlib.h>
#include <string.h>

enum { EXCHANGE_AT = 18 };

static uint64_t
now_ms(void *ctx)
{
	return ((struct v1_side *)ctx)->pair->clock.now_ms;
}

static void
random_bytes(void *ctx, void *buf, size_t len)
{
	fake_random(&((struct v1_side *)ctx)->pair->random, buf, len);
}

static void
send_datagram(void *ctx, const struct endpoint *local, const struct endpoint *remote,
	      struct span datagram)
{
	fake_net_send(&((struct v1_side *)ctx)->pair->net, local, remote, datagram);
}

static void
wake_at(void *ctx, uint64_t when_ms)
{
	((struct v1_side *)ctx)->wake_ms = when_ms;
}

static struct connection *
find_connection(void *ctx, const struct endpoint *local, const struct endpoint *remote,
		const struct ident *id_local, const struct ident *id_remote, uint8_t method)
{
	struct v1_side *s = ctx;

	(void)local, (void)remote, (void)id_local, (void)method;
	if (s->unknown || (s->conn->remote.id.type != 0 && id_remote->type != 0
			   && !ident_eq(&s->conn->remote.id, id_remote)))
		return NULL;
	return connection_ref(s->conn);
}

static struct span
psk_of(void *ctx)
{
	return span_str(((struct v1_side *)ctx)->psk);
}

static const struct private_key *
key_of(void *ctx)
{
	return ((struct v1_side *)ctx)->key;
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
	struct v1_side *s = ctx;

	(void)c, (void)remote_id, (void)remote;
	if (client != NULL)
		s->client.looked_up = *client;
	s->lookup = lookup;
	if (!s->late)
		v1_keys_found(s->e, lookup, &s->dns);
}

static void
check_password(void *ctx, uint64_t lookup, const struct connection *c, struct span user,
	       struct span password)
{
	struct v1_side *s = ctx;

	(void)c;
	s->lookup = lookup;
	if (!s->late)
		v1_xauth_checked(s->e, lookup, s->user != NULL
				 && span_eq(user, span_str(s->user))
				 && span_eq(password, span_str(s->password)));
}

static void
ask_password(void *ctx, uint64_t lookup, const struct connection *c, uint64_t owner)
{
	const struct span nobody = { NULL, 0 };
	struct v1_side *s = ctx;

	(void)c, (void)owner;
	s->lookup = lookup;
	if (!s->late)
		v1_xauth_answer(s->e, lookup, s->user != NULL ? span_str(s->user) : nobody,
				s->user != NULL ? span_str(s->password) : nobody,
				"nobody knows a user");
}

static void
event(void *ctx, const struct ike_event *e)
{
	struct v1_side *s = ctx;

	fake_event_note(s->events, &s->n_events, e, s->pair->clock.now_ms,
			s == &s->pair->side[A] ? 'A' : 'B');
}

static struct connection *
connection_for_ts(void *ctx, struct connection *c, const struct ident *remote_id,
		  const struct ts_list *local, const struct ts_list *remote)
{
	const struct v1_side *s = ctx;

	(void)remote;
	assert_int_not_equal(remote_id->type, 0);
	if (s->no_client)
		return NULL;
	if (s->second != NULL && ts_contains(&s->second->local.ts, &local->ts[0]))
		return connection_ref(s->second);
	return connection_ref(c);
}

static enum ike_client
client(void *ctx, const struct ike_client_question *q, struct connection **out)
{
	return fake_client_ask(&((struct v1_side *)ctx)->client, q, out);
}

static void
make_engine(struct v1_side *s)
{
	const struct ike_ports ports = { .ctx = s, .now_ms = now_ms, .random = random_bytes,
		.send = send_datagram, .wake_at = wake_at, .find_connection = find_connection,
		.connection_for_ts = connection_for_ts,
		.secrets = fake_secrets(s, psk_of, key_of), .find_key = find_key, .lookup_keys = lookup_keys,
		.client = s->client.on ? client : NULL,
		.check_password = check_password, .ask_password = ask_password, .event = event };
	struct kernel k = fake_kernel_plane(&s->kernel);

	s->wake_ms = UINT64_MAX;
	s->e = v1_engine_new(&ports, &s->cfg, &k, s->pool);
	assert_non_null(s->e);
}

static void
make_side(struct v1_pair *p, int which)
{
	struct v1_side *s = &p->side[which];

	s->pair = p;
	s->cfg = v1_config_default();
	s->cfg.fragment_v4 = s->cfg.fragment_v6;	/* messages are counted */
	fake_kernel_init(&s->kernel, which == A ? 0x1000 : 0x2000);
	s->conn = connection_new(which == A ? "a" : "b");
	assert_non_null(s->conn);
	s->conn->local.auth = s->conn->remote.auth = CONN_AUTH_PSK;
	s->conn->rekey_fuzz_pct = 0;
	s->conn->pfs = false;
	assert_true(endpoint_parse(which == A ? "192.1.2.45" : "192.1.2.23", 500, &s->at));
	s->conn->local.host = s->at;
	assert_true(endpoint_parse(which == A ? "192.1.2.23" : "192.1.2.45", 500,
				   &s->conn->remote.host));
	s->conn->local.ts = ts_host(&s->conn->local.host.addr);
	s->conn->remote.ts = ts_host(&s->conn->remote.host.addr);
	strcpy(s->psk, "a shared secret");
}

void
v1_pair_words(struct v1_pair *p, const char *ike, const char *esp)
{
	char err[200];

	for (int i = 0; i < 2; i++) {
		struct connection *c = p->side[i].conn;

		if (!proposal_parse(ike, PROTO_IKE, &c->ike, err, sizeof(err))
		    || !proposal_parse(esp, PROTO_ESP, &c->esp, err, sizeof(err)))
			fail_msg("%s", err);
	}
}

struct v1_pair *
v1_pair_new(void)
{
	struct v1_pair *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	p->clock.now_ms = 1000000;
	p->random = 1;
	for (int i = 0; i < 2; i++) {
		p->side[i].pool = pool_new(0, 4096);
		assert_non_null(p->side[i].pool);
		make_side(p, i);
		make_engine(&p->side[i]);
	}
	v1_pair_words(p, "aes256-sha2_256-modp2048", "aes256-sha2_256");
	return p;
}

void
v1_pair_free(struct v1_pair *p)
{
	for (int i = 0; i < 2; i++) {
		v1_engine_free(p->side[i].e);
		assert_int_equal(p->side[i].kernel.n, 0);
		assert_int_equal(p->side[i].kernel.spis_out, 0);
		assert_int_equal(p->side[i].kernel.cpis_out, 0);
		assert_int_equal(p->side[i].conn->refs, 1);
		connection_unref(p->side[i].conn);
		pool_free(p->side[i].pool);
	}
	fake_net_clear(&p->net);
	free(p);
}

void
v1_pair_rsa(struct v1_pair *p)
{
	for (int i = 0; i < 2; i++) {
		struct v1_side *s = &p->side[i];

		s->key = fake_key(PUBKEY_RSA, i);
		s->conn->local.auth = s->conn->remote.auth = CONN_AUTH_PUBKEY;
		s->conn->keys[0] = pubkey_ref(&fake_key(PUBKEY_RSA, 1 - i)->pub);
		s->conn->n_keys = 1;
		s->conn->key_source = "configured";
	}
}

void
v1_pair_restart(struct v1_pair *p, int who)
{
	v1_engine_free(p->side[who].e);
	make_engine(&p->side[who]);
}

uint64_t
v1_pair_initiate(struct v1_pair *p, int who, uint64_t owner)
{
	return v1_initiate(p->side[who].e, p->side[who].conn, owner, 10000);
}

static bool
deliver_one(struct v1_pair *p)
{
	struct fake_datagram d;

	if (!fake_net_take(&p->net, &d))
		return false;
	for (int i = 0; i < 2; i++)
		if (ip_addr_eq(&p->side[i].at.addr, &d.to.addr))
			v1_receive(p->side[i].e, &d.to, &d.from, chunk_span(d.bytes));
	chunk_free(&d.bytes);
	return true;
}

void
v1_pair_settle(struct v1_pair *p)
{
	do
		while (pool_collect(p->side[A].pool) + pool_collect(p->side[B].pool) > 0)
			;
	while (deliver_one(p));
}

/* A packet each way by the newest SAs. */
static void
carry(struct v1_pair *p)
{
	for (int i = 0; i < 2 && !p->idle; i++) {
		struct fake_sa *out = fake_kernel_current(&p->side[i].kernel);
		struct fake_sa *in = out == NULL ? NULL
			: fake_kernel_find(&p->side[1 - i].kernel, SA_IN, out->sa.spi);

		if (in != NULL)
			in->counters.packets++;
	}
}

void
v1_pair_advance(struct v1_pair *p, uint64_t ms)
{
	uint64_t end = p->clock.now_ms + ms;

	v1_pair_settle(p);
	carry(p);
	for (;;) {
		uint64_t next = p->side[A].wake_ms < p->side[B].wake_ms ? p->side[A].wake_ms
			: p->side[B].wake_ms;

		if (next > end)
			break;
		if (next > p->clock.now_ms)
			p->clock.now_ms = next;
		for (int i = 0; i < 2; i++)
			if (p->side[i].wake_ms <= p->clock.now_ms) {
				p->side[i].wake_ms = UINT64_MAX;
				v1_run(p->side[i].e);
			}
		v1_pair_settle(p);
		carry(p);
	}
	p->clock.now_ms = end;
}

struct v1_stats
v1_pair_stats(const struct v1_pair *p, int who)
{
	struct v1_stats s;

	v1_get_stats(p->side[who].e, &s);
	return s;
}

void
v1_pair_assert_up(struct v1_pair *p, unsigned each_way)
{
	for (int i = 0; i < 2; i++) {
		assert_int_equal(fake_kernel_count(&p->side[i].kernel, SA_IN), each_way);
		assert_int_equal(fake_kernel_count(&p->side[i].kernel, SA_OUT), each_way);
		assert_true(fake_kernel_reaches(&p->side[i].kernel, &p->side[1 - i].kernel));
	}
}

unsigned
v1_pair_count(const struct v1_pair *p, int who, enum ike_event_kind kind)
{
	return fake_event_count(p->side[who].events, p->side[who].n_events, kind);
}

const struct seen_event *
v1_pair_last(const struct v1_pair *p, int who, enum ike_event_kind kind)
{
	return fake_event_last(p->side[who].events, p->side[who].n_events, kind);
}

void
v1_pair_up(struct v1_pair *p)
{
	assert_int_not_equal(v1_pair_initiate(p, A, 17), 0);
	v1_pair_settle(p);
	v1_pair_assert_up(p, 1);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_CHILD_UP), 1);
	assert_int_equal(v1_pair_last(p, A, IKE_EV_CHILD_UP)->owner, 17);
	assert_int_equal(v1_pair_count(p, B, IKE_EV_CHILD_UP), 1);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_FAILED), 0);
}

uint8_t
v1_exchange_of(const struct fake_datagram *d)
{
	return d->bytes.ptr[EXCHANGE_AT];
}

void
v1_pair_up_behind_a_nat(struct v1_pair *p)
{
	struct fake_sa *sa;

	assert_true(endpoint_parse("192.1.2.45", 500, &p->net.nat_inside));
	assert_true(endpoint_parse("192.1.2.45", 1500, &p->net.nat_outside));	/* 4500: 6000 */
	v1_pair_initiate(p, A, 17);
	v1_pair_settle(p);
	v1_pair_assert_up(p, 1);
	for (int i = 0; i < 2; i++) {
		sa = fake_kernel_current(&p->side[i].kernel);
		assert_true(sa->sa.encap_udp);
		assert_int_equal(sa->sa.local.port, 4500);
		assert_int_equal(sa->sa.remote.port, i == A ? 4500 : 6000);
	}
}
