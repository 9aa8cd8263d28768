/* Fuzz target, with a memory: two IKEv1 engines in one process, and a script of what
 * befalls them, as fuzz_pair.c has it for IKEv2. Octets: the kind of pair, then two for
 * each act; a lie brings its payloads along. In the end both can speak to each other,
 * and nothing is left. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "pluto/ikev1/seal.h"
#include "tests/exchange_v1/v1_pair.h"
#include "tests/fuzz/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

enum { ACTS_MAX = 50, LATE_MS = 400000 };

struct script {
	struct v1_pair *p;
	struct wire_reader r;
	uint64_t owner;
	bool by_dns;
};

static void
deliver(struct script *s)
{
	struct fake_datagram d;

	if (!fake_net_take(&s->p->net, &d))
		return;
	for (int i = 0; i < 2; i++)
		if (ip_addr_eq(&s->p->side[i].at.addr, &d.to.addr))
			v1_receive(s->p->side[i].e, &d.to, &d.from, chunk_span(d.bytes));
	chunk_free(&d.bytes);
}

/* One is lost, or comes, or one comes after another was doubled or altered. */
static void
travel(struct script *s, int who, uint8_t how)
{
	(void)who;
	if (how % 4 == 1) {
		script_lose(&s->p->net);
		return;
	}
	if (how % 4 == 2)
		script_double(&s->p->net);
	if (how % 4 == 3)
		script_alter(&s->p->net, how);
	deliver(s);
}

static void
hold(struct script *s, int who, uint8_t how)
{
	(void)who;
	script_hold(&s->p->net, how);
}

static void
compute(struct script *s, int who, uint8_t how)
{
	(void)how;
	pool_collect(s->p->side[who].pool);
}

static void
wait_for(struct script *s, int who, uint8_t how)
{
	(void)who;
	v1_pair_advance(s->p, (uint64_t)how * how * 20);
}

static void
initiate(struct script *s, int who, uint8_t how)
{
	(void)how;
	v1_pair_initiate(s->p, who, ++s->owner);
}

static uint64_t
serial(struct script *s, int who, uint8_t how)
{
	const struct v1_engine *e = s->p->side[who].e;

	return how % 3 == 0 && e->all != NULL ? e->all->serial
		: how % 3 == 1 && e->children != NULL ? e->children->serial : how;
}

static void
rekey(struct script *s, int who, uint8_t how)
{
	v1_rekey(s->p->side[who].e, serial(s, who, how));
}

static void
end(struct script *s, int who, uint8_t how)
{
	struct v1_engine *e = s->p->side[who].e;

	if (how % 8 == 7)
		v1_delete_conn(e, s->p->side[who].conn->serial);
	else if (how % 8 == 6)
		v1_give_up(e, s->owner);
	else
		v1_delete_serial(e, serial(s, who, how));
}

static void
expire(struct script *s, int who, uint8_t how)
{
	struct v1_engine *e = s->p->side[who].e;

	if (e->children == NULL)
		return;
	if (how % 3 == 0)
		v1_soft_expired(e, e->children->spi_in);
	else
		v1_hard_expired(e, how % 3 == 1 ? SA_IN : SA_OUT, how % 3 == 1 ? e->children->spi_in
				: e->children->spi_out, &s->p->side[1 - who].at.addr);
}

/* Of DNS, where keys come from there; else of a user, or of who knows him. */
static void
answer(struct script *s, int who, uint8_t how)
{
	const struct peer_keys none = { .why_none = "no key" };
	struct v1_side *d = &s->p->side[who];

	d->late = (how & 1) != 0;
	if (s->by_dns)
		v1_keys_found(d->e, (how & 4) != 0 ? how : d->lookup, (how & 2) != 0 ? &none : &d->dns);
	else if ((how & 2) != 0)
		v1_xauth_checked(d->e, (how & 4) != 0 ? how : d->lookup, (how & 8) != 0);
	else
		v1_xauth_answer(d->e, (how & 4) != 0 ? how : d->lookup, span_str("road warrior"),
				span_str((how & 8) != 0 ? "correct horse" : "battery"), "nobody");
}

static void
restart(struct script *s, int who, uint8_t how)
{
	if (how % 4 == 0)
		v1_shutdown(s->p->side[who].e);
	else if (how % 4 == 1) {
		fake_kernel_clear(&s->p->side[who].kernel);
		v1_pair_restart(s->p, who);
	}
}

static void
refuse(struct script *s, int who, uint8_t how)
{
	s->p->side[who].kernel.refuse = -12;
	s->p->side[who].kernel.refuse_dir = (how & 1) == 0 ? -1 : (how & 2) != 0 ? SA_IN : SA_OUT;
}

/* Behind good keys, with a HASH that fits: a type, a length, and that many octets. */
static void
lie(struct script *s, int who, uint8_t how)
{
	static const uint8_t exchanges[] = { V1_QUICK, V1_INFORMATIONAL, V1_TRANSACTION, V1_INFORMATIONAL };
	struct isakmp *sa = s->p->side[who].e->all;
	uint8_t first = wire_u8(&s->r, "first"), len = wire_u8(&s->r, "length");
	struct span said = wire_bytes(&s->r, len, "payloads");
	uint32_t id = 1u + (how >> 2 & 3);
	uint8_t iv[V1_BLOCK_MAX], hash[V1_HASH_MAX];
	struct chunk m;
	size_t n;

	if (!wire_ok(&s->r) || sa == NULL || !sa->has_keys || !v1_exchange_iv(sa, id, iv))
		return;
	n = v1_exchange_hash(sa, id, (struct span){ NULL, 0 }, said, hash);
	m = v1_protected(sa, exchanges[how & 3], id, iv, span_of(hash, n), said, first);
	if (m.ptr != NULL)
		fake_net_send(&s->p->net, &s->p->side[who].at, &s->p->side[1 - who].at, chunk_span(m));
	chunk_free(&m);
}

static void
settle(struct script *s, int who, uint8_t how)
{
	(void)who, (void)how;
	v1_pair_settle(s->p);
}

static void (*const acts[])(struct script *s, int who, uint8_t how) = {
	travel, hold, compute, wait_for, initiate, rekey, end, expire, answer, restart, refuse, lie, settle,
	travel, compute, settle,
};

static bool
by_dns(uint8_t kind)
{
	return (kind & (8 | 16)) == 16;
}

static void
with_mode_config(struct v1_pair *p, bool pull)
{
	struct ip_prefix net;

	if (!ip_prefix_parse("10.9.0.0/28", &net))
		abort();
	p->side[A].conn->modecfg = CONN_PART_CLIENT;
	p->side[B].conn->modecfg = CONN_PART_SERVER;
	p->side[A].conn->modecfg_pull = p->side[B].conn->modecfg_pull = pull;
	p->side[B].conn->remote.ts = ts_prefix(&net);
	p->side[B].conn->remote.has_client = true;
}

/* Each looks the other's key up. */
static void
with_keys_of_dns(struct v1_pair *p)
{
	v1_pair_rsa(p);
	for (int i = 0; i < 2; i++) {
		struct connection *c = p->side[i].conn;

		p->side[i].dns = (struct peer_keys){ .keys = { c->keys[0] }, .n = 1, .source = "DNS" };
		c->n_keys = 0;
		c->keys_from_dns = true;
	}
}

/* Main or Aggressive Mode, XAUTH, Mode Config, PFS, fragments, signs of life, keys of DNS. */
static void
kind_of_pair(struct v1_pair *p, uint8_t kind)
{
	v1_pair_words(p, "aes128-sha2_256-x25519", (kind & 128) != 0 ? "aes_gcm128" : "aes128-sha2_256");
	for (int i = 0; i < 2; i++) {
		struct connection *c = p->side[i].conn;

		c->aggressive = (kind & 1) != 0;
		c->pfs = (kind & 2) != 0;
		if ((kind & 4) != 0)
			c->xauth = i == A ? CONN_PART_CLIENT : CONN_PART_SERVER;
		p->side[i].user = "road warrior";
		p->side[i].password = "correct horse";
		if ((kind & 32) != 0)
			p->side[i].cfg.fragment_v4 = 200;
		if ((kind & 64) != 0) {
			c->dpd_delay_s = 30;
			c->dpd_timeout_s = 120;
		}
	}
	if ((kind & 8) != 0)
		with_mode_config(p, (kind & 16) != 0);
	if (by_dns(kind))
		with_keys_of_dns(p);
	for (int i = 0; i < 2; i++)
		v1_pair_restart(p, i);
}

static bool
speak(struct v1_pair *p, uint64_t owner)
{
	for (int i = 0; i < 2; i++)
		p->side[i].n_events = 0;
	v1_pair_initiate(p, A, owner);
	v1_pair_advance(p, LATE_MS / 4);
	return p->side[A].e->children != NULL
		&& fake_kernel_reaches(&p->side[A].kernel, &p->side[B].kernel);
}

static void
heal(struct v1_pair *p)
{
	p->net.fate = NULL;
	fake_net_release(&p->net);
	for (int i = 0; i < 2; i++) {
		p->side[i].late = false;
		p->side[i].kernel.refuse_dir = -1;
	}
	v1_pair_advance(p, LATE_MS);
	if (!speak(p, 1000) && !speak(p, 1001)) {
		/* Without signs of life a side does not learn that the other began anew. */
		for (int i = 0; i < 2; i++)
			v1_shutdown(p->side[i].e);
		v1_pair_advance(p, LATE_MS);
		if (!speak(p, 1002)) {
			fprintf(stderr, "the two do not speak to each other any more\n");
			abort();
		}
	}
}

/* RSA keys take their time, which is no input's fault. */
int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	return fake_key(PUBKEY_RSA, A) == NULL || fake_key(PUBKEY_RSA, B) == NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script s = { .r = wire_reader(span_of(data, size)) };
	uint8_t kind = wire_u8(&s.r, "kind");
	unsigned left = ACTS_MAX;
	struct script_act act;

	log_set_level(LOG_LEVEL_ERROR);
	if (!wire_ok(&s.r))
		return 0;
	s.p = v1_pair_new();
	kind_of_pair(s.p, kind);
	s.by_dns = by_dns(kind);
	while (script_next(&s.r, &left, sizeof(acts) / sizeof(*acts), &act)) {
		acts[act.what](&s, act.who, act.how);
		for (int k = 0; k < 2; k++)
			if (s.p->side[k].n_events > EVENTS_MAX - 50)
				s.p->side[k].n_events = 0;
	}
	heal(s.p);
	for (int i = 0; s.by_dns && i < 2; i++)
		s.p->side[i].conn->n_keys = 1;
	v1_pair_free(s.p);
	return 0;
}
