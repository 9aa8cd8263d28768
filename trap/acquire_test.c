/* Acquires: one negotiation a pair, one verdict each, and what that makes of the
 * kernel's rules. The database is a fake one. */
#include <netinet/in.h>
#include <stdlib.h>

#include "lib/test.h"
#include "trap/acquire.h"

enum { MOST = 64, REQID = 77, HOLD_MS = 200, ALONE_MS = 100 };

/* What the trap asked of the kernel, and what it was told. */
struct world {
	struct loop *l;
	struct catcher c;
	struct spd_rule rules[MOST];
	unsigned n_rules, puts, forgotten, told, closed;
	uint32_t last_forgotten;
	struct trapped last;
};

static struct spd_rule *
rule_for(struct world *w, const struct spd_rule *r)
{
	for (unsigned i = 0; i < w->n_rules; i++)
		if (spd_compare(&w->rules[i], r) == 0)
			return &w->rules[i];
	return NULL;
}

static int
fake_put(void *k, const struct spd_rule *r)
{
	struct world *w = k;
	struct spd_rule *old = rule_for(w, r);

	w->puts++;
	if (old != NULL)
		*old = *r;
	else if (w->n_rules < MOST)
		w->rules[w->n_rules++] = *r;
	return 0;
}

static int
fake_remove(void *k, const struct spd_rule *r)
{
	struct world *w = k;
	struct spd_rule *old = rule_for(w, r);

	if (old != NULL)
		*old = w->rules[--w->n_rules];
	return 0;
}

static int64_t
fake_used(void *k, const struct spd_rule *r)
{
	return rule_for(k, r) != NULL ? 1 : -1;
}

static int
fake_each(void *k, spd_rule_fn *fn, void *ctx)
{
	struct world *w = k;

	for (unsigned i = 0; i < w->n_rules; i++)
		fn(ctx, &w->rules[i]);
	return 0;
}

static int
fake_forget(void *k, uint32_t seq, const struct ip_addr *src, const struct ip_addr *dst)
{
	struct world *w = k;

	(void)src;
	(void)dst;
	w->forgotten++;
	w->last_forgotten = seq;
	return 0;
}

static void
fake_close(void *k)
{
	((struct world *)k)->closed++;
}

static const struct spd_ops fake = { fake_put, fake_remove, fake_used, fake_each, fake_forget,
	fake_close };

static void
on_trapped(void *ctx, const struct trapped *t)
{
	struct world *w = ctx;

	w->told++;
	w->last = *t;
}

static void
begin(struct world *w, unsigned max_held)
{
	const struct trap_config cfg = { .hold_ms = HOLD_MS, .max_held = max_held };
	const struct spd spd = { &fake, w, REQID };
	char err[200];

	*w = (struct world){ .l = loop_new() };
	assert_true(catcher_open_acquire(w->l, &cfg, &spd, on_trapped, w, &w->c, err, sizeof(err)));
}

static void
finish(struct world *w)
{
	w->c.ops->close(w->c.t, true);
	assert_int_equal(w->closed, 1);
	loop_free(w->l);
}

static struct acquire
acquire(uint8_t host, uint32_t seq)
{
	struct acquire a = { .flow = { .src = { IP_V4, { 192, 0, 2, 1 } },
		.dst = { IP_V4, { 198, 51, 100, host } }, .ip_proto = IPPROTO_TCP,
		.sport = 1234, .dport = 80 }, .seq = seq };

	assert_true(ip_prefix_parse("198.51.100.0/24", &a.rule.remote));
	a.rule.local.addr.family = IP_V4;
	return a;
}

/* The kernel asks; which id was told. */
static held_id
ask(struct world *w, uint8_t host, uint32_t seq)
{
	const struct acquire a = acquire(host, seq);

	acquire_trap_take(w->c.t, &a);
	return w->last.held;
}

static const struct spd_rule *
pair_rule(struct world *w, uint8_t host)
{
	const struct acquire a = acquire(host, 0);
	const struct spd_rule r = spd_pair(&a.flow.src, &a.flow.dst, SPD_PROTECT, 0);

	return rule_for(w, &r);
}

static const struct spd_rule *
flow_rule(struct world *w, uint8_t host)
{
	const struct acquire a = acquire(host, 0);
	struct spd_rule r = spd_pair(&a.flow.src, &a.flow.dst, SPD_PROTECT, 0);

	r.ip_proto = a.flow.ip_proto;
	r.sport = a.flow.sport;
	r.dport = a.flow.dport;
	return rule_for(w, &r);
}

static void
set_shunt(struct world *w, uint8_t host, enum shunt_kind kind)
{
	const struct acquire a = acquire(host, 0);
	const struct shunt s = { .local = a.flow.src, .remote = a.flow.dst, .kind = kind,
		.lifetime_s = 120 };

	assert_int_equal(w->c.ops->set_shunt(w->c.t, &s), 0);
}

static void
a_pair_is_told_once_and_held(void **state)
{
	struct trap_stats st;
	struct world w;

	(void)state;
	begin(&w, 8);
	ask(&w, 7, 5);
	assert_int_equal(w.told, 1);
	assert_int_equal(w.last.source, TRAP_ACQUIRE);
	assert_int_equal(w.last.reqid, REQID);
	assert_int_equal(w.last.flow.dport, 80);
	assert_true(w.last.held.n != 0);
	ask(&w, 7, 6);
	ask(&w, 7, 6);
	assert_int_equal(w.told, 1);
	w.c.ops->get_stats(w.c.t, &st);
	assert_int_equal(st.duplicates, 1);
	assert_int_equal(st.held_now, 1);
	finish(&w);
}

static void
an_sa_takes_the_newest_number(void **state)
{
	const struct acquire a = acquire(7, 0);
	struct world w;
	held_id id;

	(void)state;
	begin(&w, 8);
	assert_int_equal(w.c.ops->acquire_seq(w.c.t, &a.flow.src, &a.flow.dst), 0);
	id = ask(&w, 7, 5);
	ask(&w, 7, 6);
	assert_int_equal(w.c.ops->acquire_seq(w.c.t, &a.flow.src, &a.flow.dst), 6);
	set_shunt(&w, 7, SHUNT_KEYED);
	w.c.ops->verdict(w.c.t, id, VERDICT_TUNNEL);
	assert_int_equal(w.forgotten, 0);
	assert_int_equal(w.c.ops->acquire_seq(w.c.t, &a.flow.src, &a.flow.dst), 0);
	finish(&w);
}

/* The SA went to a gateway: its number would not have been accepted. */
static void
without_its_number_the_larval_sa_is_removed(void **state)
{
	struct world w;

	(void)state;
	begin(&w, 8);
	w.c.ops->verdict(w.c.t, ask(&w, 7, 5), VERDICT_TUNNEL);
	assert_int_equal(w.forgotten, 1);
	assert_int_equal(w.last_forgotten, 5);
	assert_null(flow_rule(&w, 7));
	finish(&w);
}

static void
a_shunt_becomes_the_pairs_rule(void **state)
{
	struct world w;
	held_id id;

	(void)state;
	begin(&w, 8);
	id = ask(&w, 7, 5);
	set_shunt(&w, 7, SHUNT_PASS);
	assert_int_equal(pair_rule(&w, 7)->action, SPD_BYPASS);
	assert_int_equal(pair_rule(&w, 7)->lifetime_s, 120);
	w.c.ops->verdict(w.c.t, id, VERDICT_PASS);
	assert_int_equal(pair_rule(&w, 7)->action, SPD_BYPASS);
	assert_int_equal(w.last_forgotten, 5);
	assert_null(flow_rule(&w, 7));
	set_shunt(&w, 7, SHUNT_DROP);
	assert_int_equal(pair_rule(&w, 7)->action, SPD_DISCARD);
	set_shunt(&w, 7, SHUNT_TRAP);
	assert_null(pair_rule(&w, 7));
	finish(&w);
}

static void
without_a_shunt_the_flow_gets_a_rule(void **state)
{
	struct world w;

	(void)state;
	begin(&w, 8);
	w.c.ops->verdict(w.c.t, ask(&w, 7, 5), VERDICT_PASS);
	assert_int_equal(flow_rule(&w, 7)->action, SPD_BYPASS);
	assert_true(flow_rule(&w, 7)->lifetime_s > 0);
	w.c.ops->verdict(w.c.t, ask(&w, 8, 6), VERDICT_DROP);
	assert_int_equal(flow_rule(&w, 8)->action, SPD_DISCARD);
	finish(&w);
}

static void
one_verdict_counts(void **state)
{
	struct world w;
	held_id id;

	(void)state;
	begin(&w, 8);
	id = ask(&w, 7, 5);
	w.c.ops->verdict(w.c.t, id, VERDICT_DROP);
	w.c.ops->verdict(w.c.t, id, VERDICT_PASS);
	assert_int_equal(flow_rule(&w, 7)->action, SPD_DISCARD);
	assert_int_equal(w.forgotten, 1);
	finish(&w);
}

static void
the_groups_rule_is_written_anew(void **state)
{
	struct world w;
	struct acquire_trap *t;
	struct acquire a = acquire(7, 5);
	unsigned before;

	(void)state;
	begin(&w, 8);
	t = w.c.t;
	a.rule.action = SPD_PROTECT;
	t->plan.r = calloc(1, sizeof(*t->plan.r));
	assert_non_null(t->plan.r);
	t->plan.r[0] = (struct spd_plan_rule){ .rule = a.rule, .open = true };
	t->plan.n = 1;
	acquire_trap_take(t, &a);
	set_shunt(&w, 7, SHUNT_PASS);
	before = w.puts;
	w.c.ops->verdict(w.c.t, w.last.held, VERDICT_PASS);
	assert_int_equal(w.puts, before + 1);
	assert_non_null(rule_for(&w, &a.rule));
	finish(&w);
}

static void
too_many_are_left_to_the_kernel(void **state)
{
	struct trap_stats st;
	struct world w;

	(void)state;
	log_to_stderr(false);
	begin(&w, 2);
	for (uint8_t i = 1; i <= 9; i++)
		ask(&w, i, i);
	assert_int_equal(w.told, 2);
	assert_int_equal(w.n_rules, 2);
	w.c.ops->get_stats(w.c.t, &st);
	assert_int_equal(st.dropped_full, 7);
	log_to_stderr(true);
	finish(&w);
	assert_int_equal(w.forgotten, 2);
}

static void
end_loop(void *ctx)
{
	loop_stop(ctx);
}

static void
pairs_that_wait_together_are_kept_apart(void **state)
{
	struct world w;
	held_id one;

	(void)state;
	begin(&w, 8);
	one = ask(&w, 7, 5);
	assert_null(pair_rule(&w, 7));	/* alone, its packets keep their order */
	ask(&w, 8, 6);
	assert_int_equal(pair_rule(&w, 7)->action, SPD_PROTECT);
	assert_int_equal(pair_rule(&w, 8)->action, SPD_PROTECT);
	assert_true(pair_rule(&w, 8)->lifetime_s > 0);
	w.c.ops->verdict(w.c.t, one, VERDICT_PASS);
	assert_int_equal(flow_rule(&w, 7)->action, SPD_BYPASS);
	finish(&w);
}

static void
alone_for_a_moment_only(void **state)
{
	struct world w;

	(void)state;
	begin(&w, 8);
	ask(&w, 7, 5);
	loop_after(w.l, ALONE_MS + 30, end_loop, w.l);
	loop_run(w.l);
	assert_non_null(pair_rule(&w, 7));
	finish(&w);
}

/* No rule is known for it, so it counts as closed. */
static void
the_deadline_is_a_verdict(void **state)
{
	struct trap_stats st;
	struct world w;

	(void)state;
	begin(&w, 8);
	ask(&w, 7, 5);
	loop_after(w.l, 2 * HOLD_MS, end_loop, w.l);
	loop_run(w.l);
	assert_int_equal(flow_rule(&w, 7)->action, SPD_DISCARD);
	assert_int_equal(w.last_forgotten, 5);
	w.c.ops->get_stats(w.c.t, &st);
	assert_int_equal(st.dropped_deadline, 1);
	assert_int_equal(st.held_now, 0);
	finish(&w);
}

/* Keyed, they say, and yet it is asked for again and again. */
static void
asking_in_a_circle_ends(void **state)
{
	struct world w;

	(void)state;
	begin(&w, 8);
	for (uint32_t i = 1; i <= 5000; i++)
		w.c.ops->verdict(w.c.t, ask(&w, 7, i), VERDICT_TUNNEL);
	assert_in_range(w.forgotten, 1, 2600);
	finish(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pair_is_told_once_and_held),
		cmocka_unit_test(an_sa_takes_the_newest_number),
		cmocka_unit_test(without_its_number_the_larval_sa_is_removed),
		cmocka_unit_test(a_shunt_becomes_the_pairs_rule),
		cmocka_unit_test(without_a_shunt_the_flow_gets_a_rule),
		cmocka_unit_test(one_verdict_counts),
		cmocka_unit_test(the_groups_rule_is_written_anew),
		cmocka_unit_test(too_many_are_left_to_the_kernel),
		cmocka_unit_test(pairs_that_wait_together_are_kept_apart),
		cmocka_unit_test(alone_for_a_moment_only),
		cmocka_unit_test(the_deadline_is_a_verdict),
		cmocka_unit_test(asking_in_a_circle_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
