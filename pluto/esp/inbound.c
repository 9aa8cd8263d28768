/* From the network to the TUN device: verify, open, join, write. */
#include "pluto/esp/worker.h"

#include <unistd.h>

#include "lib/wire.h"
#include "pluto/esp/ah.h"
#include "pluto/esp/unwrap.h"

enum { UNKNOWN_PER_SECOND = 10, MOVED_PER_SECOND = 100 };

void
worker_flush_gro(struct worker *w)
{
	struct gro *g = &w->gro;

	if (gro_empty(g))
		return;
	gro_finish(g);
	if (writev(w->gro_fd, g->iov, g->n) < 0)
		esp_count(&w->counts.tun_errors, 1);
	else
		esp_count(&w->counts.to_tun, 1);
	gro_reset(g);
}

/* The device sends a flow's packets to the queue on which the other direction
 * was last written. Writing to another thread's queue leaves the opening of
 * one direction and the sealing of the other to two processors. */
static int
queue_for(const struct worker *w, const struct esp_sa *sa)
{
	unsigned others = w->shared->queues - 1, step;

	if (others == 0)
		return w->tun_fd;
	step = 1 + sa->spi % others;
	return w->shared->tun_fd[(w->index + step) % w->shared->queues];
}

static void
deliver(struct worker *w, const struct esp_sa *sa, const struct inner *in,
	uint8_t *pkt)
{
	if (gro_join(&w->gro, in, pkt))
		return;
	worker_flush_gro(w);
	gro_start(&w->gro, in, pkt);
	w->gro_fd = queue_for(w, sa);
}

/* The newest authentic packet tells where the peer is now. */
static void
note_address(struct worker *w, struct esp_sa *sa, const struct arrival *a,
	     uint64_t seq)
{
	const struct esp_path *p = atomic_load(&sa->path);

	if (endpoint_eq(&p->remote, &a->from) || seq != sa->replay->top ||
	    endpoint_eq(&sa->moved_to, &a->from) ||
	    !limiter_pass(&w->moved_limit, w->now_ms, MOVED_PER_SECOND))
		return;
	sa->moved_to = a->from;
	worker_post(w, &(struct esp_event){ .type = ESP_EV_MOVED,
		    .spi = sa->spi, .local = a->to, .remote = a->from },
		    (struct span){ 0 });
}

static void
count_good(struct worker *w, struct esp_sa *sa, size_t bytes)
{
	struct esp_counts *c = &sa->counts[w->index];

	esp_count(&c->packets, 1);
	esp_count(&c->bytes, bytes);
	atomic_store_explicit(&c->last_used_ms, w->now_ms,
			      memory_order_relaxed);
	if (esp_sa_soft_due(sa, sa->replay->top))
		worker_post(w, &(struct esp_event){ .type = ESP_EV_SOFT,
			    .spi = sa->spi }, (struct span){ 0 });
}

/* Is its number one that may still come? */
static bool
number_good(struct worker *w, struct esp_sa *sa, uint64_t seq)
{
	if (replay_check(sa->replay, seq) && seq <= sa->hard)
		return true;
	esp_count(&sa->counts[w->index].replayed, 1);
	return false;
}

/* An authentic packet, opened as O says. */
static void
opened(struct worker *w, struct esp_sa *sa, const struct arrival *a, uint8_t *pkt,
       const struct unwrap *o)
{
	struct inner in;

	pkt = unwrap(w, sa, a, pkt, o, &in);
	if (pkt == NULL) {
		esp_count(&sa->counts[w->index].bad_inner, 1);
		return;
	}
	count_good(w, sa, in.len);
	deliver(w, sa, &in, pkt);
}

/* RFC 4303 3.4: window, ICV, window again, padding, then the inner packet. */
static void
open_packet(struct worker *w, struct esp_sa *sa, const struct arrival *a,
	    uint8_t *pkt, size_t len, uint32_t low)
{
	struct esp_counts *c = &sa->counts[w->index];
	struct esp_crypt *crypt = esp_sa_crypt(sa, w->index);
	uint64_t seq = replay_infer(sa->replay, sa->keys.esn, low);
	struct esp_opened o;
	enum esp_open_err err;

	if (!number_good(w, sa, seq))
		return;
	err = crypt == NULL ? ESP_BAD_ICV : esp_open(crypt, seq, pkt, len, &o);
	if (err == ESP_BAD_ICV || err == ESP_SHORT) {
		esp_count(&c->bad_icv, 1);
		return;
	}
	replay_accept(sa->replay, seq);
	note_address(w, sa, a, seq);
	if (err == ESP_OPENED && o.next_header == INNER_DUMMY)
		return;
	if (err != ESP_OPENED) {
		esp_count(&c->bad_inner, 1);
		return;
	}
	opened(w, sa, a, pkt, &(struct unwrap){ .offset = o.offset, .len = o.len,
	       .next_header = o.next_header });
}

/* RFC 4302 3.4: the same, and the header before AH is the packet's own. */
static void
open_ah(struct worker *w, struct esp_sa *sa, const struct arrival *a, uint8_t *pkt,
	const struct inner *outer, const struct ah_header *h)
{
	struct esp_crypt *crypt = esp_sa_crypt(sa, w->index);
	uint64_t seq = replay_infer(sa->replay, sa->keys.esn, h->seq);

	if (!number_good(w, sa, seq))
		return;
	if (crypt == NULL || !ah_verify(crypt, seq, pkt, outer->len, outer->l4)) {
		esp_count(&sa->counts[w->index].bad_icv, 1);
		return;
	}
	replay_accept(sa->replay, seq);
	if (h->next_header != INNER_DUMMY)
		opened(w, sa, a, pkt, &(struct unwrap){ .header = outer->l4,
		       .offset = outer->l4 + h->len, .len = outer->len - outer->l4 - h->len,
		       .next_header = h->next_header, .tos = outer->tos });
}

static void
unknown_spi(struct worker *w, const struct arrival *a, uint32_t spi)
{
	esp_count(&w->counts.unknown_spi, 1);
	if (limiter_pass(&w->unknown_limit, w->now_ms, UNKNOWN_PER_SECOND))
		worker_post(w, &(struct esp_event){ .type = ESP_EV_UNKNOWN,
			    .spi = spi, .local = a->to, .remote = a->from },
			    (struct span){ 0 });
}

/* False when no SA has its SPI; *SPI says which. */
static bool
esp_known(struct worker *w, const struct arrival *a, uint8_t *pkt, size_t len,
	  uint32_t *spi)
{
	struct wire_reader r = wire_reader(span_of(pkt, len));
	uint32_t low;
	struct esp_sa *sa;

	*spi = wire_u32(&r, "SPI");
	low = wire_u32(&r, "sequence number");
	if (!wire_ok(&r)) {
		esp_count(&w->counts.malformed, 1);
		return true;
	}
	sa = sa_table_in(w->shared->table, *spi);
	if (sa == NULL || sa->protocol != SA_ESP)
		return false;
	/* One socket, so one thread, owns the window: that of the SA's own
	 * address. */
	if (!esp_len_ok(&sa->keys.suite, len) || (!a->wildcard &&
	    !ip_addr_eq(&atomic_load(&sa->path)->local.addr, &a->bound)))
		esp_count(&w->counts.malformed, 1);
	else
		open_packet(w, sa, a, pkt, len, low);
	return true;
}

/* False when no SA has its SPI; *SPI says which. PKT is an IP packet. */
static bool
ah_known(struct worker *w, const struct arrival *a, uint8_t *pkt, size_t len, uint32_t *spi)
{
	struct ah_header h;
	struct inner outer;
	struct esp_sa *sa;

	*spi = 0;
	if (!inner_parse(span_of(pkt, len), &outer) || outer.fragment ||
	    outer.proto != IPPROTO_AH || !ah_read(span_of(pkt, outer.len), outer.l4, &h)) {
		esp_count(&w->counts.malformed, 1);
		return true;
	}
	*spi = h.spi;
	sa = sa_table_in(w->shared->table, h.spi);
	if (sa == NULL || sa->protocol != SA_AH)
		return false;
	/* Some pad IPv4's as IPv6's. */
	if ((h.len != ah_len(&sa->keys.suite, outer.version) &&
	     h.len != ah_len(&sa->keys.suite, 6)) ||
	    !ip_addr_eq(&atomic_load(&sa->path)->local.addr, &outer.dst))
		esp_count(&w->counts.malformed, 1);
	else
		open_ah(w, sa, a, pkt, &outer, &h);
	return true;
}

static bool
known(struct worker *w, const struct arrival *a, uint8_t *pkt, size_t len, uint32_t *spi)
{
	return a->ah ? ah_known(w, a, pkt, len, spi) : esp_known(w, a, pkt, len, spi);
}

static void
known_or_early(struct worker *w, const struct arrival *a, uint8_t *pkt, size_t len)
{
	uint32_t spi;

	if (!known(w, a, pkt, len, &spi) &&
	    !early_keep(&w->early, a, pkt, len, w->now_ms))
		unknown_spi(w, a, spi);
}

void
worker_esp(struct worker *w, const struct arrival *a, uint8_t *pkt, size_t len)
{
	known_or_early(w, a, pkt, len);
}

void
worker_ah(struct worker *w, const struct arrival *a, uint8_t *pkt, size_t len)
{
	if (a->from.addr.family == IP_V6) {
		pkt = unwrap_v6_header(w, a, pkt, &len);
		worker_rebuilt(w, len);
	}
	known_or_early(w, a, pkt, len);
}

static bool
claim_early(void *ctx, struct early_packet *p)
{
	struct worker *w = ctx;
	uint32_t spi;

	if (known(w, &p->a, p->pkt, p->len, &spi)) {
		worker_flush_gro(w);	/* the slot is used again */
		w->rebuilt_used = 0;
		return true;
	}
	if (w->now_ms < p->until_ms)
		return false;
	unknown_spi(w, &p->a, spi);
	return true;
}

void
worker_early(struct worker *w)
{
	early_each(&w->early, claim_early, w);
}
