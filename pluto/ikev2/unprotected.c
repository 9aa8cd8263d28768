/* What is said outside an IKE SA: by us to peers whose SAs we do not have, and by
 * them to us. */
#include "pluto/ikev2/unprotected.h"

#include "pluto/ikev2/child_sa.h"
#include "pluto/ikev2/rekey.h"
#include "pluto/ikev2/task.h"

enum { ANSWER_EVERY_MS = 1000, TELL_PER_SECOND = 10 };

void
unprotected_answer(struct ike_engine *e, const struct ike_hdr *to, const struct endpoint *local,
		   const struct endpoint *remote, uint16_t notify)
{
	struct ike_hdr h = *to;
	uint8_t room[64];
	struct ike_build b;
	struct span answer;
	uint64_t now = engine_now(e);

	if ((to->flags & IKE_FLAG_R) != 0
	    || (e->answered_ms != 0 && now - e->answered_ms < ANSWER_EVERY_MS))
		return;
	e->answered_ms = now;
	h.version = 0x20;
	h.flags = (uint8_t)(IKE_FLAG_R | (~to->flags & IKE_FLAG_I));
	b = ike_build_message(room, sizeof(room), &h);
	ike_build_notify(&b, PROTO_NONE, (struct span){ NULL, 0 }, notify, (struct span){ NULL, 0 });
	answer = ike_build_end(&b);
	/* Whoever's address it claims to come from is sent no more than it was. */
	if (answer.len <= to->length)
		engine_send(e, local, remote, answer);
}

/* After our restart many peers may need it at once. */
static bool
may_tell(struct ike_engine *e)
{
	uint64_t now = engine_now(e);

	if (now - e->told_ms >= 1000) {
		e->told_ms = now;
		e->n_told = 0;
	}
	return e->n_told++ < TELL_PER_SECOND;
}

/* RFC 7296 1.5: a request, message ID 0; the SPIs in the header mean nothing. */
void
ike_tell_invalid_spi(struct ike_engine *e, const struct endpoint *local,
		     const struct endpoint *remote, uint32_t spi)
{
	struct ike_hdr h = { .version = 0x20, .exchange = EX_INFORMATIONAL,
		.flags = IKE_FLAG_I };
	uint8_t room[64], octets[4];
	struct wire_writer w = wire_writer(octets, sizeof(octets));
	struct ike_build b;

	if (!may_tell(e))
		return;
	wire_put_u32(&w, spi);
	engine_random(e, h.spi_i, sizeof(h.spi_i));
	b = ike_build_message(room, sizeof(room), &h);
	ike_build_notify(&b, PROTO_NONE, (struct span){ NULL, 0 }, N_INVALID_SPI, SPAN_OF(octets));
	engine_send(e, local, remote, ike_build_end(&b));
}

static struct ike_sa *
up_with(struct ike_engine *e, const struct ip_addr *local, const struct ip_addr *remote)
{
	struct pair_link *l = pair_index_first(&e->ike_pairs, local, remote);

	for (; l != NULL; l = l->next) {
		struct ike_sa *sa = l->item;

		if (sa->state == IKE_ESTABLISHED && sa->hs == NULL)
			return sa;
	}
	return NULL;
}

bool
ike_tell_inside(struct ike_engine *e, const struct ip_addr *local, const struct ip_addr *remote,
		uint32_t spi)
{
	struct ike_sa *sa = up_with(e, local, remote);
	const struct task t = { .kind = TASK_INVALID_SPI, .child = spi };

	if (sa == NULL)
		return false;
	/* Packets that were under way when an SA was deleted are no news. */
	if (!task_busy(sa, TASK_INVALID_SPI, 0) && may_tell(e)) {
		engine_enter(e);
		task_add(sa, &t);
		task_run(sa);
		engine_leave(e);
	}
	return true;
}

struct sent_by { uint32_t spi; struct ip_addr remote; };

static bool
is_sent_by(const void *item, const void *key)
{
	const struct child_sa *c = item;
	const struct sent_by *k = key;

	return c->spi_out == k->spi && ip_addr_eq(&c->remote.addr, &k->remote);
}

bool
unprotected_invalid_spi(struct ike_engine *e, const struct ike_msg *msg,
			const struct endpoint *remote)
{
	struct sent_by k = { .remote = remote->addr };
	struct notify_body n;
	struct wire_reader r;
	struct child_sa *c;

	if (msg->hdr.exchange != EX_INFORMATIONAL || (msg->hdr.flags & IKE_FLAG_R) != 0
	    || !notify_find(&msg->outer, N_INVALID_SPI, &n))
		return false;
	r = wire_reader(n.data);
	k.spi = wire_u32(&r, "SPI");
	c = wire_done(&r) ? table_find(&e->child_spi_out, number_hash(k.spi), is_sent_by, &k) : NULL;
	if (c != NULL)
		rekey_hint(c->ike);
	return true;
}
