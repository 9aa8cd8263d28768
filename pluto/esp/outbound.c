/* From the TUN device to the network: split, have sealed, send. */
#include "pluto/esp/worker.h"

#include <openssl/rand.h>
#include <sys/uio.h>
#include <unistd.h>

#include "pluto/esp/ecn.h"
#include "pluto/esp/icmp.h"

enum { READS = 64, ICMP_PER_SECOND = 1000 };

/* An unpredictable IV (RFC 3602 2.1) from a pool, since asking the generator
 * for 16 bytes costs more than the encryption of a small packet. */
const uint8_t *
worker_random_iv(struct worker *w, size_t len)
{
	if (w->random_left < len) {
		if (RAND_bytes(w->random, sizeof(w->random)) != 1)
			return NULL;
		w->random_left = sizeof(w->random);
	}
	w->random_left -= len;
	return w->random + w->random_left;
}

static void
report_too_big(struct worker *w, const struct inner *in, const uint8_t *pkt,
	       uint32_t mtu)
{
	uint8_t vnet[VNET_HDR_LEN] = { 0 }, msg[ICMP_TOO_BIG_MAX];
	struct iovec iov[2] = {
		{ .iov_base = vnet, .iov_len = sizeof(vnet) },
		{ .iov_base = msg },
	};

	esp_count(&w->counts.too_big, 1);
	if (!limiter_pass(&w->icmp_limit, w->now_ms, ICMP_PER_SECOND))
		return;
	iov[1].iov_len = icmp_too_big(msg, in, pkt, mtu);
	if (iov[1].iov_len != 0 && writev(w->tun_fd, iov, 2) < 0)
		esp_count(&w->counts.tun_errors, 1);
}

static void
seal_all(struct worker *w, struct gso *g, const struct tx_to *to)
{
	struct esp_counts *c = &to->sa->counts[w->index];
	uint32_t want = gso_segments(g), n, bytes = 0, done = 0;
	uint64_t first;

	if (esp_sa_crypt(to->sa, w->index) == NULL) {
		esp_count(&w->counts.dropped, want);
		return;
	}
	n = esp_sa_take_seq(to->sa, want, &first);
	for (uint32_t i = 0; i < n; i++)
		done += worker_seal(w, g, to, first + i, &bytes);
	esp_count(&w->counts.dropped, want - done);
	if (done == 0)
		return;
	esp_count(&c->packets, done);
	esp_count(&c->bytes, bytes);
	atomic_store_explicit(&c->last_used_ms, w->now_ms,
			      memory_order_relaxed);
	if (esp_sa_soft_due(to->sa, first + n - 1))
		worker_post(w, &(struct esp_event){ .type = ESP_EV_SOFT,
			    .spi = to->sa->spi }, (struct span){ 0 });
}

static struct tx_to
destination(struct worker *w, const struct inner *in)
{
	struct esp_sa *sa = sa_table_out(w->shared->table, in);

	if (sa == NULL)
		return (struct tx_to){ 0 };
	return (struct tx_to){
		.sa = sa,
		.path = atomic_load(&sa->path),
		.sock = atomic_load(&sa->sock),
		.tos = ecn_encap(in->tos),
	};
}

/* A piece of a datagram that must be whole before ESP protects it: once it is, it
 * goes, in fragments of the outer packet. */
static void
send_piece(struct worker *w, const struct inner *in, const uint8_t *pkt, struct tx_to *to)
{
	size_t len = 0;
	uint8_t *whole = reasm_take(&w->reasm, in, pkt, w->now_ms, &len);
	const struct vnet none = { .gso_type = VNET_GSO_NONE };
	struct inner all;
	struct gso g;

	esp_count(&w->counts.dropped, w->reasm.lost);
	w->reasm.lost = 0;
	if (whole == NULL)
		return;
	to->fragment = true;
	if (inner_parse(span_of(whole, len), &all) && worker_carries(to->sa, &all, whole) &&
	    gso_begin(&g, &none, &all, whole, 0))
		seal_all(w, &g, to);
	else
		esp_count(&w->counts.bad_packet, 1);
}

static bool
is_piece(const struct tx_to *to, const struct inner *in)
{
	return in->fragment && to->sa->mode == MODE_TRANSPORT && to->sa->protocol == SA_ESP;
}

static void
send_packet(struct worker *w, const struct vnet *v, const struct inner *in,
	    uint8_t *pkt)
{
	struct tx_to to = destination(w, in);
	uint32_t mtu;
	struct gso g;

	if (to.sa == NULL || to.sock == NULL) {
		esp_count(&w->counts.no_sa, 1);
		return;
	}
	if (is_piece(&to, in)) {
		send_piece(w, in, pkt, &to);
		return;
	}
	mtu = atomic_load_explicit(&to.sa->inner_mtu, memory_order_relaxed);
	if (!worker_carries(to.sa, in, pkt) || !gso_begin(&g, v, in, pkt, mtu)) {
		esp_count(&w->counts.bad_packet, 1);
		return;
	}
	/* Joined datagrams are not fragmented: their sender can learn. Nor is
	 * anything in transport mode (RFC 4303 3.3.4). */
	if (gso_largest(&g) > mtu && (g.proto != 0 || to.sa->mode == MODE_TRANSPORT ||
	    df_policy(in->version, in->df) == TOO_BIG_REPORT ||
	    !gso_fragment(&g, mtu))) {
		report_too_big(w, in, pkt, mtu);
		return;
	}
	seal_all(w, &g, &to);
}

void
worker_outbound(struct worker *w)
{
	for (int i = 0; i < READS; i++) {
		ssize_t n = read(w->tun_fd, w->tun_buf, TUN_BUF);
		uint8_t *pkt = w->tun_buf + VNET_HDR_LEN;
		struct inner in;
		struct vnet v;

		if (n < VNET_HDR_LEN)
			break;
		esp_count(&w->counts.from_tun, 1);
		vnet_read(w->tun_buf, &v);
		if (inner_parse(span_of(pkt, (size_t)n - VNET_HDR_LEN), &in))
			send_packet(w, &v, &in, pkt);
		else
			esp_count(&w->counts.bad_packet, 1);
	}
	tx_flush(&w->tx);
	esp_count(&w->counts.dropped, w->tx.dropped);
	w->tx.dropped = 0;
}
