/* From the network: datagrams and AH's packets, sorted. */
#include "pluto/esp/worker.h"

#include <netinet/udp.h>
#include <string.h>

#include "lib/wire.h"

enum { ROUNDS = 4 };
enum { NON_ESP_MARKER = 0, MARKER_LEN = 4, KEEPALIVE = 0xff };

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
		worker_esp(w, a, pkt, len);
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
	} else if (c->cmsg_level == IPPROTO_IPV6 &&
		   c->cmsg_type == IPV6_HOPLIMIT) {
		a->hops = (uint8_t)value;
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
	struct arrival a = { .ah = s->raw, .wildcard = s->wildcard,
			     .bound = s->local.addr, .to = s->local };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m->msg_hdr);
	size_t len = m->msg_len, off = 0;

	for (; c != NULL; c = CMSG_NXTHDR(&m->msg_hdr, c))
		read_cmsg(c, &a);
	if (!endpoint_from_sockaddr(m->msg_hdr.msg_name, &a.from))
		return;
	if (a.ah) {
		worker_ah(w, &a, buf, len);
		return;
	}
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
		worker_flush_gro(w);
		w->rebuilt_used = 0;
		if (n < RX_BATCH)
			return;
	}
}
