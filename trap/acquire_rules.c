/* The rules by which the kernel asks for SAs: made from the policy groups, kept
 * alive, and left behind in order. */
#include "trap/acquire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/nft.h"
#include "trap/rules.h"

enum { DEFAULT_HELD = 4096, DEFAULT_HOLD_MS = 3000, RENEW_MS = 3000 };

/* What is closed comes first, so that no packet finds a gap between two rules. */
static int
put_new(struct acquire_trap *t, const struct spd_plan *plan, bool bypass)
{
	int rc = 0;

	for (size_t i = 0; i < plan->n && rc == 0; i++) {
		const struct spd_rule *r = &plan->r[i].rule;
		const struct spd_plan_rule *old = spd_plan_find(&t->plan, r);

		if ((r->action == SPD_BYPASS) == bypass && (old == NULL || !spd_same(&old->rule, r)))
			rc = t->spd.ops->put(t->spd.k, r);
	}
	return rc;
}

static void
remove_missing(struct acquire_trap *t, const struct spd_plan *from, const struct spd_plan *plan)
{
	for (size_t i = 0; i < from->n; i++)
		if (spd_plan_find(plan, &from->r[i].rule) == NULL)
			(void)t->spd.ops->remove(t->spd.k, &from->r[i].rule);
}

/* From the plan that stands to PLAN, which becomes the trap's. On failure the
 * old one stands again, as far as the kernel lets us. */
static int
move_to(struct acquire_trap *t, struct spd_plan *plan)
{
	int rc = put_new(t, plan, false);

	if (rc == 0)
		rc = put_new(t, plan, true);
	if (rc != 0) {
		for (size_t i = 0; i < t->plan.n; i++)
			(void)t->spd.ops->put(t->spd.k, &t->plan.r[i].rule);
		remove_missing(t, plan, &t->plan);
		spd_plan_clear(plan);
		return rc;
	}
	remove_missing(t, &t->plan, plan);
	spd_plan_clear(&t->plan);
	t->plan = *plan;
	return 0;
}

struct found {
	struct spd_rule *r;		/* owned */
	size_t n, room;
	bool failed;
};

static void
note_rule(void *ctx, const struct spd_rule *r)
{
	struct found *f = ctx;

	if (f->n == f->room) {
		size_t room = f->room == 0 ? 64 : f->room * 2;
		struct spd_rule *more = realloc(f->r, room * sizeof(*more));

		if (more == NULL) {
			f->failed = true;
			return;
		}
		f->r = more;
		f->room = room;
	}
	f->r[f->n++] = *r;
}

/* Whatever of ours is in the kernel and not in the plan goes: rules of an
 * earlier run, and those of pairs and flows. */
static int
remove_others(struct acquire_trap *t)
{
	struct found f = { .n = 0 };
	int rc = t->spd.ops->each(t->spd.k, note_rule, &f);

	for (size_t i = 0; i < f.n; i++)
		if (spd_plan_find(&t->plan, &f.r[i]) == NULL)
			(void)t->spd.ops->remove(t->spd.k, &f.r[i]);
	free(f.r);
	return f.failed ? -ENOMEM : rc;
}

static void
on_readable(void *ctx, int fd, int what)
{
	(void)fd;
	(void)what;
	acquire_trap_read(ctx);
}

/* From here on the kernel has somebody to ask. What it waits for already, it
 * asked an earlier run. */
static int
begin_asking(struct acquire_trap *t)
{
	if (t->nl != NULL)
		return 0;
	t->nl = acquire_nl_open(t->spd.reqid);
	if (t->nl == NULL)
		return -errno;
	t->readable = loop_fd(t->loop, acquire_nl_fd(t->nl), LOOP_READ, on_readable, t);
	acquire_nl_ask(t->nl);
	return 0;
}

/* What a run by NFQUEUE left would drop what is closed, SA or not. Where there is
 * no nftables there is nothing to remove. */
static void
remove_queue_rules(void)
{
	static const char *const tables[] = { RULES_TABLE, RULES_BRIDGE };
	char err[200];

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		char *text = rules_none(tables[i]);

		if (text != NULL && nft_load(text, err, sizeof(err)) != 0)
			log_debug_of(LOG_KLIPS, NULL, "trap: nft table inet %s: %s", tables[i], err);
		free(text);
	}
}

static int
apply(struct acquire_trap *t, char *err, size_t errlen)
{
	const struct spd_plan_input in = { .cfg = &t->cfg, .prefixes = t->prefixes,
		.n_prefixes = t->n_prefixes, .local = t->local, .n_local = t->n_local };
	struct spd_plan plan;
	bool first = t->nl == NULL;
	int rc = spd_plan_make(&in, &plan);

	if (rc == 0)
		rc = move_to(t, &plan);
	if (rc == 0 && first) {
		rc = remove_others(t);
		remove_queue_rules();
	}
	if (rc == 0)
		rc = begin_asking(t);
	if (rc != 0)
		snprintf(err, errlen, "kernel policies: %s", strerror(-rc));
	return rc;
}

static void *
copy_of(const void *from, size_t n, size_t size)
{
	void *copy = calloc(n > 0 ? n : 1, size);

	if (copy != NULL && n > 0)
		memcpy(copy, from, n * size);
	return copy;
}

static int
set_groups(void *ctx, const struct trap_prefix *p, size_t n, char *err, size_t errlen)
{
	struct acquire_trap *t = ctx;
	struct trap_prefix *old = t->prefixes, *copy = copy_of(p, n, sizeof(*p));
	size_t n_old = t->n_prefixes;
	int rc;

	if (copy == NULL) {
		snprintf(err, errlen, "out of memory");
		return -ENOMEM;
	}
	t->prefixes = copy;
	t->n_prefixes = n;
	rc = apply(t, err, errlen);
	if (rc != 0) {
		t->prefixes = old;
		t->n_prefixes = n_old;
		old = copy;
	}
	free(old);
	return rc;
}

static int
set_resolvers(void *ctx, const struct endpoint *e, unsigned n)
{
	struct acquire_trap *t = ctx;
	char err[200];
	int rc = 0;

	t->cfg.n_resolvers = 0;
	while (t->cfg.n_resolvers < n && t->cfg.n_resolvers < sizeof(t->cfg.resolvers) / sizeof(*e)) {
		t->cfg.resolvers[t->cfg.n_resolvers] = e[t->cfg.n_resolvers];
		t->cfg.n_resolvers++;
	}
	if (t->nl != NULL)
		rc = apply(t, err, sizeof(err));
	if (rc != 0)
		log_warn(NULL, "trap: the name servers: %s", err);
	return rc;
}

/* Before the first set_groups they are only remembered. */
static int
set_local(void *ctx, const struct ip_addr *a, size_t n)
{
	struct acquire_trap *t = ctx;
	struct ip_addr *copy = copy_of(a, n, sizeof(*a));
	char err[200];
	int rc = 0;

	if (copy == NULL)
		return -ENOMEM;
	free(t->local);
	t->local = copy;
	t->n_local = n;
	if (t->nl != NULL)
		rc = apply(t, err, sizeof(err));
	if (rc != 0)
		log_warn(NULL, "trap: our own addresses: %s", err);
	return rc;
}

/* Rules of open groups end with us. The socket is looked at, too: it may owe a
 * question to the kernel. */
static void
on_renewal(void *ctx)
{
	struct acquire_trap *t = ctx;

	t->renewal = loop_after(t->loop, RENEW_MS, on_renewal, t);
	for (size_t i = 0; i < t->plan.n; i++)
		if (t->plan.r[i].rule.lifetime_s != 0)
			(void)t->spd.ops->put(t->spd.k, &t->plan.r[i].rule);
	if (t->nl != NULL)
		acquire_trap_read(t);
}

static int64_t
shunt_used(void *ctx, const struct ip_addr *local, const struct ip_addr *remote)
{
	struct acquire_trap *t = ctx;
	const struct spd_rule r = spd_pair(local, remote, SPD_BYPASS, 0);

	return t->spd.ops->last_used(t->spd.k, &r);
}

static void
get_stats(const void *ctx, struct trap_stats *out)
{
	const struct acquire_trap *t = ctx;

	*out = t->stats;
	out->held_now = pending_count(t->pending);
	if (t->nl != NULL)
		out->overruns = acquire_nl_stats(t->nl).overruns;
}

static const char *
how(const void *ctx)
{
	(void)ctx;
	return "acquires of kernel policies (XFRM)";
}

static void
free_parts(struct acquire_trap *t)
{
	loop_cancel(t->loop, &t->readable);
	loop_cancel(t->loop, &t->deadline);
	loop_cancel(t->loop, &t->renewal);
	loop_cancel(t->loop, &t->alone_timer);
	acquire_nl_close(t->nl);
	pending_free(t->pending);
	spd_plan_clear(&t->plan);
	t->spd.ops->close(t->spd.k);
	free(t->prefixes);
	free(t->local);
	free(t);
}

/* Nobody is asked any more before the rules change. */
static void
acquire_close(void *ctx, bool keep_closed)
{
	struct acquire_trap *t = ctx;
	struct spd_plan away = { .n = 0 };
	bool began = t->nl != NULL;
	int rc = 0;

	loop_cancel(t->loop, &t->readable);
	acquire_nl_close(t->nl);
	t->nl = NULL;
	acquire_trap_drop_all(t);
	if (keep_closed && began)
		rc = spd_plan_away(&t->plan, &away);
	if (rc == 0 && (began || !keep_closed))
		rc = move_to(t, &away);
	if (rc == 0 && (began || !keep_closed))
		rc = remove_others(t);
	if (rc != 0)
		log_warn(NULL, "trap: kernel policies stay as they are: %s", strerror(-rc));
	free_parts(t);
}

static const struct catcher_ops ops = {
	.set_groups = set_groups,
	.set_local = set_local,
	.set_resolvers = set_resolvers,
	.set_shunt = acquire_trap_set_shunt,
	.verdict = acquire_trap_verdict,
	.shunt_used = shunt_used,
	.get_stats = get_stats,
	.how = how,
	.close = acquire_close,
	.acquire_seq = acquire_trap_seq,
};

bool
catcher_open_acquire(struct loop *l, const struct trap_config *cfg, const struct spd *spd,
		     trap_packet_fn *fn, void *ctx, struct catcher *out, char *err,
		     size_t errlen)
{
	struct acquire_trap *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		snprintf(err, errlen, "out of memory");
		spd->ops->close(spd->k);
		return false;
	}
	*t = (struct acquire_trap){ .loop = l, .cfg = *cfg, .spd = *spd, .fn = fn, .ctx = ctx };
	if (t->cfg.hold_ms == 0)
		t->cfg.hold_ms = DEFAULT_HOLD_MS;
	t->pending = pending_new(t->cfg.max_held != 0 ? t->cfg.max_held : DEFAULT_HELD,
				 t->cfg.hold_ms);
	if (t->pending == NULL) {
		snprintf(err, errlen, "out of memory");
		free_parts(t);
		return false;
	}
	t->renewal = loop_after(l, RENEW_MS, on_renewal, t);
	*out = (struct catcher){ .ops = &ops, .t = t };
	return true;
}
