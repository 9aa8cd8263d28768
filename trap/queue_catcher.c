/* NFQUEUE as one of the ways of catching. */
#include "trap/trap.h"

static int
set_groups(void *t, const struct trap_prefix *p, size_t n, char *err, size_t errlen)
{
	return trap_set_groups(t, p, n, err, errlen);
}

static int
set_selectors(void *t, const struct trap_selector *s, size_t n, char *err, size_t errlen)
{
	return trap_set_selectors(t, s, n, err, errlen);
}

static int
set_local(void *t, const struct ip_addr *a, size_t n)
{
	return trap_set_local(t, a, n);
}

static int
set_shunt(void *t, const struct shunt *s)
{
	return trap_set_shunt(t, s);
}

static void
verdict(void *t, held_id id, enum verdict v)
{
	trap_verdict(t, id, v);
}

static int64_t
shunt_used(void *t, const struct ip_addr *local, const struct ip_addr *remote)
{
	return trap_shunt_used(t, local, remote);
}

static void
get_stats(const void *t, struct trap_stats *out)
{
	trap_get_stats(t, out);
}

static const char *
how(const void *t)
{
	return trap_how(t);
}

static void
queue_close(void *t, bool keep_closed)
{
	trap_close(t, keep_closed);
}

static const struct catcher_ops ops = {
	.set_groups = set_groups,
	.set_selectors = set_selectors,
	.set_local = set_local,
	.set_shunt = set_shunt,
	.verdict = verdict,
	.shunt_used = shunt_used,
	.get_stats = get_stats,
	.how = how,
	.close = queue_close,
};

bool
catcher_open_queue(struct loop *l, const struct trap_config *cfg, trap_packet_fn *fn,
		   void *ctx, struct catcher *out, char *err, size_t errlen)
{
	struct trap *t = trap_open(l, cfg, fn, ctx, err, errlen);

	if (t != NULL)
		*out = (struct catcher){ .ops = &ops, .t = t };
	return t != NULL;
}
