/* whack --listshunts: as many as a million, so a part at a time (ctl_parts), of what
 * there was when it was asked. */
#include "pluto/daemon_commands.h"

#include <stdlib.h>

enum { PART = 500, FIRST_ROOM = 256 };

struct listing {
	struct daemon *d;
	struct oe_shunt_info *all;	/* owned */
	size_t n, room, said;
};

/* Without memory the list ends. */
static bool
note(void *ctx, const struct oe_shunt_info *i)
{
	struct listing *l = ctx;

	if (l->n == l->room) {
		size_t room = l->room > 0 ? 2 * l->room : FIRST_ROOM;
		struct oe_shunt_info *more = realloc(l->all, room * sizeof(*more));

		if (more == NULL)
			return false;
		l->all = more;
		l->room = room;
	}
	l->all[l->n++] = *i;
	return true;
}

static void
say(struct listing *l, ctl_client c, const struct oe_shunt_info *i)
{
	struct addr_buf here, there;
	const char *h = ip_addr_text(&i->shunt.local, &here), *t = ip_addr_text(&i->shunt.remote, &there);
	const char *kind = shunt_kind_name(i->shunt.kind), *group = policy_group(i->group)->name;
	json_t *o = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:i,s:b}", "event", "shunt", "here", h,
			      "there", t, "kind", kind, "group", group,
			      "dnssec", evidence_name(i->evidence), "expires_s", (int)i->expires_s,
			      "held", (int)i->held, "authenticated",
			      i->shunt.kind == SHUNT_KEYED && !i->anonymous);

	ctl_object(l->d->ctl, c, o, RC_COMMENT, "%s -> %s %%%s group %s dns %s ike %s%s %s%u%s",
		   h, t, kind, group, evidence_name(i->evidence), ike_outcome_name(i->ike),
		   i->anonymous ? " unauthenticated (NULL)" : "",
		   i->expires_s > 0 ? "expires " : "held ", i->expires_s > 0 ? i->expires_s : i->held,
		   i->expires_s > 0 ? " s" : "");
}

static bool
part(void *ctx, ctl_client c)
{
	struct listing *l = ctx;

	for (unsigned i = 0; i < PART && l->said < l->n && ctl_alive(l->d->ctl, c); i++)
		say(l, c, &l->all[l->said++]);
	if (l->said < l->n)
		return true;
	ctl_result(l->d->ctl, c, json_pack("{s:i}", "shunts", (int)l->n), RC_COMMENT, "%zu shunts", l->n);
	return false;
}

static void
free_listing(void *ctx)
{
	struct listing *l = ctx;

	free(l->all);
	free(l);
}

void
cmd_listshunts(struct daemon *d, ctl_client c, const json_t *request)
{
	struct listing *l = calloc(1, sizeof(*l));

	(void)request;
	if (l == NULL) {
		ctl_result(d->ctl, c, NULL, RC_INTERNALERR, "no memory for a list");
		return;
	}
	l->d = d;
	oe_each_shunt(d->oe, note, l);
	ctl_parts(d->ctl, c, part, free_listing, l);
}
