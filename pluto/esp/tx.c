/* Sealed packets on their way out: collected in one arena, sent in few calls. */
#include "pluto/esp/tx.h"

#include <errno.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA = 256 << 10, ARENA_ALIGN = 64 };
enum { MAX_SEGMENTS = 64, MAX_JOINED = 65000, PATIENCE_MS = 2 };

int
tx_init(struct tx *tx)
{
	tx->arena = aligned_alloc(ARENA_ALIGN, ARENA);
	if (tx->arena == NULL)
		return -ENOMEM;
	/* Touched now, not while packets wait. */
	memset(tx->arena, 0, ARENA);
	return 0;
}

void
tx_clear(struct tx *tx)
{
	free(tx->arena);
	tx->arena = NULL;
}

uint8_t *
tx_room(struct tx *tx, size_t need)
{
	if (ARENA - tx->used < need)
		tx_flush(tx);
	return tx->arena + tx->used;
}

static bool
can_join(const struct tx_msg *m, const struct tx_to *to, size_t len)
{
	return !m->closed && !to->fragment && m->to.sock == to->sock &&
	       m->to.path == to->path && m->to.tos == to->tos &&
	       len <= m->seg && m->count < MAX_SEGMENTS &&
	       m->len + len <= MAX_JOINED;
}

void
tx_commit(struct tx *tx, const struct tx_to *to, size_t len)
{
	struct tx_msg *m = tx->n == 0 ? NULL : &tx->msg[tx->n - 1];

	if (m != NULL && can_join(m, to, len)) {
		m->len += len;
		m->count++;
		m->closed = len < m->seg;
		tx->used += len;
		return;
	}
	tx->msg[tx->n++] = (struct tx_msg){
		.to = *to, .off = tx->used, .len = len, .seg = len,
		.count = 1,
		.closed = to->sock->raw || to->fragment ||
			  atomic_load_explicit(&to->sock->no_gso,
					       memory_order_relaxed),
	};
	tx->used += len;
	if (tx->n == TX_MSGS)
		tx_flush(tx);
}

static void
put_cmsg(struct msghdr *h, int level, int type, const void *data, size_t len)
{
	struct cmsghdr *c;

	c = (struct cmsghdr *)(void *)((uint8_t *)h->msg_control +
				       h->msg_controllen);
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), data, len);
	h->msg_controllen += CMSG_SPACE(len);
}

static void
put_source(struct msghdr *h, const struct ip_addr *local)
{
	struct in_pktinfo v4 = { 0 };
	struct in6_pktinfo v6 = { 0 };

	if (local->family == IP_V6) {
		memcpy(&v6.ipi6_addr, local->bytes, sizeof(v6.ipi6_addr));
		put_cmsg(h, IPPROTO_IPV6, IPV6_PKTINFO, &v6, sizeof(v6));
	} else {
		memcpy(&v4.ipi_spec_dst, local->bytes, sizeof(v4.ipi_spec_dst));
		put_cmsg(h, IPPROTO_IP, IP_PKTINFO, &v4, sizeof(v4));
	}
}

static void
prepare(struct tx *tx, unsigned i, size_t off, size_t len)
{
	const struct tx_msg *m = &tx->msg[i];
	struct msghdr *h = &tx->hdr[i].msg_hdr;
	uint16_t seg = (uint16_t)m->seg;
	int tos = m->to.tos;

	tx->iov[i] = (struct iovec){ tx->arena + off, len };
	*h = (struct msghdr){
		.msg_name = &m->to.path->to, .msg_namelen = m->to.path->to_len,
		.msg_iov = &tx->iov[i], .msg_iovlen = 1,
		.msg_control = tx->control[i],
	};
	if (m->to.sock->raw) {	/* its header says all */
		h->msg_control = NULL;
		return;
	}
	if (len > m->seg)
		put_cmsg(h, SOL_UDP, UDP_SEGMENT, &seg, sizeof(seg));
	if (tos != 0 && m->to.path->remote.addr.family == IP_V6)
		put_cmsg(h, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof(tos));
	else if (tos != 0)
		put_cmsg(h, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
	if (m->to.sock->wildcard)
		put_source(h, &m->to.path->local.addr);
	if (h->msg_controllen == 0)
		h->msg_control = NULL;
}

/* Without joining, for a device that cannot. */
static void
send_each(struct tx *tx, unsigned i)
{
	struct tx_msg *m = &tx->msg[i];
	size_t end = m->off + m->len;

	for (size_t off = m->off; off < end; off += m->seg) {
		size_t len = end - off < m->seg ? end - off : m->seg;

		prepare(tx, i, off, len);
		if (sendmsg(m->to.sock->fd, &tx->hdr[i].msg_hdr,
			    MSG_DONTWAIT) < 0)
			tx->dropped++;
	}
}

/* Message I could not be sent. True: try it again. */
static bool
after_error(struct tx *tx, unsigned i, int err, unsigned tries)
{
	struct tx_msg *m = &tx->msg[i];
	struct pollfd p = { .fd = m->to.sock->fd, .events = POLLOUT };

	if (tries == 0) {
		/* A full buffer drains; other errors are often about an
		 * earlier datagram and gone when they were told. */
		if (err == EAGAIN)
			(void)poll(&p, 1, PATIENCE_MS);
		return true;
	}
	if (err == EMSGSIZE || err == EINVAL)
		atomic_store(&m->to.sa->mtu_asked, true);
	if (m->count > 1 && (err == EINVAL || err == EMSGSIZE || err == EIO)) {
		if (err == EIO)
			atomic_store(&m->to.sock->no_gso, true);
		send_each(tx, i);
	} else {
		tx->dropped += m->count;
	}
	return false;
}

static unsigned
same_socket(const struct tx *tx, unsigned from)
{
	unsigned end = from + 1;

	while (end < tx->n && tx->msg[end].to.sock == tx->msg[from].to.sock &&
	       tx->msg[end].to.fragment == tx->msg[from].to.fragment)
		end++;
	return end - from;
}

/* Messages from I on, as many as are alike. */
static int
send_some(struct tx *tx, unsigned i)
{
	const struct esp_sock *s = tx->msg[i].to.sock;
	int sent, err;

	if (!tx->msg[i].to.fragment)
		return sendmmsg(s->fd, &tx->hdr[i], same_socket(tx, i), MSG_DONTWAIT);
	esp_sock_fragments(s, true);
	sent = sendmmsg(s->fd, &tx->hdr[i], same_socket(tx, i), MSG_DONTWAIT);
	err = errno;
	esp_sock_fragments(s, false);
	errno = err;
	return sent;
}

void
tx_flush(struct tx *tx)
{
	unsigned i = 0, tries = 0;

	for (unsigned k = 0; k < tx->n; k++)
		prepare(tx, k, tx->msg[k].off, tx->msg[k].len);
	while (i < tx->n) {
		int sent = send_some(tx, i);

		if (sent > 0) {
			i += (unsigned)sent;
			tries = 0;
		} else if (after_error(tx, i, errno, tries)) {
			tries++;
		} else {
			i++;
			tries = 0;
		}
	}
	tx->n = 0;
	tx->used = 0;
}
