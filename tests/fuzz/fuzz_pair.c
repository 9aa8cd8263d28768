/* Fuzz target, with a memory: two IKEv2 engines in one process, and a script of what
 * befalls them: datagrams that come, go, come twice or late, time, crypto that
 * finishes, answers of DNS, deletes, rekeys, restarts, addresses that change, a kernel
 * that refuses, and lies behind good keys. Octets: the kind of pair, then two for each
 * act; a lie brings its payloads along.
 *
 * Whatever happened, both can speak to each other in the end, and nothing is left. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "tests/fuzz/script.h"
#include "tests/holes/sealed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ACTS_MAX = 60, LATE_MS = 600000 };

struct script {
	struct pair *p;
	struct wire_reader r;
	uint64_t owner;
};

static void
deliver(struct script *s, int who, uint8_t how)
{
	(void)who;
	for (unsigned n = how % 4; n < 4; n++)
		pair_deliver_one(s->p);
}

static void
drop(struct script *s, int who, uint8_t how)
{
	(void)who, (void)how;
	script_lose(&s->p->net);
}

static void
twice(struct script *s, int who, uint8_t how)
{
	(void)who, (void)how;
	script_double(&s->p->net);
}

static void
alter(struct script *s, int who, uint8_t how)
{
	(void)who;
	script_alter(&s->p->net, how);
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
	s->p->side[who].idle = (how & 1) != 0;
	pair_compute(s->p);
}

static void
wait_for(struct script *s, int who, uint8_t how)
{
	(void)who;
	pair_advance(s->p, (uint64_t)how * how * 20);
}

static void
initiate(struct script *s, int who, uint8_t how)
{
	pair_initiate(s->p, who, ++s->owner, (how & 1) != 0 ? 3000 : 0);
}

static void
give_up(struct script *s, int who, uint8_t how)
{
	ike_give_up(s->p->side[who].e, how % 2 == 0 ? s->owner : how);
}

/* A serial that there is, or one that there may be. */
static uint64_t
serial(struct script *s, int who, uint8_t how)
{
	struct ike_sa *sa = pair_ike(s->p, who);
	struct child_sa *c = pair_child(s->p, who);

	return how % 3 == 0 && sa != NULL ? sa->serial : how % 3 == 1 && c != NULL ? c->serial : how;
}

static void
rekey(struct script *s, int who, uint8_t how)
{
	ike_rekey(s->p->side[who].e, serial(s, who, how));
}

static void
delete(struct script *s, int who, uint8_t how)
{
	if (how % 7 == 0)
		ike_delete_conn(s->p->side[who].e, s->p->side[who].conn->serial);
	else
		ike_delete_serial(s->p->side[who].e, serial(s, who, how));
}

static void
liveness(struct script *s, int who, uint8_t how)
{
	struct ike_engine *e = s->p->side[who].e;

	if (how % 2 == 0)
		ike_liveness(e, serial(s, who, 0));
	else
		ike_doubt(e, &s->p->side[who].at.addr, &s->p->side[1 - who].at.addr);
}

static void
expire(struct script *s, int who, uint8_t how)
{
	struct ike_engine *e = s->p->side[who].e;
	struct child_sa *c = pair_child(s->p, who);

	if (c == NULL)
		return;
	if (how % 3 == 0)
		ike_soft_expired(e, c->spi_in);
	else
		ike_hard_expired(e, how % 3 == 1 ? SA_IN : SA_OUT, how % 3 == 1 ? c->spi_in : c->spi_out,
				 &s->p->side[1 - who].at.addr);
}

static void
answer_of_dns(struct script *s, int who, uint8_t how)
{
	struct side *d = &s->p->side[who];
	const struct peer_keys none = { .why_none = "no key", .may_be_anonymous = (how & 2) != 0 };

	ike_keys_found(d->e, (how & 4) != 0 ? how : d->lookup, (how & 1) != 0 ? &none : &d->dns);
}

static void
restart(struct script *s, int who, uint8_t how)
{
	if (how % 4 == 0) {
		ike_shutdown(s->p->side[who].e);
	} else if (how % 4 == 1) {
		/* What it holds of connections and of the pool goes with it. */
		pair_restart(s->p, who);
	}
}

static void
move(struct script *s, int who, uint8_t how)
{
	static const char *const places[][4] = {
		{ "192.1.2.45", "192.1.2.45 192.1.2.46", "192.1.2.46", "" },
		{ "192.1.2.23", "192.1.2.23 192.1.2.24", "192.1.2.24", "" },
	};

	pair_addresses(s->p, who, places[who][how % 4]);
}

static void
refuse(struct script *s, int who, uint8_t how)
{
	s->p->side[who].kernel.refuse = -12;
	s->p->side[who].kernel.refuse_dir = (how & 1) == 0 ? -1 : (how & 2) != 0 ? SA_IN : SA_OUT;
	s->p->side[who].kernel.refuse_move = (how & 4) != 0;
}

/* An octet for the exchange and the flag, the first type, and a length before them. */
static void
lie(struct script *s, int who, uint8_t how)
{
	static struct spelled said;
	struct ike_sa *sa = sealed_sa(s->p, who);
	uint8_t flags;
	struct chunk m;

	said.first = wire_u8(&s->r, "first");
	said.len = wire_u8(&s->r, "length");
	wire_copy(&s->r, said.bytes, said.len, "payloads");
	if (!wire_ok(&s->r) || sa == NULL || sa->seal == NULL)
		return;
	flags = (uint8_t)((sa->role == SA_INITIATOR ? IKE_FLAG_I : 0) | ((how & 4) != 0 ? IKE_FLAG_R : 0));
	m = sealed_message(s->p, who, (uint8_t)(EX_AUTH + how % 3), flags,
			   (how & 4) != 0 ? sa->theirs.expected : sa->ours.next++, NULL, &said);
	fake_net_send(&s->p->net, &s->p->side[who].at, &s->p->side[1 - who].at, chunk_span(m));
	chunk_free(&m);
}

static void
settle(struct script *s, int who, uint8_t how)
{
	(void)who, (void)how;
	pair_settle(s->p);
}

static void (*const acts[])(struct script *s, int who, uint8_t how) = {
	deliver, drop, twice, alter, hold, compute, wait_for, initiate, give_up, rekey, delete, liveness,
	expire, answer_of_dns, restart, move, refuse, lie, settle, settle, deliver, rekey, compute, initiate,
};
enum { N_ACTS = sizeof(acts) / sizeof(*acts) };

/* By secret, by key, anonymous, opportunistic with DNS; with subnets, which may move. */
static void
kind_of_pair(struct pair *p, uint8_t kind)
{
	switch (kind % 4) {
	case 1:
		pair_use_keys(p, PUBKEY_ED25519);
		break;
	case 2:
		pair_auth(p, A, CONN_AUTH_NULL);
		pair_auth(p, B, CONN_AUTH_NULL);
		break;
	case 3:
		pair_use_oe(p);
		p->side[B].lookup_by_hand = (kind & 4) != 0;
		break;
	default:
		break;
	}
	if ((kind & 8) != 0 && kind % 4 != 3)
		pair_use_clients(p);
	for (int i = 0; i < 2; i++) {
		p->side[i].cfg.fragment_v4 = (kind & 16) != 0 ? 200 : 0;
		p->side[i].cfg.encap_always = (kind & 32) != 0;
		p->side[i].cfg.cookie_threshold = (kind & 64) != 0 ? 0 : 64;
		pair_restart(p, i);
	}
}

static bool
speak(struct pair *p, uint64_t owner)
{
	for (int i = 0; i < 2; i++)
		p->side[i].n_events = 0;
	pair_initiate(p, A, owner, 0);
	pair_advance(p, LATE_MS / 4);
	return pair_child(p, A) != NULL && fake_kernel_reaches(&p->side[A].kernel, &p->side[B].kernel);
}

/* Neither knows our rule of which of two SAs goes. */
static void
know_no_rule(struct pair *p)
{
	for (int i = 0; i < 2; i++)
		for (uint64_t n = 1; n <= p->side[i].e->last_serial; n++) {
			struct ike_sa *sa = ike_sa_find(p->side[i].e, n);

			if (sa != NULL)
				sa->twin_rule = false;
		}
}

/* After all of it they are as they were, and both begin anew. */
static void
heal(struct pair *p)
{
	p->net.fate = NULL;
	fake_net_release(&p->net);
	for (int i = 0; i < 2; i++) {
		p->side[i].idle = p->side[i].lookup_by_hand = false;
		p->side[i].kernel.refuse_dir = -1;
		p->side[i].kernel.refuse_move = false;
		pair_addresses(p, i, i == A ? "192.1.2.45" : "192.1.2.23");
	}
	pair_advance(p, LATE_MS);
	/* Once more, should what they had reach its end just then. */
	if (!speak(p, 1000) && !speak(p, 1001)) {
		fprintf(stderr, "the two do not speak to each other any more\n");
		abort();
	}
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
	s.p = pair_new();
	kind_of_pair(s.p, kind);
	while (script_next(&s.r, &left, N_ACTS, &act)) {
		acts[act.what](&s, act.who, act.how);
		if ((kind & 128) != 0)
			know_no_rule(s.p);
		for (int k = 0; k < 2; k++)
			if (s.p->side[k].n_events > EVENTS_MAX - 50)
				s.p->side[k].n_events = 0;
	}
	heal(s.p);
	pair_free(s.p);
	return 0;
}
