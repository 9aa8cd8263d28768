/* A fault for tests: answers of the DNS helper that are held back for a while. */
#include "pluto/adns_late.h"

#include <stdlib.h>

#include "lib/rr_ipseckey.h"

enum { MAX_LATE = 64 };

struct held {
	struct adns_late *all;
	struct chunk record;		/* empty: free */
	loop_id timer;
};

struct adns_late {
	struct loop *loop;
	adns_late_fn *fn;
	void *ctx;
	uint32_t key_ms, txt_ms;
	struct held held[MAX_LATE];
};

struct adns_late *
adns_late_new(struct loop *l, adns_late_fn *fn, void *ctx)
{
	struct adns_late *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->loop = l;
	a->fn = fn;
	a->ctx = ctx;
	for (unsigned i = 0; i < MAX_LATE; i++)
		a->held[i].all = a;
	return a;
}

void
adns_late_free(struct adns_late *a)
{
	if (a == NULL)
		return;
	for (unsigned i = 0; i < MAX_LATE; i++) {
		loop_cancel(a->loop, &a->held[i].timer);
		chunk_free(&a->held[i].record);
	}
	free(a);
}

void
adns_late_set(struct adns_late *a, uint32_t key_ms, uint32_t txt_ms)
{
	a->key_ms = key_ms;
	a->txt_ms = txt_ms;
}

/* Its place is free before it is given back. */
static void
release(void *ctx)
{
	struct held *h = ctx;
	struct chunk record = h->record;

	h->timer.n = 0;
	h->record = (struct chunk){ NULL, 0 };
	h->all->fn(h->all->ctx, chunk_span(record));
	chunk_free(&record);
}

static uint32_t
wait_ms(const struct adns_late *a, uint16_t rrtype)
{
	return rrtype == RRTYPE_TXT ? a->txt_ms
		: rrtype == RRTYPE_KEY || rrtype == RRTYPE_IPSECKEY ? a->key_ms : 0;
}

bool
adns_late_hold(struct adns_late *a, uint16_t rrtype, struct span record)
{
	uint32_t ms = wait_ms(a, rrtype);
	unsigned i = 0;

	while (i < MAX_LATE && a->held[i].record.len > 0)
		i++;
	if (ms == 0 || i == MAX_LATE)
		return false;
	a->held[i].record = chunk_copy(record);
	if (a->held[i].record.len == 0)
		return false;
	a->held[i].timer = loop_after(a->loop, ms, release, &a->held[i]);
	return true;
}
