/* What the tests of exchanges do to a pair, and ask of it, again and again. */
#include "tests/exchange/pair.h"

#include <stdio.h>
#include <string.h>

#include "pluto/wire/proposal.h"

void
pair_addresses(struct pair *p, int who, const char *text)
{
	struct side *s = &p->side[who];
	char copy[200], *save = NULL;

	snprintf(copy, sizeof(copy), "%s", text);
	s->n_addrs = 0;
	for (char *w = strtok_r(copy, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save)) {
		assert_true(s->n_addrs < 4);
		assert_true(ip_addr_parse(w, &s->addrs[s->n_addrs++]));
	}
	ike_addresses_changed(s->e, s->addrs, s->n_addrs);
}

void
pair_use_clients(struct pair *p)
{
	struct ip_prefix net[2];

	assert_true(ip_prefix_parse("10.1.0.0/16", &net[A]));
	assert_true(ip_prefix_parse("10.2.0.0/16", &net[B]));
	for (int i = 0; i < 2; i++) {
		struct connection *c = p->side[i].conn;

		c->local.ts = ts_prefix(&net[i]);
		c->remote.ts = ts_prefix(&net[1 - i]);
		c->local.has_client = c->remote.has_client = true;
	}
}

void
pair_auth(struct pair *p, int who, enum conn_auth how)
{
	p->side[who].conn->local.auth = how;
	p->side[1 - who].conn->remote.auth = how;
}

void
pair_assert_one(struct pair *p)
{
	assert_int_equal(pair_stats(p, A).ike_now, 1);
	assert_int_equal(pair_stats(p, B).ike_now, 1);
	assert_int_equal(pair_stats(p, A).child_now, 1);
	assert_int_equal(pair_stats(p, B).child_now, 1);
	pair_assert_up(p, 1);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pair_count(p, i, IKE_EV_CHILD_DOWN), 0);
		assert_int_equal(pair_count(p, i, IKE_EV_IKE_DOWN), 0);
	}
}

void
pair_delete_child(struct pair *p, int who)
{
	ike_delete_serial(p->side[who].e, pair_child(p, who)->serial);
}

void
pair_delete_ike(struct pair *p, int who)
{
	ike_delete_serial(p->side[who].e, pair_ike(p, who)->serial);
}

enum fake_fate
pair_hold(void *ctx, const struct fake_datagram *d)
{
	(void)ctx;
	(void)d;
	return FATE_HOLD;
}

struct pair *
pair_moving(void)
{
	struct pair *p = pair_new();

	pair_use_clients(p);
	pair_up(p);
	assert_non_null(pair_ike(p, A)->mobike);
	assert_non_null(pair_ike(p, B)->mobike);
	return p;
}

void
pair_assert_at(struct pair *p, const char *a, const char *b)
{
	struct ip_addr at[2];

	assert_true(ip_addr_parse(a, &at[A]) && ip_addr_parse(b, &at[B]));
	for (int i = 0; i < 2; i++) {
		const struct fake_kernel *k = &p->side[i].kernel;

		assert_true(ip_addr_eq(&pair_ike(p, i)->local.addr, &at[i]));
		assert_true(ip_addr_eq(&pair_ike(p, i)->remote.addr, &at[1 - i]));
		assert_int_equal(k->n, 2);
		for (unsigned s = 0; s < k->n; s++) {
			assert_true(ip_addr_eq(&k->sas[s].sa.local.addr, &at[i]));
			assert_true(ip_addr_eq(&k->sas[s].sa.remote.addr, &at[1 - i]));
		}
		assert_int_equal(pair_count(p, i, IKE_EV_CHILD_DOWN), 0);
		assert_int_equal(pair_count(p, i, IKE_EV_IKE_DOWN), 0);
		/* Others find it by the new addresses alone. */
		assert_non_null(pair_index_first(&p->side[i].e->ike_pairs, &at[i], &at[1 - i]));
	}
}

void
pair_ike_proposal(struct pair *p, int who, const char *text)
{
	char err[200];

	if (!proposal_parse(text, PROTO_IKE, &p->side[who].conn->ike, err, sizeof(err)))
		fail_msg("%s: %s", text, err);
}

void
pair_esp_proposal(struct pair *p, int who, const char *text)
{
	char err[200];

	if (!proposal_parse(text, PROTO_ESP, &p->side[who].conn->esp, err, sizeof(err)))
		fail_msg("%s: %s", text, err);
}

uint8_t
pair_exchange_of(const struct fake_datagram *d)
{
	return d->bytes.ptr[18];
}

bool
pair_is_response(const struct fake_datagram *d)
{
	return (d->bytes.ptr[19] & IKE_FLAG_R) != 0;
}

uint8_t
pair_next_payload_of(const struct fake_datagram *d)
{
	return d->bytes.ptr[16];
}
