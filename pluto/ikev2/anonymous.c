/* What an unproven peer may not do: take the place of a proven one, or speak for
 * other anonymous ones (RFC 7619 2.3, 3.3). */
#include "pluto/ikev2/auth.h"
#include "pluto/ikev2/rekey.h"

static bool
is_proven(const struct child_sa *c)
{
	return c->up_ms != 0 && c->state != CHILD_DELETING && !c->ike->anonymous;
}

/* RFC 7619 3.3. The proven one may be stale: it is asked, and goes if it is. */
bool
anonymous_must_yield(struct ike_sa *sa, const struct selector *sel)
{
	struct pair_link *l = pair_index_first(&sa->e->child_pairs, &sel->local.addr_lo,
					       &sel->remote.addr_lo);

	for (; sa->anonymous && l != NULL; l = l->next) {
		const struct child_sa *c = l->item;

		if (!is_proven(c))
			continue;
		rekey_hint(c->ike);
		return true;
	}
	return false;
}

/* The next anonymous one of the pair besides SA, after PREV (NULL: the first). */
static struct ike_sa *
next_anonymous(const struct ike_sa *sa, const struct ike_sa *prev)
{
	struct pair_link *l = prev != NULL ? prev->by_pair.next
		: pair_index_first(&sa->e->ike_pairs, &sa->local.addr, &sa->remote.addr);

	for (; l != NULL; l = l->next) {
		struct ike_sa *o = l->item;

		if (o != sa && o->anonymous && o->state == IKE_ESTABLISHED && o->hs == NULL)
			return o;
	}
	return NULL;
}

void
anonymous_sort_out(struct ike_sa *sa)
{
	struct ike_sa *o;

	if (sa->state != IKE_ESTABLISHED || sa->children == NULL)
		return;
	if (sa->anonymous) {
		for (o = next_anonymous(sa, NULL); o != NULL; o = next_anonymous(sa, o))
			rekey_hint(o);
		return;
	}
	while (sa->conn->oe && sa->state == IKE_ESTABLISHED
	       && (o = next_anonymous(sa, NULL)) != NULL)
		ike_sa_close(o, 0);
}
