/* Asks for the root's keys at the start, each hour, and each minute while they do not
 * validate; a validator that follows them (RFC 5011) looks at them then. */
#include "adns/health.h"
#include "adns/log_ctx.h"
#include "adns/message.h"
#include "lib/rr_ipseckey.h"

enum {
	TYPE_A = 1, RRTYPE_RRSIG = 46, TYPE_DNSKEY = 48, MAX_RECORDS = 64,
	ILL_MS = 60000,
};

static const uint64_t REF_KEYS = UINT64_MAX, REF_NO_NAME = UINT64_MAX - 100;

struct dates {
	bool found;
	uint32_t begin, end;	/* RFC 4034 3.1.5: seconds since 1970, modulo 2^32 */
};

/* The first RRSIG over keys in the answer (RFC 4034 3.1). */
static struct dates
signature_dates(struct span message)
{
	struct dates d = { 0 };
	struct msg_header h;
	struct msg_cursor c = msg_open(message, &h);

	msg_skip_questions(&c, h.n_questions);
	for (unsigned i = 0; i < h.n_answers && i < MAX_RECORDS && !d.found; i++) {
		struct msg_record rr;
		struct wire_reader r;

		if (!msg_next(&c, &rr))
			break;
		r = wire_reader(rr.rdata);
		if (rr.type != RRTYPE_RRSIG || wire_u16(&r, "type covered") != TYPE_DNSKEY)
			continue;
		wire_skip(&r, 6, "algorithm, labels, TTL");
		d.end = wire_u32(&r, "expiration");
		d.begin = wire_u32(&r, "inception");
		d.found = wire_ok(&r);
	}
	return d;
}

/* RFC 1982: which of two is later goes by the shorter way round. */
static bool
later(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

enum adns_health
health_judge(const struct resolver_reply *r, bool stub, bool has_root, time_t now_wall)
{
	uint32_t now = (uint32_t)now_wall;
	struct dates d;

	if (r->failed)
		return ADNS_HEALTH_SILENT;
	if (r->security == ADNS_SECURE || (!has_root && r->security == ADNS_INSECURE))
		return ADNS_HEALTH_WELL;
	if (stub)
		return ADNS_HEALTH_UNVALIDATED;
	d = signature_dates(r->message);
	if (!d.found)
		return ADNS_HEALTH_STRIPPED;
	return later(d.begin, now) || later(now, d.end) ? ADNS_HEALTH_CLOCK : ADNS_HEALTH_ANCHOR;
}

static void probe(void *ctx);

static void
settle(struct health *h, enum adns_health now)
{
	bool changed = now != h->now;

	h->now = now;
	loop_cancel(h->loop, &h->timer);
	h->timer = loop_after(h->loop, now == ADNS_HEALTH_WELL ? h->well_ms : ILL_MS, probe, h);
	if (!changed)
		return;
	if (now == ADNS_HEALTH_WELL)
		log_info(&adns_log, "DNS: %s", adns_health_text(now));
	else
		log_warn(&adns_log, "DNS: %s", adns_health_text(now));
	if (h->fn != NULL)
		h->fn(h->ctx, now);
}

static bool
has_answer(struct span message)
{
	struct msg_header h;

	(void)msg_open(message, &h);
	return h.response && h.rcode == 0 && h.n_answers > 0;
}

static void
on_no_name(void *ctx, uint64_t ref, const struct resolver_reply *r)
{
	struct health *h = ctx;

	(void)ref;
	settle(h, !r->failed && has_answer(r->message) ? ADNS_HEALTH_PORTAL : h->judged);
}

static void
on_keys(void *ctx, uint64_t ref, const struct resolver_reply *r)
{
	/* Not under "invalid", which libunbound answers itself. */
	static const struct dns_name no_name = { "no-such-top-level-domain." };
	struct health *h = ctx;

	(void)ref;
	h->judged = health_judge(r, h->stub, h->has_root, time(NULL));
	if (h->judged == ADNS_HEALTH_ANCHOR)
		log_debug(&adns_log, "the root's keys: %s", r->why);
	/* What is known already is told at once; later ones wait for the second answer. */
	if (h->now == ADNS_HEALTH_UNKNOWN || h->judged == ADNS_HEALTH_WELL)
		settle(h, h->judged);
	if (h->judged != ADNS_HEALTH_WELL
	    && h->resolver.ask(h->resolver.self, &no_name, TYPE_A, REF_NO_NAME, on_no_name, h) != 0)
		settle(h, h->judged);
}

static void
probe(void *ctx)
{
	static const struct dns_name root = { "." };
	struct health *h = ctx;

	h->timer = (loop_id){ 0 };
	if (h->resolver.ask(h->resolver.self, &root, TYPE_DNSKEY, REF_KEYS, on_keys, h) != 0)
		settle(h, ADNS_HEALTH_SILENT);
}

int
health_begin(struct health *h)
{
	static const struct dns_name root = { "." };

	h->now = h->judged = ADNS_HEALTH_UNKNOWN;
	h->timer = (loop_id){ 0 };
	return h->resolver.ask(h->resolver.self, &root, TYPE_DNSKEY, REF_KEYS, on_keys, h);
}

void
health_end(struct health *h)
{
	loop_cancel(h->loop, &h->timer);
	h->resolver.cancel(h->resolver.self, REF_KEYS);
	h->resolver.cancel(h->resolver.self, REF_NO_NAME);
}
