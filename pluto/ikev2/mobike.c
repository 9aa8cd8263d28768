/* MOBIKE: which addresses are used, and what follows when ours change. */
#include "pluto/ikev2/mobike.h"

#include <stdlib.h>
#include <string.h>

#include "pluto/ikev2/event.h"
#include "pluto/ikev2/task.h"

enum { ROUNDS_MAX = 3 };

bool
mobike_wanted(const struct ike_sa *sa)
{
	const struct connection *c = sa->conn;

	return c->mobike && !c->oe && c->mode == MODE_TUNNEL
		&& (c->local.has_client || c->remote.has_client);
}

void
mobike_inherit(const struct ike_sa *old, struct ike_sa *heir)
{
	if (old->mobike == NULL || heir->mobike != NULL)
		return;
	heir->mobike = malloc(sizeof(*heir->mobike));
	if (heir->mobike == NULL)
		return;
	*heir->mobike = *old->mobike;
	/* What OLD has asked is asked again: its answer may go astray. */
	heir->mobike->owed.update |= old->mobike->asked.update;
	heir->mobike->owed.announce |= old->mobike->asked.announce;
	heir->mobike->owed.check |= old->mobike->asked.check;
	heir->mobike->asked = (struct mobike_work){ false };
	heir->mobike->cookie_out = false;
}

void
mobike_go(struct ike_sa *sa)
{
	const struct task t = { .kind = TASK_MOBIKE };
	const struct mobike *m = sa->mobike;

	if (m == NULL || sa->state != IKE_ESTABLISHED
	    || !(m->owed.update || m->owed.announce || m->owed.check))
		return;
	task_add(sa, &t);
	task_run(sa);
}

void
ike_sa_move(struct ike_sa *sa, const struct endpoint *local, const struct endpoint *remote)
{
	bool other = !ip_addr_eq(&sa->local.addr, &local->addr)
		|| !ip_addr_eq(&sa->remote.addr, &remote->addr);

	sa->local = *local;
	sa->remote = *remote;
	if (!other)
		return;
	pair_index_remove(&sa->e->ike_pairs, &sa->by_pair);
	if (pair_index_add(&sa->e->ike_pairs, &sa->by_pair, sa, &local->addr, &remote->addr) != 0)
		log_error(NULL, "no memory for a pair of addresses");
	event_moved(sa);
}

void
mobike_move_children(struct ike_sa *sa)
{
	struct child_sa *next;

	for (struct child_sa *c = sa->children; c != NULL; c = next) {
		next = c->next;
		child_sa_move(c, &sa->local, &sa->remote, sa->encap);
	}
}

/* The K-th address of the peer: the one in use, then the others. */
static struct ip_addr
peer_addr(const struct ike_sa *sa, unsigned k)
{
	return k == 0 ? sa->remote.addr : sa->mobike->peer[k - 1];
}

/* A path from one of our addresses to the K-th of the peer. */
static bool
find_path(const struct ike_sa *sa, unsigned k, struct endpoint *local, struct endpoint *remote)
{
	const struct ike_ports *p = &sa->e->ports;
	bool other = k > 0;

	*local = sa->local;
	*remote = sa->remote;
	remote->addr = peer_addr(sa, k);
	/* Where the peer has not been yet it listens at the usual ports. */
	if (other)
		remote->port = local->port == NATT_PORT ? NATT_PORT : IKE_PORT;
	return p->path != NULL && p->path(p->ctx, &remote->addr, &local->addr);
}

/* RFC 4555 3.5: the IKE SA at once; Child SAs too, when the peer is known to be
 * there. What is in flight goes out again from the new address. */
static void
use_path(struct ike_sa *sa, const struct endpoint *local, const struct endpoint *remote)
{
	struct mobike *m = sa->mobike;
	bool known = ip_addr_eq(&sa->remote.addr, &remote->addr);

	ike_sa_move(sa, local, remote);
	if (known)
		mobike_move_children(sa);
	m->moved = true;
	m->owed.update = m->initiator;
	m->owed.announce = true;
	if (sa->ours.pending)
		msgid_resend(sa);
	mobike_go(sa);
}

void
mobike_move(struct ike_sa *sa)
{
	struct mobike *m = sa->mobike;
	struct endpoint local, remote;
	unsigned k = 0;

	m->rounds = 0;
	while (k <= m->n_peer && !find_path(sa, k, &local, &remote))
		k++;
	m->path = k <= m->n_peer ? k : 0;
	if (k <= m->n_peer) {
		if (k > 0)
			m->peer[k - 1] = sa->remote.addr;
		use_path(sa, &local, &remote);
		return;
	}
	ike_line(sa, 0, "ike", "none of our addresses leads to the peer; waiting for one");
	m->owed.update = m->initiator;
	mobike_go(sa);
}

/* The routing table prefers another address of ours by now. */
static bool
other_source(struct ike_sa *sa)
{
	const struct ike_ports *p = &sa->e->ports;
	struct endpoint local = sa->local;

	local.addr = (struct ip_addr){ .family = IP_NONE };
	if (p->path == NULL || !p->path(p->ctx, &sa->remote.addr, &local.addr)
	    || ip_addr_eq(&local.addr, &sa->local.addr))
		return false;
	ike_line(sa, 0, "ike", "no answer from this address of ours; trying another");
	use_path(sa, &local, &sa->remote);
	return true;
}

bool
mobike_next_path(struct ike_sa *sa)
{
	struct mobike *m = sa->mobike;
	struct ip_addr was = sa->remote.addr;
	struct endpoint local, remote;

	if (sa->state != IKE_ESTABLISHED)
		return false;
	if (other_source(sa))
		return true;
	if (m->n_peer == 0)
		return false;
	if (m->path >= m->n_peer && ++m->rounds >= ROUNDS_MAX)
		return false;
	m->path = m->path >= m->n_peer ? 1 : m->path + 1;
	if (!find_path(sa, m->path, &local, &remote))
		return false;
	/* The one that was in use takes the place of the one that is tried. */
	m->peer[m->path - 1] = was;
	ike_line(sa, 0, "ike", "no answer on this path; trying another");
	use_path(sa, &local, &remote);
	return true;
}

void
mobike_peer_moved(struct ike_sa *sa)
{
	struct mobike *m = sa->mobike;
	struct endpoint local, remote;

	m->rounds = 0;
	for (m->path = 1; m->path <= m->n_peer; m->path++)
		if (find_path(sa, m->path, &local, &remote)) {
			m->peer[m->path - 1] = m->peer[--m->n_peer];
			use_path(sa, &local, &remote);
			return;
		}
	m->path = 0;
}
