/* When SAs are replaced, and when a silent peer is asked for a sign of life. */
#include "lib/log.h"
#include "pluto/ikev2/rekey.h"

#include "pluto/ikev2/event.h"
#include "pluto/ikev2/task.h"
#include "pluto/ikev2/verify.h"

/* DELETE_AGAIN_MS: until a Delete that found no memory, or no place, is tried again. */
enum { HINT_MS = 10000, ANONYMOUS_TIMES = 10, DELETE_AGAIN_MS = 1000 };

/* So that what began together does not go on together. */
static uint64_t
fuzz_ms(struct ike_engine *e, const struct connection *c)
{
	uint64_t fuzz = 1000ull * c->rekey_margin_s * c->rekey_fuzz_pct / 100;

	if (fuzz > UINT32_MAX - 1)
		fuzz = UINT32_MAX - 1;
	return engine_random_below(e, (uint32_t)fuzz + 1);
}

/* Before the end, when a replacement begins. */
static uint64_t
margin_ms(struct ike_engine *e, const struct connection *c)
{
	return 1000ull * c->rekey_margin_s + fuzz_ms(e, c);
}

/* Opportunistic SAs are not replaced, and nobody chose their lifetime: they end a
 * little early. */
static uint64_t
end_ms(struct ike_engine *e, const struct connection *c, uint32_t lifetime_s)
{
	uint64_t life = 1000ull * lifetime_s, early = c->oe && !c->rekey ? fuzz_ms(e, c) : 0;

	return engine_now(e) + life - (early < life / 2 ? early : life / 2);
}

static uint64_t
rekey_time(struct ike_engine *e, const struct connection *c, uint64_t end_ms)
{
	uint64_t margin = margin_ms(e, c), now = engine_now(e);

	return end_ms > now + margin ? end_ms - margin : now + (end_ms - now) / 2;
}

void
rekey_ike_begin(struct ike_sa *sa)
{
	const struct task t = { .kind = TASK_IKE_REKEY };

	if (!task_busy(sa, TASK_IKE_REKEY, 0)) {
		task_add(sa, &t);
		task_run(sa);
	}
}

bool
rekey_ike_now(struct ike_sa *sa)
{
	if (sa->state != IKE_ESTABLISHED)
		return false;
	if (verify_must(sa))
		verify_begin(sa, true);
	else
		rekey_ike_begin(sa);
	return true;
}

bool
rekey_child_now(struct child_sa *c)
{
	const struct task t = { .kind = TASK_CHILD_REKEY, .child = c->serial, .conn = c->conn };

	if (c->state != CHILD_UP || c->ike->state != IKE_ESTABLISHED)
		return false;
	if (!task_busy(c->ike, TASK_CHILD_REKEY, c->serial)) {
		task_add(c->ike, &t);
		task_run(c->ike);
	}
	return true;
}

/* Too old, or replaced by a peer that forgot to delete it. */
static void
child_life_fires(struct ike_engine *e, struct timer *t)
{
	struct child_sa *c = HEAP_OWNER(&t->node, struct child_sa, life.node);

	(void)e;
	if (!rekey_delete_child(c))
		child_sa_kill(c, "its time is over");
}

bool
rekey_delete_child(struct child_sa *c)
{
	const struct task t = { .kind = TASK_CHILD_DELETE, .child = c->serial };

	if (c->state == CHILD_DELETING)
		return true;
	if (c->ike->state != IKE_ESTABLISHED)
		return false;
	if (!task_add(c->ike, &t)) {
		c->life.fire = child_life_fires;
		timer_set(c->ike->e, &c->life, engine_now(c->ike->e) + DELETE_AGAIN_MS);
		return true;
	}
	c->state = CHILD_DELETING;
	timer_stop(c->ike->e, &c->rekey);
	timer_stop(c->ike->e, &c->life);
	child_sa_tell_gone(c, "we deleted it");
	task_run(c->ike);
	return true;
}

static void
ike_rekey_fires(struct ike_engine *e, struct timer *t)
{
	(void)e;
	rekey_ike_now(HEAP_OWNER(&t->node, struct ike_sa, rekey.node));
}

static void
ike_life_fires(struct ike_engine *e, struct timer *t)
{
	(void)e;
	ike_sa_close(HEAP_OWNER(&t->node, struct ike_sa, life.node), 0);
}

uint64_t
rekey_last_out_ms(const struct ike_sa *sa, uint64_t *last_in)
{
	const struct kernel *k = &sa->e->kernel;
	uint64_t out_ms = 0;

	for (const struct child_sa *c = sa->children; c != NULL; c = c->next) {
		struct sa_counters n = { 0 };

		if (c->in_installed && k->ops->counters(k->k, SA_IN, c->spi_in, &c->remote.addr, &n)
		    && n.last_used_ms > *last_in)
			*last_in = n.last_used_ms;
		n = (struct sa_counters){ 0 };
		if (c->out_installed && k->ops->counters(k->k, SA_OUT, c->spi_out, &c->remote.addr, &n)
		    && n.last_used_ms > out_ms)
			out_ms = n.last_used_ms;
	}
	return out_ms;
}

/* RFC 7296 2.4: ask when only outbound traffic flows; configured connections
 * are asked when nothing at all was heard. */
static void
dpd_fires(struct ike_engine *e, struct timer *t)
{
	struct ike_sa *sa = HEAP_OWNER(&t->node, struct ike_sa, dpd.node);
	uint64_t delay = 1000ull * sa->conn->dpd_delay_s, now = engine_now(e);
	uint64_t in = sa->heard_ms, out = rekey_last_out_ms(sa, &in);

	log_debug_also(sa->conn->debug, LOG_DPD, NULL, "ike#%llu: heard %llu ms ago",
		       (unsigned long long)sa->serial, (unsigned long long)(now - in));
	/* RFC 7619 2.3: idle anonymous ones are asked too, now and then. */
	if (now >= in + delay && (out > in || !sa->conn->oe
				  || (sa->anonymous && now >= in + ANONYMOUS_TIMES * delay)))
		rekey_liveness_now(sa);
	timer_set(e, t, in + delay > now ? in + delay : now + delay);
}

void
rekey_schedule_ike(struct ike_sa *sa)
{
	struct ike_engine *e = sa->e;
	uint64_t now = engine_now(e), end = end_ms(e, sa->conn, sa->conn->ike_lifetime_s);

	sa->life.fire = ike_life_fires;
	timer_set(e, &sa->life, end);
	sa->rekey.fire = ike_rekey_fires;
	if (sa->conn->rekey)
		timer_set(e, &sa->rekey, rekey_time(e, sa->conn, end));
	sa->dpd.fire = dpd_fires;
	if (sa->conn->dpd_delay_s > 0)
		timer_set(e, &sa->dpd, now + 1000ull * sa->conn->dpd_delay_s);
	idle_watch(sa);
}

static void
child_rekey_fires(struct ike_engine *e, struct timer *t)
{
	struct child_sa *c = HEAP_OWNER(&t->node, struct child_sa, rekey.node);

	if (!rekey_child_now(c) && c->state == CHILD_UP)
		timer_set(e, t, engine_now(e) + 1000);
}

void
rekey_schedule_child(struct child_sa *c)
{
	struct ike_engine *e = c->ike->e;
	uint64_t end = end_ms(e, c->conn, c->conn->child_lifetime_s);

	c->life.fire = child_life_fires;
	timer_set(e, &c->life, end);
	c->rekey.fire = child_rekey_fires;
	if (c->conn->rekey)
		timer_set(e, &c->rekey, rekey_time(e, c->conn, end));
}

bool
rekey_liveness_now(struct ike_sa *sa)
{
	const struct task t = { .kind = TASK_LIVENESS };

	if (sa->state != IKE_ESTABLISHED)
		return false;
	if (sa->ours.pending || task_busy(sa, TASK_LIVENESS, 0))
		return true;	/* a request is out: its answer is the sign of life */
	task_add(sa, &t);
	task_run(sa);
	return true;
}

void
rekey_hint(struct ike_sa *sa)
{
	uint64_t now = engine_now(sa->e);

	if (sa->hs != NULL || sa->state == IKE_GONE
	    || (sa->hint_ms != 0 && now - sa->hint_ms < HINT_MS))
		return;
	sa->hint_ms = now;
	sa->suspect = true;
	rekey_liveness_now(sa);
}
