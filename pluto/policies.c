/* The policy groups: from files to the decision engine and to the trap. */
#include "pluto/daemon.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

struct complaint { struct daemon *d; ctl_client c; };

static void
complain(void *ctx, const char *line)
{
	struct complaint *x = ctx;

	log_warn(NULL, "%s", line);
	ctl_line(x->d->ctl, x->c, RC_LOG_SERIOUS, "%s", line);
}

static const enum trap_group_action actions[GROUP_ID_N] = {
	[GROUP_ID_CLEAR] = GROUP_CLEAR,
	[GROUP_ID_CLEAR_OR_PRIVATE] = GROUP_CLEAR,
	[GROUP_ID_PRIVATE_OR_CLEAR] = GROUP_QUEUE_OPEN,
	[GROUP_ID_PRIVATE] = GROUP_QUEUE_CLOSED,
	[GROUP_ID_BLOCK] = GROUP_BLOCK,
};

static enum trap_group_action
action_of(const struct group_entry *e)
{
	return e->group == GROUP_ID_BLOCK && e->reject ? GROUP_REJECT : actions[e->group];
}

/* For a trap without selectors: a routed connection is held by its host address. */
static struct trap_prefix
routed_prefix(const struct connection *c)
{
	return (struct trap_prefix){ .remote = ip_prefix_host(&c->remote.ts.addr_lo),
		.action = GROUP_QUEUE_CLOSED };
}

int
daemon_push_groups(struct daemon *d, char *err, size_t errlen)
{
	struct trap_prefix *p;
	size_t n = 0;
	int rc;

	if (d->trap.ops == NULL)
		return 0;
	p = calloc(d->n_groups + d->conns.n + d->kept.n_conns + 1, sizeof(*p));
	if (p == NULL) {
		snprintf(err, errlen, "no memory for the policy groups");
		return -ENOMEM;
	}
	for (unsigned i = 0; i < d->conns.n; i++)
		if (d->conns.routed[i] && d->conns.c[i]->group == CONN_GROUP_NONE
		    && d->trap.ops->set_selectors == NULL)
			p[n++] = routed_prefix(d->conns.c[i]);
	for (size_t i = 0; i < d->kept.n_conns && d->trap.ops->set_selectors == NULL; i++)
		p[n++] = (struct trap_prefix){ .action = GROUP_BLOCK,
			.remote = ip_prefix_host(&d->kept.conns[i].remote.addr_lo) };
	for (size_t i = 0; i < d->n_groups; i++) {
		const struct group_entry *g = &d->groups[i];

		p[n++] = (struct trap_prefix){ .clients = g->clients, .remote = g->remote,
			.ip_proto = g->ip_proto, .sport = g->sport, .dport = g->dport, .action = action_of(g) };
	}
	rc = d->trap.ops->set_groups(d->trap.t, p, n, err, errlen);
	free(p);
	if (rc == 0)
		daemon_catching_began(d);
	return rc;
}

/* Half a policy could send in the clear what the other half keeps closed. */
static int
keep_policies(const char *dir, struct group_entry *half, int why,
	      char *err, size_t errlen)
{
	free(half);
	snprintf(err, errlen, "%s: %s; the policy groups that were loaded before stay", dir,
		 strerror(-why));
	return RC_LOG_SERIOUS;
}

/* Who did not say who it is stays only where that is still enough. */
static bool
may_stay(void *ctx, const struct selector *sel)
{
	struct daemon *d = ctx;
	const struct flow f = { .src = sel->local.addr_lo, .dst = sel->remote.addr_lo };

	return oe_may_be_anonymous(d->oe, &f);
}

static bool
speaks_for_others(const struct group_entry *e, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (e[i].clients.addr.family != IP_NONE)
			return true;
	return false;
}

static void
put_in_force(struct daemon *d, struct group_entry *entries, size_t n)
{
	free(d->groups);
	d->groups = entries;
	d->n_groups = n;
	d->groups_read = true;
	d->speaks_for_others = speaks_for_others(entries, n);
	oe_set_groups(d->oe, entries, n);
	ike_close_anonymous(d->ike, may_stay, d);
	if (d->speaks_for_others && d->trap.ops != NULL && d->trap.ops->set_selectors == NULL)
		log_warn(NULL, "the packets of hosts behind us are not caught without NFQUEUE: "
			 "they pass");
}

int
daemon_load_policies(struct daemon *d, ctl_client c, char *err, size_t errlen)
{
	struct complaint x = { .d = d, .c = c };
	struct group_entry *entries = NULL;
	char dir[4096];
	size_t n = 0;
	int rc;

	snprintf(dir, sizeof(dir), "%s/policies", d->opt.ipsecdir);
	rc = policies_read(d, dir, &entries, &n, complain, &x);
	if (rc == -ENOENT)
		log_info(NULL, "no policy groups%s%s", d->opt.no_oe ? " (--no-oe)" : " in ",
			 d->opt.no_oe ? "" : dir);
	else if (rc != 0 && d->n_groups > 0)
		return keep_policies(dir, entries, rc, err, errlen);
	put_in_force(d, entries, n);
	daemon_keep_write(d);
	if (n > 0) {
		log_info(NULL, "%zu policy group entries from %s", n, dir);
		ctl_line(d->ctl, c, RC_LOG, "%zu policy group entries from %s", n, dir);
	}
	if (daemon_push_groups(d, err, errlen) != 0)
		return RC_ROUTE;
	daemon_groups_known(d);
	return 0;
}
