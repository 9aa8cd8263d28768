/* A ring of the last answers. */
#include "pluto/adns_recent.h"

#include "lib/addr.h"

enum { MS = 1000 };

static struct adns_known *
place_for(struct adns_recent *r, uint64_t key)
{
	for (unsigned i = 0; i < ADNS_RECENT; i++)
		if (r->known[i].until_ms != 0 && r->known[i].key == key)
			return &r->known[i];
	return &r->known[r->next++ % ADNS_RECENT];
}

void
adns_recent_add(struct adns_recent *r, const struct adns_query *q,
		const struct adns_answer *a, uint64_t now_ms)
{
	uint64_t key = addr_hash(span_str(q->qname.text)) + q->rrtype;

	if (a->ttl_s == 0 || a->status > ADNS_NXDOMAIN)
		return;
	*place_for(r, key) = (struct adns_known){
		.qname = q->qname, .rrtype = q->rrtype, .n_rdata = a->n_rdata,
		.status = a->status, .security = a->security,
		.key = key, .until_ms = now_ms + (uint64_t)a->ttl_s * MS,
	};
}

void
adns_recent_each(const struct adns_recent *r, uint64_t now_ms, adns_known_fn *fn, void *ctx)
{
	for (unsigned i = 0; i < ADNS_RECENT; i++)
		if (r->known[i].until_ms > now_ms)
			fn(ctx, &r->known[i], (uint32_t)((r->known[i].until_ms - now_ms) / MS));
}
