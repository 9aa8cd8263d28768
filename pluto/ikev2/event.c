/* What the engine tells: events and progress lines. */
#include "pluto/ikev2/event.h"

#include <stdarg.h>
#include <stdio.h>

#include "pluto/ikev2/attempt.h"

/* For whom is SA at work now? 0: nobody. */
static uint64_t
owner_of(const struct ike_sa *sa)
{
	if (sa->hs != NULL)
		return sa->hs->owner;
	return sa->mine != NULL ? sa->mine->task.owner : 0;
}

static struct ike_event
about(const struct ike_sa *sa, enum ike_event_kind kind)
{
	return (struct ike_event){ .kind = kind, .ike = sa->serial, .conn = sa->conn,
		.initiator = sa->role == SA_INITIATOR, .local = sa->local,
		.remote = sa->remote, .key_source = sa->key_source,
		.anonymous = sa->anonymous };
}

void
ike_line(struct ike_sa *sa, int code, const char *stage, const char *fmt, ...)
{
	struct ike_event ev = about(sa, IKE_EV_LINE);
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ev.owner = owner_of(sa);
	ev.stage = stage;
	ev.text = text;
	ev.code = code;
	sa->e->ports.event(sa->e->ports.ctx, &ev);
}

void
event_answers(struct ike_sa *sa)
{
	struct ike_event ev = about(sa, IKE_EV_ANSWERS);

	ev.owner = owner_of(sa);
	sa->e->ports.event(sa->e->ports.ctx, &ev);
}

void
event_ike_up(struct ike_sa *sa)
{
	struct ike_event ev = about(sa, IKE_EV_IKE_UP);

	sa->announced = true;
	sa->e->stats.ike_up++;
	ev.owner = owner_of(sa);
	sa->e->ports.event(sa->e->ports.ctx, &ev);
}

void
event_ike_down(struct ike_sa *sa)
{
	struct ike_event ev = about(sa, IKE_EV_IKE_DOWN);

	if (!sa->announced)
		return;
	sa->announced = false;
	sa->e->ports.event(sa->e->ports.ctx, &ev);
}

void
event_moved(struct ike_sa *sa)
{
	struct ike_event ev = about(sa, IKE_EV_MOVED);

	if (sa->announced)
		sa->e->ports.event(sa->e->ports.ctx, &ev);
}

void
event_child(struct child_sa *c, enum ike_event_kind kind, uint64_t owner, uint64_t old,
	    const char *text)
{
	struct ike_event ev = about(c->ike, kind);
	char esp[96];

	ev.owner = owner;
	ev.conn = c->conn;
	ev.initiator = c->initiator;
	ev.child = c->serial;
	ev.old_child = old;
	ev.sel = c->sel;
	ev.spi_in = c->spi_in;
	ev.spi_out = c->spi_out;
	ev.esp = child_sa_proposal(c, esp);
	ev.text = text;
	if (kind == IKE_EV_CHILD_DOWN)
		ev.failure = c->ends;
	c->ike->e->ports.event(c->ike->e->ports.ctx, &ev);
}

void
event_failed(struct ike_engine *e, uint64_t owner, uint64_t ike, struct connection *c,
	     enum ike_failure why, uint16_t notify, const char *text)
{
	char usual[200];
	struct ike_event ev = { .kind = IKE_EV_FAILED, .owner = owner, .ike = ike, .conn = c,
		.initiator = true, .failure = why, .notify = notify, .stage = "ike",
		.code = failure_code(why) };

	if (c != NULL) {
		ev.local = c->local.host;
		ev.remote = c->remote.host;
	}
	ev.text = text != NULL ? text : failure_text(why, notify, usual, sizeof(usual));
	e->ports.event(e->ports.ctx, &ev);
}
