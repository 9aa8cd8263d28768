/* INFORMATIONAL: deletions and signs of life (RFC 7296 1.4, 1.4.1). */
#include "pluto/ikev2/create.h"
#include "pluto/ikev2/event.h"
#include "pluto/ikev2/mobike.h"
#include "pluto/ikev2/task.h"

enum { ROOM = 1024, SPIS_MAX = 64 };

static void
write_delete_child(const struct child_sa *c, struct ike_build *b)
{
	uint8_t spi[4];
	struct wire_writer w = wire_writer(spi, sizeof(spi));

	wire_put_u32(&w, c->spi_in);
	ike_build_delete(b, c->chosen.protocol, 4, spi, 1);
}

/* The answer that makes it came between. */
static bool
is_ours(const struct ike_sa *sa, uint32_t spi)
{
	for (const struct child_sa *c = sa->children; c != NULL; c = c->next)
		if (c->in_installed && c->spi_in == spi)
			return true;
	return false;
}

static void
write_invalid_spi(uint32_t spi, struct ike_build *b)
{
	uint8_t octets[4];
	struct wire_writer w = wire_writer(octets, sizeof(octets));

	wire_put_u32(&w, spi);
	ike_build_notify(b, PROTO_NONE, (struct span){ NULL, 0 }, N_INVALID_SPI, SPAN_OF(octets));
}

/* RFC 7296 1.5: an authenticated peer does not have what we send to. */
static void
take_invalid_spi(struct step *s)
{
	struct notify_body n;
	struct wire_reader r;
	struct child_sa *c;
	uint32_t spi;

	if (!notify_find(&s->in, N_INVALID_SPI, &n))
		return;
	r = wire_reader(n.data);
	spi = wire_u32(&r, "SPI");
	c = wire_done(&r) ? child_sa_by_out(s->sa, spi) : NULL;
	if (c != NULL && c->state == CHILD_UP)
		child_sa_kill(c, "the peer does not have it");
}

bool
informational_begin(struct ike_sa *sa)
{
	const struct task *t = &sa->mine->task;
	const struct child_sa *c = child_sa_find(sa->e, t->child);
	const struct span none = { NULL, 0 };
	uint8_t room[ROOM];
	struct ike_build b = ike_build_inner(room, sizeof(room));

	if (t->kind == TASK_CHILD_DELETE && (c == NULL || c->ike != sa))
		return false;
	if (t->kind == TASK_INVALID_SPI && is_ours(sa, (uint32_t)t->child))
		return false;
	if (t->kind == TASK_CHILD_DELETE)
		write_delete_child(c, &b);
	if (t->kind == TASK_IKE_DELETE && t->notify != 0)
		ike_build_notify(&b, PROTO_NONE, none, t->notify, none);
	if (t->kind == TASK_IKE_DELETE)
		ike_build_delete(&b, PROTO_IKE, 0, NULL, 0);
	if (t->kind == TASK_INVALID_SPI)
		write_invalid_spi((uint32_t)t->child, &b);
	if (t->kind == TASK_LIVENESS)
		mobike_write_probe(sa, &b);
	if (t->kind == TASK_MOBIKE && !mobike_write(sa, &b))
		return false;
	return create_send(sa, EX_INFORMATIONAL, &b);
}

/* What a request deletes: children go at once, the IKE SA after the answer. */
struct deletions {
	bool ike;
	struct { uint8_t spis[4 * SPIS_MAX]; struct wire_writer w; } esp, ah;
};

/* RFC 7296 1.4.1: answered with the other half, unless we have asked for the
 * same ourselves; then both requests are answered without. */
static void
delete_child(struct ike_sa *sa, uint8_t protocol, uint32_t spi, struct deletions *d)
{
	struct child_sa *c = child_sa_by_out(sa, spi);

	if (c == NULL || c->state == CHILD_DELETING || c->chosen.protocol != protocol)
		return;
	wire_put_u32(protocol == PROTO_AH ? &d->ah.w : &d->esp.w, c->spi_in);
	child_sa_kill(c, "the peer deleted it");
}

static void
read_delete(struct ike_sa *sa, const struct delete_body *body, struct deletions *d)
{
	struct wire_reader r = wire_reader(body->spis);

	if (body->protocol == PROTO_IKE)
		d->ike = true;
	if ((body->protocol != PROTO_ESP && body->protocol != PROTO_AH) || body->spi_size != 4)
		return;
	while (wire_left(&r) >= 4)
		delete_child(sa, body->protocol, wire_u32(&r, "SPI"), d);
}

static void
peer_closed(struct ike_sa *sa)
{
	struct ike_sa *heir = sa->successor != 0 ? ike_sa_find(sa->e, sa->successor) : NULL;

	/* The peer's rekey stands, whatever became of ours. */
	if (heir != NULL && sa->state == IKE_ESTABLISHED)
		ike_rekey_take_peers(sa);
	ike_line(sa, 0, "ike", "the peer closed the IKE SA");
	while (sa->children != NULL)
		child_sa_kill(sa->children, "the peer closed its IKE SA");
	ike_sa_kill(sa, IKE_FAIL_CANCELLED, 0);
}

/* The initiator did not believe us (RFC 7296 2.21.2). */
static bool
says_auth_failed(const struct payload_list *in)
{
	struct notify_body n;

	return notify_find_error(in, &n) && n.type == N_AUTHENTICATION_FAILED;
}

static void
answer_deletes(struct ike_build *b, uint8_t protocol, const struct wire_writer *w)
{
	struct span spis = wire_written(w);

	if (spis.len > 0)
		ike_build_delete(b, protocol, 4, spis.ptr, (uint16_t)(spis.len / 4));
}

enum step_result
informational_request(struct step *s)
{
	struct deletions d = { .ike = says_auth_failed(&s->in) };
	struct parse_error err;
	struct delete_body body;

	mobike_request(s);
	take_invalid_spi(s);
	d.esp.w = wire_writer(d.esp.spis, sizeof(d.esp.spis));
	d.ah.w = wire_writer(d.ah.spis, sizeof(d.ah.spis));
	for (unsigned i = 0; i < s->in.n; i++)
		if (s->in.p[i].type == P_D && delete_read(s->in.p[i].body, &body, &err))
			read_delete(s->sa, &body, &d);
	answer_deletes(&s->out, PROTO_ESP, &d.esp.w);
	answer_deletes(&s->out, PROTO_AH, &d.ah.w);
	if (d.ike)
		s->then = peer_closed;
	return STEP_DONE;
}

static void
closed(struct ike_sa *sa)
{
	ike_sa_kill(sa, IKE_FAIL_CANCELLED, 0);
}

enum step_result
informational_response(struct step *s)
{
	struct ike_sa *sa = s->sa;
	enum task_kind kind = sa->mine != NULL ? sa->mine->task.kind : TASK_NONE;
	struct child_sa *c = kind == TASK_CHILD_DELETE
		? child_sa_find(s->e, sa->mine->task.child) : NULL;

	s->then = kind == TASK_IKE_DELETE ? closed : task_done;
	if (c != NULL)
		child_sa_kill(c, "we deleted it");
	if (sa->mobike != NULL && (kind == TASK_MOBIKE || kind == TASK_LIVENESS)) {
		task_done(sa);
		mobike_answer(s);
	}
	return STEP_DONE;
}
