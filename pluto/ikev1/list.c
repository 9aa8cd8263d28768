/* What there is, for people; and the end of it on request. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pluto/ikev1/child.h"
#include "pluto/ikev1/info.h"
#include "pluto/ikev1/inside.h"

enum { DELETE_TIMES = 3 };

static uint64_t
seconds_to(const struct v1_engine *e, const struct timer *t)
{
	uint64_t now = v1_now(e);

	return heap_has(&t->node) && t->node.key > now ? (t->node.key - now) / 1000 : 0;
}

/* The newest is first in both lists: each pointer goes before those that are there. */
static const struct isakmp **
oldest_first(const struct v1_engine *e, size_t *n)
{
	const struct isakmp **list;
	size_t at;

	*n = 0;
	for (const struct isakmp *sa = e->all; sa != NULL; sa = sa->next)
		++*n;
	list = calloc(*n + 1, sizeof(*list));
	at = *n;
	for (const struct isakmp *sa = e->all; list != NULL && sa != NULL; sa = sa->next)
		list[--at] = sa;
	*n = list != NULL ? *n : 0;
	return list;
}

static const struct v1_child **
oldest_child_first(const struct v1_engine *e, size_t *n)
{
	const struct v1_child **list;
	size_t at;

	*n = 0;
	for (const struct v1_child *c = e->children; c != NULL; c = c->next)
		++*n;
	list = calloc(*n + 1, sizeof(*list));
	at = *n;
	for (const struct v1_child *c = e->children; list != NULL && c != NULL; c = c->next)
		list[--at] = c;
	*n = list != NULL ? *n : 0;
	return list;
}

void
v1_each_sa(struct v1_engine *e, uint64_t after, ike_sa_fn *fn, void *ctx)
{
	size_t n;
	const struct isakmp **list = oldest_first(e, &n);

	for (size_t k = 0; k < n; k++) {
		const struct isakmp *sa = list[k];

		if (sa->serial <= after)
			continue;
		const struct chosen c = { .encr = sa->encr, .encr_bits = sa->encr_bits,
			.prf = sa->prf, .ke = sa->ke, .protocol = PROTO_IKE };
		struct ike_sa_info i = { .serial = sa->serial, .conn = sa->conn,
			.local = sa->local, .remote = sa->remote,
			.state = isakmp_state_name(sa->state),
			.role = sa->role == SA_INITIATOR ? "initiator" : "responder",
			.key_source = sa->key_source, .nat_local = sa->nat_local,
			.nat_remote = sa->nat_remote, .rekey_in_s = seconds_to(e, &sa->rekey),
			.age_s = sa->up_ms != 0 ? (v1_now(e) - sa->up_ms) / 1000 : 0 };

		chosen_text(&c, i.proposal, sizeof(i.proposal));
		ident_text(&sa->id_remote, i.peer_id, sizeof(i.peer_id));
		if (!fn(ctx, &i))
			break;
	}
	free(list);
}

void
v1_each_child(struct v1_engine *e, uint64_t after, child_sa_fn *fn, void *ctx)
{
	const struct kernel *k = &e->kernel;
	size_t n;
	const struct v1_child **list = oldest_child_first(e, &n);

	for (size_t at = 0; at < n; at++) {
		const struct v1_child *c = list[at];

		if (c->serial <= after)
			continue;
		struct child_sa_info i = { .serial = c->serial, .ike = c->isakmp, .conn = c->conn,
			.state = c->out_installed ? "QUICK_UP" : "QUICK_R1", .sel = c->sel,
			.spi_in = c->spi_in, .spi_out = c->spi_out,
			.age_s = c->up_ms != 0 ? (v1_now(e) - c->up_ms) / 1000 : 0,
			.rekey_in_s = seconds_to(e, &c->rekey) };

		chosen_text(&c->chosen, i.proposal, sizeof(i.proposal));
		k->ops->counters(k->k, SA_IN, c->spi_in, &c->remote.addr, &i.in);
		k->ops->counters(k->k, SA_OUT, c->spi_out, &c->remote.addr, &i.out);
		if (!fn(ctx, &i))
			break;
	}
	free(list);
}

/* When its ISAKMP SA goes too, the peer can learn of it no more: so it is said a few
 * times, each in a message of its own, as others (strongSwan) read one Delete of each. */
static void
delete_with_isakmp(struct v1_child *c, const char *why)
{
	for (int i = 0; i < DELETE_TIMES; i++)
		info_delete_child(c);
	v1_child_kill(c, why);
}

/* The pairs first: their deletes go under the ISAKMP SA. */
void
isakmp_delete(struct isakmp *sa)
{
	struct v1_child *c, *next;

	for (c = sa->e->children; c != NULL; c = next) {
		next = c->next;
		if (isakmp_of(c) == sa)
			delete_with_isakmp(c, "deleted");
	}
	info_delete_isakmp(sa);
	isakmp_kill(sa, IKE_FAIL_CANCELLED, 0);
}

bool
v1_delete_serial(struct v1_engine *e, uint64_t serial)
{
	struct isakmp *sa = isakmp_find(e, serial);
	struct v1_child *c = v1_child_find(e, serial);

	v1_enter(e);
	if (sa != NULL) {
		isakmp_delete(sa);
	} else if (c != NULL) {
		info_delete_child(c);
		v1_child_kill(c, "deleted");
	}
	v1_leave(e);
	return sa != NULL || c != NULL;
}

static bool
is_of(const struct connection *c, uint64_t conn_serial)
{
	return c->serial == conn_serial || c->from == conn_serial;
}

unsigned
v1_delete_conn(struct v1_engine *e, uint64_t conn_serial)
{
	struct v1_child *c, *next_child;
	struct isakmp *sa, *next;
	unsigned n = 0;

	v1_enter(e);
	for (c = e->children; c != NULL; c = next_child) {
		next_child = c->next;
		if (is_of(c->conn, conn_serial))
			delete_with_isakmp(c, "the connection was deleted");
	}
	for (sa = e->all; sa != NULL; sa = next) {
		next = sa->next;
		if (is_of(sa->conn, conn_serial)) {
			isakmp_delete(sa);
			n++;
		}
	}
	v1_leave(e);
	return n;
}

static bool
is_one_of(const struct ip_addr *ours, unsigned n, const struct ip_addr *a)
{
	for (unsigned i = 0; i < n; i++)
		if (ip_addr_eq(&ours[i], a))
			return true;
	return false;
}

/* Nothing can be told the peer any more. */
void
v1_addresses_changed(struct v1_engine *e, const struct ip_addr *ours, unsigned n_ours)
{
	struct v1_child *c, *next_child;
	struct isakmp *sa, *next;

	v1_enter(e);
	for (c = e->children; c != NULL; c = next_child) {
		next_child = c->next;
		if (!is_one_of(ours, n_ours, &c->local.addr)) {
			c->ends = IKE_FAIL_MOVED;
			v1_child_kill(c, "our address is gone");
		}
	}
	for (sa = e->all; sa != NULL; sa = next) {
		next = sa->next;
		if (!is_one_of(ours, n_ours, &sa->local.addr))
			isakmp_kill(sa, IKE_FAIL_MOVED, 0);
	}
	v1_leave(e);
}

void
v1_shutdown(struct v1_engine *e)
{
	v1_enter(e);
	while (e->all != NULL)
		isakmp_delete(e->all);
	while (e->children != NULL)
		v1_child_kill(e->children, "the engine ends");
	v1_leave(e);
}
