/* Messages that may have to be sent again. Requests by a timer that backs off
 * (RFC 2408 5.1); answers when the request is repeated, and never by themselves. */
#include "pluto/ikev1/inside.h"

enum { MAX_DELAY_MS = 30000, MAX_REPEATS = 16 };

void
sent_clear(struct v1_engine *e, struct sent *s)
{
	v1_timer_stop(e, &s->timer);
	chunk_free(&s->datagram);
	s->tries = s->repeats = 0;
}

static uint64_t
delay_ms(struct isakmp *sa, unsigned tries)
{
	uint64_t ms = sa->e->cfg.retransmit_ms;

	while (tries-- > 0 && ms < MAX_DELAY_MS)
		ms *= 2;
	if (ms > MAX_DELAY_MS)
		ms = MAX_DELAY_MS;
	return ms + v1_random_below(sa->e, (uint32_t)(ms / 8 + 1));
}

uint64_t
sent_next(struct isakmp *sa, struct sent *s)
{
	if (s->tries >= sa->e->cfg.retransmit_tries)
		return 0;
	return v1_now(sa->e) + delay_ms(sa, s->tries);
}

void
sent_request(struct isakmp *sa, struct sent *s, struct chunk datagram,
	     void (*fire)(struct v1_engine *e, struct timer *t))
{
	sent_clear(sa->e, s);
	s->datagram = datagram;
	s->first_ms = v1_now(sa->e);
	s->timer.fire = fire;
	v1_timer_set(sa->e, &s->timer, sent_next(sa, s));
	isakmp_send(sa, chunk_span(datagram));
}

void
sent_answer(struct isakmp *sa, struct sent *s, struct chunk datagram)
{
	sent_clear(sa->e, s);
	s->datagram = datagram;
	isakmp_send(sa, chunk_span(datagram));
}

bool
sent_repeat(struct isakmp *sa, struct sent *s)
{
	if (s->datagram.len == 0 || s->repeats >= MAX_REPEATS)
		return false;
	s->repeats++;
	sa->e->stats.repeated++;
	isakmp_send(sa, chunk_span(s->datagram));
	return true;
}
