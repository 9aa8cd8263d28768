/* Negative trust anchors end at their date, also while we run. */
#include "adns/log_ctx.h"
#include "adns/negative.h"

enum { MS = 1000, LOOK_S = 60 };	/* the clock may be set meanwhile */

size_t
negative_in_force(struct negative_anchor *a, size_t n, time_t now_wall)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (a[i].until_wall <= now_wall) {
			log_warn(&adns_log, "the negative trust anchor for %s has expired (%s): it is "
				 "validated again", a[i].zone.text, a[i].until);
			continue;
		}
		log_warn(&adns_log, "%s is not validated until %s: nothing under it is secure",
			 a[i].zone.text, a[i].until);
		a[kept++] = a[i];
	}
	return kept;
}

static void
look(void *ctx)
{
	struct negative_watch *w = ctx;
	time_t left = w->first_wall - time(NULL);

	w->timer = (loop_id){ 0 };
	if (left <= 0)
		w->fn(w->ctx);
	else
		w->timer = loop_after(w->loop, (uint64_t)(left < LOOK_S ? left : LOOK_S) * MS, look, w);
}

void
negative_watch(struct negative_watch *w, struct loop *l, const struct negative_anchor *a,
	       size_t n, loop_timer_fn *fn, void *ctx)
{
	*w = (struct negative_watch){ .loop = l, .fn = fn, .ctx = ctx };
	if (n == 0)
		return;
	w->first_wall = a[0].until_wall;
	for (size_t i = 1; i < n; i++)
		if (a[i].until_wall < w->first_wall)
			w->first_wall = a[i].until_wall;
	w->timer = loop_after(l, 0, look, w);
}

void
negative_watch_stop(struct negative_watch *w)
{
	loop_cancel(w->loop, &w->timer);
}
