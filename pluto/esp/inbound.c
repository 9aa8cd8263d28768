/* From the network to the TUN device: sort, verify, open, join, write. */
#include "pluto/esp/worker.h"

#include <netinet/udp.h>
#include <string.h>
#include <unistd.h>

#include "lib/wire.h"
#include "pluto/esp/ecn.h"

enum { ROUNDS = 4, UNKNOWN_PER_SECOND = 10, MOVED_PER_SECOND = 100 };
enum { NON_ESP_MARKER = 0, MARKER_LEN = 4, KEEPALIVE = 0xff };

static void
flush_gro(struct worker *w)
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
	flush_gro(w);
	gro_start(&w->gro, in, pkt);
	w->gro_fd = queue_for(w, sa);
}

/* Authentic, but is it what the SA was made for? RFC 4301 5.2 step 4. */
static bool
inner_good(const struct esp_sa *sa, const struct esp_opened *o, uint8_t *pkt,
	   struct inner *in, uint8_t outer_tos)
{
	int ecn;

	if (!inner_parse(span_of(pkt, o->len), in) ||
	    o->next_header != (in->version == 4 ? INNER_IPV4 : INNER_IPV6) ||
	    !inner_allowed(in, &sa->sel, false))
		return false;
	ecn = ecn_decap(in->tos, outer_tos);
	if (ecn < 0)
		return false;
	if (ecn != (in->tos & ECN_MASK))
		ecn_set(pkt, (uint8_t)ecn);
	return true;
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
	struct inner in;

	if (!replay_check(sa->replay, seq) || seq > sa->hard) {
		esp_count(&c->replayed, 1);
		return;
	}
	err = crypt == NULL ? ESP_BAD_ICV : esp_open(crypt, seq, pkt, len, &o);
	if (err == ESP_BAD_ICV || err == ESP_SHORT) {
		esp_count(&c->bad_icv, 1);
		return;
	}
	replay_accept(sa->replay, seq);
	note_address(w, sa, a, seq);
	if (err == ESP_OPENED && o.next_header == INNER_DUMMY)
		return;
	if (err != ESP_OPENED ||
	    !inner_good(sa, &o, pkt + o.offset, &in, a->tos)) {
		esp_count(&c->bad_inner, 1);
		return;
	}
	count_good(w, sa, in.len);
	deliver(w, sa, &in, pkt + o.offset);
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
	if (sa == NULL)
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

static void
esp_datagram(struct worker *w, const struct arrival *a, uint8_t *pkt,
	     size_t len)
{
	uint32_t spi;

	if (!esp_known(w, a, pkt, len, &spi) &&
	    !early_keep(&w->early, a, pkt, len, w->now_ms))
		unknown_spi(w, a, spi);
}

static bool
claim_early(void *ctx, struct early_packet *p)
{
	struct worker *w = ctx;
	uint32_t spi;

	if (esp_known(w, &p->a, p->pkt, p->len, &spi)) {
		flush_gro(w);	/* the slot is used again */
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

/* RFC 3948 2: what is it that came to port 4500? */
static void
datagram(struct worker *w, const struct arrival *a, uint8_t *pkt, size_t len)
{
	struct wire_reader r = wire_reader(span_of(pkt, len));

	esp_count(&w->counts.datagrams, 1);
	if (len == 1 && wire_u8(&r, "keepalive") == KEEPALIVE) {
		esp_count(&w->counts.keepalives, 1);
	} else if (len < MARKER_LEN) {
		esp_count(&w->counts.malformed, 1);
	} else if (wire_u32(&r, "marker") == NON_ESP_MARKER) {
		esp_count(&w->counts.ike, 1);
		worker_post(w, &(struct esp_event){ .type = ESP_EV_IKE,
			    .local = a->to, .remote = a->from },
			    wire_rest(&r));
	} else {
		esp_datagram(w, a, pkt, len);
	}
}

static void
read_cmsg(const struct cmsghdr *c, struct arrival *a)
{
	const uint8_t *d = CMSG_DATA(c);
	struct in6_pktinfo v6;
	struct in_pktinfo v4;
	int value;

	memcpy(&value, d, sizeof(value));
	if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO) {
		a->seg = value > 0 ? (size_t)value : 0;
	} else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS) {
		a->tos = *d;	/* one byte, unlike its IPv6 sister */
	} else if (c->cmsg_level == IPPROTO_IPV6 &&
		   c->cmsg_type == IPV6_TCLASS) {
		a->tos = (uint8_t)value;
	} else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
		memcpy(&v4, d, sizeof(v4));
		a->to.addr = ip_addr_from(span_of(&v4.ipi_addr, 4));
	} else if (c->cmsg_level == IPPROTO_IPV6 &&
		   c->cmsg_type == IPV6_PKTINFO) {
		memcpy(&v6, d, sizeof(v6));
		a->to.addr = ip_addr_from(span_of(&v6.ipi6_addr, 16));
	}
}

/* One receive buffer: a datagram, or several that the kernel joined. */
static void
buffer(struct worker *w, struct esp_sock *s, struct mmsghdr *m, uint8_t *buf)
{
	struct arrival a = { .wildcard = s->wildcard,
			     .bound = s->local.addr, .to = s->local };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m->msg_hdr);
	size_t len = m->msg_len, off = 0;

	for (; c != NULL; c = CMSG_NXTHDR(&m->msg_hdr, c))
		read_cmsg(c, &a);
	if (!endpoint_from_sockaddr(m->msg_hdr.msg_name, &a.from))
		return;
	if (a.seg == 0 || a.seg > len)
		a.seg = len;
	do {
		size_t n = len - off < a.seg ? len - off : a.seg;

		datagram(w, &a, buf + off, n);
		off += n;
	} while (off < len);
}

static void
prepare(struct rx *rx)
{
	for (unsigned i = 0; i < RX_BATCH; i++) {
		rx->iov[i] = (struct iovec){ rx->buf + (size_t)i * RX_BUF,
					     RX_BUF };
		rx->hdr[i].msg_hdr = (struct msghdr){
			.msg_name = &rx->from[i],
			.msg_namelen = sizeof(rx->from[i]),
			.msg_iov = &rx->iov[i], .msg_iovlen = 1,
			.msg_control = rx->control[i],
			.msg_controllen = RX_CONTROL,
		};
	}
}

void
worker_inbound(struct worker *w, struct esp_sock *s)
{
	struct rx *rx = &w->rx;

	for (int round = 0; round < ROUNDS; round++) {
		int n;

		prepare(rx);
		n = recvmmsg(s->fd, rx->hdr, RX_BATCH, MSG_DONTWAIT, NULL);
		for (int i = 0; i < n; i++)
			buffer(w, s, &rx->hdr[i], rx->iov[i].iov_base);
		/* What waits to be written lies in these buffers. */
		flush_gro(w);
		if (n < RX_BATCH)
			return;
	}
}
