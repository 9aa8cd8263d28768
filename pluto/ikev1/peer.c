/* What there is with one peer, which is known by its identity: behind a NAT its
 * address says nothing (RFC 3947 6). */
#include "pluto/ikev1/child.h"

static void
put_ident(struct wire_writer *w, const struct ident *id)
{
	wire_put_u8(w, id->type);
	wire_put_u8(w, id->len);
	wire_put(w, span_of(id->data, id->len));
}

uint64_t
isakmp_peer(const struct isakmp *sa)
{
	uint8_t both[2 * (2 + sizeof(sa->id_local.data))];
	struct wire_writer w = wire_writer(both, sizeof(both));

	put_ident(&w, &sa->id_local);
	put_ident(&w, &sa->id_remote);
	return addr_hash(wire_written(&w));
}

/* 0: not of C's peer; more is better: two behind a NAT differ by their ports. */
static unsigned
nearness(const struct isakmp *sa, const struct v1_child *c)
{
	if (sa->state != ISAKMP_UP || !ip_addr_eq(&sa->remote.addr, &c->remote.addr)
	    || isakmp_peer(sa) != c->peer)
		return 0;
	return sa->remote.port == c->remote.port ? 2 : 1;
}

struct isakmp *
isakmp_of(const struct v1_child *c)
{
	struct isakmp *sa = isakmp_find(c->e, c->isakmp), *best = NULL;
	unsigned most = 0;

	if (sa != NULL && sa->state == ISAKMP_UP)
		return sa;
	for (sa = c->e->all; sa != NULL; sa = sa->next)
		if (nearness(sa, c) > most) {
			most = nearness(sa, c);
			best = sa;
		}
	if (best != NULL)
		return best;
	sa = isakmp_for(c->e, c->conn);
	return sa != NULL && sa->state != ISAKMP_UP ? sa : NULL;
}

/* With XAUTH many may share one identity. */
static bool
same_peer(const struct isakmp *a, const struct isakmp *b)
{
	if (a->conn->xauth == CONN_PART_SERVER && !ip_addr_eq(&a->remote.addr, &b->remote.addr))
		return false;
	return ident_eq(&a->id_local, &b->id_local) && ident_eq(&a->id_remote, &b->id_remote);
}

bool
isakmp_is_first(const struct isakmp *sa)
{
	for (const struct isakmp *o = sa->e->all; o != NULL; o = o->next)
		if (o != sa && o->state == ISAKMP_UP
		    && ip_addr_eq(&o->remote.addr, &sa->remote.addr))
			return false;
	/* IPsec SAs may have outlived theirs. */
	for (const struct v1_child *c = sa->e->children; c != NULL; c = c->next)
		if (c->state != V1_CHILD_GONE && ip_addr_eq(&c->remote.addr, &sa->remote.addr))
			return false;
	return true;
}

/* Of two that begin at once neither is older: what came up meanwhile stays. */
void
isakmp_forget_older(struct isakmp *sa)
{
	struct v1_engine *e = sa->e;
	uint64_t peer = isakmp_peer(sa);
	struct isakmp *o, *next;
	struct v1_child *c, *next_child;

	for (c = e->children; c != NULL; c = next_child) {
		next_child = c->next;
		if (c->peer == peer && c->up_ms != 0 && c->up_ms < sa->begun_ms
		    && (sa->conn->xauth != CONN_PART_SERVER
			|| ip_addr_eq(&c->remote.addr, &sa->remote.addr)))
			v1_child_kill(c, "the peer has started again");
	}
	for (o = e->all; o != NULL; o = next) {
		next = o->next;
		if (o != sa && o->state == ISAKMP_UP && o->up_ms < sa->begun_ms && same_peer(o, sa))
			isakmp_kill(o, IKE_FAIL_CANCELLED, 0);
	}
}

void
isakmp_end_elsewhere(struct isakmp *sa)
{
	struct isakmp *o, *next;

	if (sa->conn->xauth == CONN_PART_SERVER)
		return;
	for (o = sa->e->all; o != NULL; o = next) {
		next = o->next;
		if (o != sa && o->state == ISAKMP_UP && same_peer(o, sa)
		    && !(ip_addr_eq(&o->remote.addr, &sa->remote.addr)
			 && o->remote.port == sa->remote.port))
			isakmp_delete(o);
	}
}
