/* What connections of an earlier run kept closed stays closed until they are routed
 * again, or whack --listen is given once more. */
#include "pluto/daemon_routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

static void
file_of(const struct daemon *d, char out[4096])
{
	snprintf(out, 4096, "%s.kept", d->opt.ctlbase);
}

static bool
is_closed(const struct connection *c)
{
	return c->shunt != SHUNT_PASS;
}

bool
daemon_keep_groups(const struct daemon *d, struct group_entry **out, size_t *n, bool *any)
{
	const struct kept *k = &d->kept;
	size_t said = *n;

	for (size_t i = 0; i < k->n_groups; i++) {
		bool again = false;

		for (size_t j = 0; j < said && !again; j++)
			again = kept_same_group(&(*out)[j], &k->groups[i]);
		if (again)
			continue;
		if (!group_entry_add(out, n, &k->groups[i]))
			return false;
		*any = true;
	}
	return true;
}

void
daemon_keep_begin(struct daemon *d)
{
	bool first = !d->kept.read;
	char file[4096], err[300];
	size_t n;

	file_of(d, file);
	if (first)
		kept_read(&d->kept, file);
	n = d->kept.n_groups + d->kept.n_conns;
	if (n == 0)
		return;
	if (first)
		log_info(NULL, "what %zu policies and connections of the run before kept closed stays "
			 "closed until they are routed, or whack --listen is given once more", n);
	else
		kept_clear(&d->kept);
	if (daemon_push_conns(d, err, sizeof(err)) != 0)
		log_error(NULL, "connections of the run before: %s", err);
}

static bool
collect_groups(const struct daemon *d, struct kept *k)
{
	for (size_t i = 0; i < d->n_groups; i++) {
		const struct group_entry *e = &d->groups[i];

		if (e->by_hand && (e->group == GROUP_ID_PRIVATE || e->group == GROUP_ID_BLOCK)
		    && !group_entry_add(&k->groups, &k->n_groups, e))
			return false;
	}
	return true;
}

static bool
collect_conns(const struct daemon *d, struct kept *k)
{
	k->conns = calloc(d->conns.n + d->kept.n_conns + 1, sizeof(*k->conns));
	for (unsigned i = 0; k->conns != NULL && i < d->conns.n; i++) {
		const struct connection *c = d->conns.c[i];

		if (d->conns.routed[i] && c->group == CONN_GROUP_NONE && is_closed(c))
			k->conns[k->n_conns++] = (struct selector){ c->local.ts, c->remote.ts };
	}
	for (size_t i = 0; k->conns != NULL && i < d->kept.n_conns; i++)
		k->conns[k->n_conns++] = d->kept.conns[i];
	return k->conns != NULL;
}

static void
say(const char *file, int rc)
{
	static struct log_limit limit = { .burst = 3 };

	if (rc != 0)
		log_limited(&limit, LOG_LEVEL_WARN, NULL, "%s: %s; after a crash connections are open "
			    "until they are routed again", file, strerror(-rc));
}

void
daemon_keep_write(const struct daemon *d)
{
	struct kept now = { .read = true };
	char file[4096];

	file_of(d, file);
	if (d->kept.read && d->trap.ops != NULL && collect_groups(d, &now) && collect_conns(d, &now))
		say(file, kept_write(&now, file));
	kept_clear(&now);
}

/* C speaks for itself again. */
static void
prune(struct kept *k, const struct selector *s)
{
	for (size_t i = 0; i < k->n_conns; i++)
		if (ts_eq(&k->conns[i].local, &s->local) && ts_eq(&k->conns[i].remote, &s->remote))
			k->conns[i--] = k->conns[--k->n_conns];
}

void
daemon_keep_routed(struct daemon *d, const struct connection *c)
{
	const struct selector s = { c->local.ts, c->remote.ts };
	char file[4096];

	prune(&d->kept, &s);
	if (!d->kept.read || d->trap.ops == NULL || !is_closed(c))
		return;
	file_of(d, file);
	say(file, kept_append(file, &s));
}
