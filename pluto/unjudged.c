/* First packets that come before we know our groups: the rules of an earlier run
 * stand guard until whack --listen, and ask us. */
#include "pluto/daemon.h"

/* What may pass without us passes; the rest waits for the groups, or for the
 * trap's deadline, which drops it. */
bool
daemon_unjudged(struct daemon *d, const struct trapped *t)
{
	struct unjudged *u = &d->unjudged;

	if (u->groups_known)
		return false;
	if (t->held.n == 0)
		return true;
	if (!t->closed)
		d->trap.ops->verdict(d->trap.t, t->held, VERDICT_PASS);
	else if (u->n < MAX_UNJUDGED)
		u->t[u->n++] = *t;
	else
		d->trap.ops->verdict(d->trap.t, t->held, VERDICT_DROP);
	return true;
}

void
daemon_groups_known(struct daemon *d)
{
	struct unjudged *u = &d->unjudged;

	u->groups_known = true;
	for (unsigned i = 0; i < u->n; i++)
		daemon_trapped(d, &u->t[i]);
	u->n = 0;
}
