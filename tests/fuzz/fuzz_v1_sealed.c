/* Fuzz target: what an IKEv1 peer says behind its keys, HASH and all, to an engine: of
 * Quick Mode, Informational, Transaction. Octets: how, type of the first payload, then
 * payloads. */
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "pluto/ikev1/quick.h"
#include "pluto/ikev1/seal.h"
#include "tests/exchange_v1/v1_pair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Bits of the first octet; the two above them: which exchange. */
enum { BY_RESPONDER = 1, IN_THE_MIDDLE = 2, MODE_CONFIG = 4, EXCHANGE_SHIFT = 4 };

static enum fake_fate
lose(void *ctx, const struct fake_datagram *d)
{
	(void)ctx;
	return v1_exchange_of(d) == V1_QUICK ? FATE_DROP : FATE_DELIVER;
}

/* WORDS after a HASH that fits, as a message of its own or, in the middle, with the
 * number and the chain of IVs of a Quick Mode that waits. */
static struct chunk
message(struct isakmp *sa, uint8_t exchange, const struct quick *q, struct span said, uint8_t first)
{
	uint32_t id = q != NULL ? q->msgid : 7;
	uint8_t iv[V1_BLOCK_MAX], hash[V1_HASH_MAX];
	size_t n = v1_exchange_hash(sa, id, q != NULL ? chunk_span(q->ni) : (struct span){ NULL, 0 },
				    said, hash);

	if (q != NULL)
		memcpy(iv, q->iv, sizeof(iv));
	else if (!v1_exchange_iv(sa, id, iv))
		n = 0;
	if (n == 0)
		return (struct chunk){ NULL, 0 };
	return v1_protected(sa, exchange, id, iv, span_of(hash, n), said, first);
}

static void
with_mode_config(struct v1_pair *p)
{
	struct ip_prefix net;

	if (!ip_prefix_parse("10.9.0.0/24", &net))
		abort();
	p->side[A].conn->modecfg = CONN_PART_CLIENT;
	p->side[B].conn->modecfg = CONN_PART_SERVER;
	p->side[A].conn->modecfg_pull = p->side[B].conn->modecfg_pull = true;
	p->side[B].conn->remote.ts = ts_prefix(&net);
	p->side[B].conn->remote.has_client = true;
}

static void
play(struct v1_pair *p, uint8_t how, struct span said, uint8_t first)
{
	static const uint8_t exchanges[] = { V1_QUICK, V1_INFORMATIONAL, V1_TRANSACTION, V1_QUICK };
	int who = (how & BY_RESPONDER) != 0 ? B : A, to = 1 - who;
	bool middle = (how & IN_THE_MIDDLE) != 0;
	const struct quick *q;
	struct chunk m;

	v1_pair_words(p, "aes128-sha2_256-x25519", "aes128-sha2_256");
	if ((how & MODE_CONFIG) != 0)
		with_mode_config(p);
	if (middle)
		p->net.fate = lose;
	v1_pair_initiate(p, A, 17);
	v1_pair_settle(p);
	p->net.fate = NULL;
	if (p->side[who].e->all == NULL || !p->side[who].e->all->has_keys)
		abort();
	q = middle && who == B && p->side[A].e->all != NULL ? p->side[A].e->all->quicks : NULL;
	m = message(p->side[who].e->all, q != NULL ? (uint8_t)V1_QUICK : exchanges[how >> EXCHANGE_SHIFT & 3], q,
		    said, first);
	if (m.ptr != NULL)
		v1_receive(p->side[to].e, &p->side[to].at, &p->side[who].at, chunk_span(m));
	chunk_free(&m);
	v1_pair_advance(p, 5000);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_reader r = wire_reader(span_of(data, size));
	uint8_t how = wire_u8(&r, "how"), first = wire_u8(&r, "first");
	struct v1_pair *p;

	log_set_level(LOG_LEVEL_ERROR);
	if (!wire_ok(&r) || wire_left(&r) > 4096)
		return 0;
	p = v1_pair_new();
	play(p, how, wire_rest(&r), first);
	v1_pair_free(p);
	return 0;
}
