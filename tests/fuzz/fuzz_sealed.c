/* Fuzz target: what an IKEv2 peer says behind its keys, to an engine: in place of the
 * payloads of its IKE_AUTH, or on an SA that is up. Octets: how, exchange, type of the
 * first payload, then payloads. */
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/wire.h"
#include "tests/holes/sealed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Bits of the first octet. */
enum { BY_RESPONDER = 1, BEFORE_AUTH = 2, AS_RESPONSE = 4, ANONYMOUS = 8, BESIDE_HONEST = 16 };

struct input {
	struct pair *p;
	uint8_t how, exchange;
	struct spelled said;
};

static enum fake_fate
replace_auth(void *ctx, const struct fake_datagram *d)
{
	static uint8_t buf[SEALED_MAX];
	static struct spelled all;
	struct input *in = ctx;
	int who = (in->how & BY_RESPONDER) != 0 ? B : A;
	struct span plain;
	struct chunk m;

	if (pair_exchange_of(d) != EX_AUTH || pair_is_response(d) != (who == B))
		return FATE_DELIVER;
	all = in->said;
	if ((in->how & BESIDE_HONEST) != 0
	    && sealed_open(in->p, who, chunk_span(d->bytes), buf, &plain, &all.first)
	    && plain.len + in->said.len < SEALED_MAX) {
		/* The honest payloads, and their last one leads on. */
		size_t last = 0;

		for (size_t at = 0; at + 4 <= plain.len && plain.ptr[at] != 0;
		     last = at += (size_t)(plain.ptr[at + 2] << 8 | plain.ptr[at + 3]))
			;
		memcpy(all.bytes, plain.ptr, plain.len);
		memcpy(all.bytes + plain.len, in->said.bytes, in->said.len);
		all.bytes[last] = in->said.first;
		all.len = plain.len + in->said.len;
	}
	m = sealed_message(in->p, who, EX_AUTH, who == A ? IKE_FLAG_I : IKE_FLAG_R, 1, NULL, &all);
	in->p->net.fate = NULL;
	fake_net_send(&in->p->net, &d->from, &d->to, chunk_span(m));
	chunk_free(&m);
	return FATE_DROP;
}

static void
before(struct input *in)
{
	in->p->net.fate = replace_auth;
	in->p->net.ctx = in;
	pair_initiate(in->p, A, 17, 3000);
	pair_advance(in->p, 5000);
}

static void
after(struct input *in)
{
	int who = (in->how & BY_RESPONDER) != 0 ? B : A, to = 1 - who;
	uint8_t flags = who == A ? IKE_FLAG_I : 0;
	struct chunk m;

	pair_up(in->p);
	if ((in->how & AS_RESPONSE) != 0) {
		/* There is a request that it answers. */
		in->p->net.fate = pair_hold;
		ike_rekey(in->p->side[to].e, (in->how & ANONYMOUS) != 0 ? pair_ike(in->p, to)->serial
			  : pair_child(in->p, to)->serial);
		pair_settle(in->p);
		flags |= IKE_FLAG_R;
	}
	m = sealed_message(in->p, who, in->exchange, flags, (flags & IKE_FLAG_R) != 0
			   ? pair_ike(in->p, to)->ours.next - 1 : pair_ike(in->p, who)->ours.next,
			   NULL, &in->said);
	ike_receive(in->p->side[to].e, &in->p->side[to].at, &in->p->side[who].at, chunk_span(m));
	chunk_free(&m);
	pair_advance(in->p, 5000);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct input in;
	struct wire_reader r = wire_reader(span_of(data, size));

	log_set_level(LOG_LEVEL_ERROR);
	in.how = wire_u8(&r, "how");
	in.exchange = wire_u8(&r, "exchange");
	in.said.first = wire_u8(&r, "first");
	in.said.len = wire_left(&r);
	if (!wire_ok(&r) || in.said.len > SEALED_MAX / 2)
		return 0;
	wire_copy(&r, in.said.bytes, in.said.len, "payloads");
	in.p = pair_new();
	for (int i = 0; i < 2; i++) {
		in.p->side[i].cfg.fragment_v4 = 0;
		pair_restart(in.p, i);
	}
	if ((in.how & ANONYMOUS) != 0) {
		pair_auth(in.p, A, CONN_AUTH_NULL);
		pair_auth(in.p, B, CONN_AUTH_NULL);
	}
	if ((in.how & BEFORE_AUTH) != 0)
		before(&in);
	else
		after(&in);
	pair_free(in.p);
	return 0;
}
