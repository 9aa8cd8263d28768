/* What the engine tells: events, progress lines, failures in words. */
#include <stdarg.h>
#include <stdio.h>

#include "pluto/ikev1/inside.h"

static struct ike_event
about(const struct isakmp *sa, enum ike_event_kind kind)
{
	return (struct ike_event){ .kind = kind, .ike = sa->serial, .conn = sa->conn,
		.owner = sa->owner, .initiator = sa->role == SA_INITIATOR, .local = sa->local,
		.remote = sa->remote, .key_source = sa->key_source };
}

void
v1_line(struct isakmp *sa, uint64_t owner, int code, const char *stage, const char *fmt, ...)
{
	struct ike_event ev = about(sa, IKE_EV_LINE);
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ev.owner = owner;
	ev.stage = stage;
	ev.text = text;
	ev.code = code;
	sa->e->ports.event(sa->e->ports.ctx, &ev);
}

void
v1_tell_isakmp(struct isakmp *sa, enum ike_event_kind kind)
{
	struct ike_event ev = about(sa, kind);

	if (sa->told_up == (kind == IKE_EV_IKE_UP))
		return;
	sa->told_up = kind == IKE_EV_IKE_UP;
	sa->e->stats.isakmp_up += sa->told_up;
	sa->e->ports.event(sa->e->ports.ctx, &ev);
}

void
v1_tell_child(struct v1_child *c, enum ike_event_kind kind, uint64_t owner, uint64_t old,
	      const char *text)
{
	char esp[96];
	struct ike_event ev = { .kind = kind, .owner = owner, .ike = c->isakmp,
		.child = c->serial, .old_child = old, .initiator = c->initiator, .conn = c->conn,
		.local = c->local, .remote = c->remote, .sel = c->sel, .spi_in = c->spi_in,
		.spi_out = c->spi_out, .key_source = c->key_source, .text = text,
		.esp = chosen_text(&c->chosen, esp, sizeof(esp)) };

	if (kind == IKE_EV_CHILD_DOWN)
		ev.failure = c->ends;
	c->e->ports.event(c->e->ports.ctx, &ev);
}

/* One row per failure: the whack code, and what a person is told. */
static const struct failure_row { enum ike_failure why; int code; const char *text; } rows[] = {
	{ IKE_FAIL_SILENT, 31, "the peer does not answer" },
	{ IKE_FAIL_NO_PROPOSAL, 34, "no algorithms in common" },
	{ IKE_FAIL_AUTH_PEER, 64, "the peer did not prove who it is" },
	{ IKE_FAIL_AUTH_US, 64, "the peer does not believe who we are" },
	{ IKE_FAIL_TS, 65, "the peer refuses the traffic that was asked for" },
	{ IKE_FAIL_CHILD, 65, "the peer refuses Quick Mode" },
	{ IKE_FAIL_NO_KEY, 28, "no key" },
	{ IKE_FAIL_SYNTAX, 65, "the peer could not read us, or we not it" },
	{ IKE_FAIL_KERNEL, 32, "the kernel refuses the SAs" },
	{ IKE_FAIL_INTERNAL, 32, "something failed within; see the log" },
	{ IKE_FAIL_CANCELLED, 66, "given up" },
	{ IKE_FAIL_MOVED, 66, "our address is gone" },
};

void
v1_tell_failed(struct v1_engine *e, uint64_t owner, uint64_t serial, struct connection *c,
	       enum ike_failure why, uint16_t notify, const char *text)
{
	const struct failure_row *row = &rows[0];
	struct name_buf nb;
	char words[240];
	struct ike_event ev = { .kind = IKE_EV_FAILED, .owner = owner, .ike = serial, .conn = c,
		.initiator = true, .failure = why, .notify = notify, .stage = "ike",
		.text = words };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].why == why)
			row = &rows[i];
	ev.code = row->code;
	if (text != NULL && text[0] != '\0')
		snprintf(words, sizeof(words), "IKEv1: %s", text);
	else if (notify != 0)
		snprintf(words, sizeof(words), "IKEv1: %s (%s)", row->text,
			 name_of(&v1_notify_names, notify, &nb));
	else
		snprintf(words, sizeof(words), "IKEv1: %s", row->text);
	if (c != NULL) {
		ev.local = c->local.host;
		ev.remote = c->remote.host;
	}
	e->ports.event(e->ports.ctx, &ev);
}
