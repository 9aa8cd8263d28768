/* A fake world for the decision engine: a set clock, and what the engine did. */
#include "tests/fake/oe_recorder.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void
oe_recorder_add(struct oe_recorder *r, const char *fmt, ...)
{
	va_list ap;

	if (r->quiet)
		return;
	if (r->n == r->room) {
		r->room = r->room == 0 ? 64 : r->room * 2;
		r->lines = reallocarray(r->lines, r->room, sizeof(char *));
		if (r->lines == NULL)
			abort();
	}
	va_start(ap, fmt);
	if (vasprintf(&r->lines[r->n++], fmt, ap) < 0)
		abort();
	va_end(ap);
}

const char *
oe_recorder_next(struct oe_recorder *r)
{
	return r->taken < r->n ? r->lines[r->taken++] : NULL;
}

bool
oe_recorder_wake(struct oe_recorder *r, uint64_t until_ms)
{
	if (!r->wake || r->wake_ms > until_ms)
		return false;
	if (r->wake_ms > r->now_ms)
		r->now_ms = r->wake_ms;
	r->wake = false;
	return true;
}

void
oe_recorder_clear(struct oe_recorder *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->lines[i]);
	free(r->lines);
	r->lines = NULL;
	r->n = r->room = r->taken = 0;
}

static int64_t *
find_used(struct oe_recorder *r, const struct ip_addr *local, const struct ip_addr *remote)
{
	for (unsigned i = 0; i < r->n_used; i++) {
		if (ip_addr_eq(&r->used[i].local, local) &&
		    ip_addr_eq(&r->used[i].remote, remote))
			return &r->used[i].bytes;
	}
	return NULL;
}

void
oe_recorder_used(struct oe_recorder *r, const struct ip_addr *local,
		 const struct ip_addr *remote, int64_t bytes)
{
	int64_t *slot = find_used(r, local, remote);

	if (slot == NULL) {
		if (r->n_used == RECORDER_MAX_USED)
			abort();
		r->used[r->n_used].local = *local;
		r->used[r->n_used].remote = *remote;
		slot = &r->used[r->n_used++].bytes;
	}
	*slot = bytes;
}

static uint64_t
rec_now_ms(void *ctx)
{
	struct oe_recorder *r = ctx;

	return r->now_ms;
}

static void
rec_lookup(void *ctx, oppo_id id, enum rr_wanted whose, const struct flow *flow,
	   uint32_t timeout_ms)
{
	struct oe_recorder *r = ctx;
	struct addr_buf b;

	oe_recorder_add(r, "lookup oe#%llu %s %s %u", (unsigned long long)id.n,
			whose == WANT_PEER_KEY ? "peer" : "own",
			ip_addr_text(whose == WANT_PEER_KEY ? &flow->dst : &flow->src, &b),
			timeout_ms);
	if (r->on_lookup != NULL)
		r->on_lookup(r->arg, id);
}

static void
rec_negotiate(void *ctx, oppo_id id, const struct flow *flow, const struct oe_attempt *try)
{
	struct oe_recorder *r = ctx;
	struct addr_buf a, b, c;
	char with[48] = "anonymous";

	if (try->n_keys > 0)
		snprintf(with, sizeof(with), "keys %zu prec %u%s", try->n_keys,
			 try->keys[0].precedence, try->ikev1 ? " ikev1" : "");
	oe_recorder_add(r, "negotiate oe#%llu %s -> %s gateway %s %s %u",
			(unsigned long long)id.n, ip_addr_text(&flow->src, &a),
			ip_addr_text(&flow->dst, &b), ip_addr_text(&try->gateway, &c), with,
			try->timeout_ms);
	if (r->on_negotiate != NULL)
		r->on_negotiate(r->arg, id);
}

static void
rec_give_up(void *ctx, oppo_id id)
{
	oe_recorder_add(ctx, "give-up oe#%llu", (unsigned long long)id.n);
}

static void
rec_set_shunt(void *ctx, const struct shunt *s)
{
	struct addr_buf a, b;

	oe_recorder_add(ctx, "shunt %s %s %s %u", ip_addr_text(&s->local, &a),
			ip_addr_text(&s->remote, &b), shunt_kind_name(s->kind), s->lifetime_s);
}

static void
rec_verdict(void *ctx, held_id id, enum verdict v)
{
	oe_recorder_add(ctx, "verdict %llu %s", (unsigned long long)id.n, verdict_name(v));
}

static int64_t
rec_shunt_used(void *ctx, const struct ip_addr *local, const struct ip_addr *remote)
{
	const int64_t *slot = find_used(ctx, local, remote);

	return slot != NULL ? *slot : -1;
}

static void
rec_wake_at(void *ctx, uint64_t when_ms)
{
	struct oe_recorder *r = ctx;

	r->wake = true;
	r->wake_ms = when_ms;
}

static void
rec_tell(void *ctx, oppo_id id, enum oe_stage stage, const char *line)
{
	struct oe_recorder *r = ctx;

	if (r->tells)
		oe_recorder_add(r, "tell oe#%llu %s %s", (unsigned long long)id.n,
				oe_stage_name(stage), line);
}

static void
rec_ended(void *ctx, oppo_id id, const struct oe_result *res)
{
	oe_recorder_add(ctx, "ended oe#%llu %s %d %u %s", (unsigned long long)id.n,
			oe_outcome_name(res->outcome), res->code, res->lifetime_s, res->reason);
}

struct oe_ports
oe_recorder_ports(struct oe_recorder *r)
{
	return (struct oe_ports){
		.ctx = r,
		.now_ms = rec_now_ms,
		.lookup = rec_lookup,
		.negotiate = rec_negotiate,
		.give_up = rec_give_up,
		.set_shunt = rec_set_shunt,
		.verdict = rec_verdict,
		.shunt_used = rec_shunt_used,
		.wake_at = rec_wake_at,
		.tell = rec_tell,
		.ended = rec_ended,
	};
}
