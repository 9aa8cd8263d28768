/* Binds an NFQUEUE, reads packets from it and answers them; needs libmnl and
 * libnetfilter_queue. */
#include "lib/nfqueue.h"

#include <endian.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


enum {
	FIRST_QUEUE = 4500, N_QUEUES = 16,	/* when we may choose */
	READS_A_TURN = 64,		/* then others get their turn */
	RECV_BYTES = 8 * 1024 * 1024,	/* a burst that waits for us */
	MESSAGE_MAX = 4096,
};

struct nfqueue {
	struct mnl_socket *sock;	/* owned */
	uint16_t num;
	uint64_t errors;
};

static void
read_packet(const struct nlmsghdr *nlh, nfqueue_packet_fn *fn, void *ctx)
{
	struct nlattr *attr[NFQA_MAX + 1] = { NULL };
	struct nfqueue_packet p = { .id = 0 };
	const struct nfqnl_msg_packet_hdr *ph;

	if (nfq_nlmsg_parse(nlh, attr) < 0 ||
	    attr[NFQA_PACKET_HDR] == NULL ||
	    mnl_attr_get_payload_len(attr[NFQA_PACKET_HDR]) < sizeof(*ph))
		return;
	ph = mnl_attr_get_payload(attr[NFQA_PACKET_HDR]);
	p.id = be32toh(ph->packet_id);
	p.forwarded = ph->hook == NF_INET_PRE_ROUTING;
	p.arriving = ph->hook == NF_INET_LOCAL_IN;
	if (attr[NFQA_MARK] != NULL)
		p.mark = be32toh(mnl_attr_get_u32(attr[NFQA_MARK]));
	if (attr[NFQA_PAYLOAD] != NULL)
		p.bytes = span_of(mnl_attr_get_payload(attr[NFQA_PAYLOAD]),
				  mnl_attr_get_payload_len(attr[NFQA_PAYLOAD]));
	fn(ctx, &p);
}

static void
read_messages(struct nfqueue *q, const char *buf, size_t got,
	      nfqueue_packet_fn *fn, void *ctx)
{
	const uint16_t packet = NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET;
	const struct nlmsghdr *nlh;
	int len = (int)got;

	for (nlh = (const void *)buf; mnl_nlmsg_ok(nlh, len);
	     nlh = mnl_nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_type == packet)
			read_packet(nlh, fn, ctx);
		else if (nlh->nlmsg_type == NLMSG_ERROR)
			q->errors++;
	}
}

static int
send_verdict(struct nfqueue *q, struct nlmsghdr *nlh)
{
	if (mnl_socket_sendto(q->sock, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	return 0;
}

int
nfqueue_accept(struct nfqueue *q, uint32_t id, uint32_t mark)
{
	_Alignas(struct nlmsghdr) char buf[256];
	struct nlmsghdr *nlh = nfq_nlmsg_put(buf, NFQNL_MSG_VERDICT, q->num);

	nfq_nlmsg_verdict_put(nlh, (int)id, NF_ACCEPT);
	nfq_nlmsg_verdict_put_mark(nlh, mark);
	return send_verdict(q, nlh);
}

int
nfqueue_drop(struct nfqueue *q, uint32_t id)
{
	_Alignas(struct nlmsghdr) char buf[256];
	struct nlmsghdr *nlh = nfq_nlmsg_put(buf, NFQNL_MSG_VERDICT, q->num);

	nfq_nlmsg_verdict_put(nlh, (int)id, NF_DROP);
	return send_verdict(q, nlh);
}

static void
drop_early(void *ctx, const struct nfqueue_packet *p)
{
	struct nfqueue *q = ctx;

	(void)nfqueue_drop(q, p->id);
}

/* Sends one configuration message and waits for its ack. A packet that comes
 * in between (an old table of ours is still there) is dropped. */
static int
config_send(struct nfqueue *q, struct nlmsghdr *nlh)
{
	_Alignas(struct nlmsghdr) char buf[MESSAGE_MAX];
	const struct nlmsghdr *answer = (const void *)buf;
	const struct nlmsgerr *e;
	ssize_t got;

	nlh->nlmsg_flags |= NLM_F_ACK;
	if (mnl_socket_sendto(q->sock, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	for (;;) {
		got = mnl_socket_recvfrom(q->sock, buf, sizeof(buf));
		if (got < 0)
			return -errno;
		if (!mnl_nlmsg_ok(answer, (int)got))
			return -EPROTO;
		if (answer->nlmsg_type == NLMSG_ERROR)
			break;
		read_messages(q, buf, (size_t)got, drop_early, q);
	}
	e = mnl_nlmsg_get_payload(answer);
	return e->error;
}

static int
bind_num(struct nfqueue *q, uint16_t num)
{
	_Alignas(struct nlmsghdr) char buf[MESSAGE_MAX];
	struct nlmsghdr *nlh = nfq_nlmsg_put(buf, NFQNL_MSG_CONFIG, num);
	int rc;

	nfq_nlmsg_cfg_put_cmd(nlh, AF_UNSPEC, NFQNL_CFG_CMD_BIND);
	rc = config_send(q, nlh);
	if (rc == 0)
		q->num = num;
	return rc;
}

static int
bind_some(struct nfqueue *q, uint16_t num)
{
	uint16_t i;
	int rc = -EBUSY;

	if (num != 0)
		return bind_num(q, num);
	for (i = 0; i < N_QUEUES && (rc == -EBUSY || rc == -EPERM); i++)
		rc = bind_num(q, (uint16_t)(FIRST_QUEUE + i));
	return rc;
}

/* The first bytes are enough, and super-packets may stay whole: we change
 * nothing in them. Never fail open: a full queue drops. */
static int
set_up(struct nfqueue *q, uint32_t maxlen, uint32_t copy)
{
	_Alignas(struct nlmsghdr) char buf[MESSAGE_MAX];
	struct nlmsghdr *nlh = nfq_nlmsg_put(buf, NFQNL_MSG_CONFIG, q->num);

	nfq_nlmsg_cfg_put_params(nlh, NFQNL_COPY_PACKET, (int)copy);
	nfq_nlmsg_cfg_put_qmaxlen(nlh, maxlen);
	mnl_attr_put_u32(nlh, NFQA_CFG_FLAGS, htobe32(NFQA_CFG_F_GSO));
	mnl_attr_put_u32(nlh, NFQA_CFG_MASK,
			 htobe32(NFQA_CFG_F_GSO | NFQA_CFG_F_FAIL_OPEN));
	return config_send(q, nlh);
}

static int
open_socket(struct nfqueue *q)
{
	int one = 1, size = RECV_BYTES, fd;

	q->sock = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (q->sock == NULL || mnl_socket_bind(q->sock, 0, 0) < 0)
		return -errno;
	fd = mnl_socket_get_fd(q->sock);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	(void)mnl_socket_setsockopt(q->sock, NETLINK_NO_ENOBUFS, &one,
				    sizeof(one));
	return 0;
}

struct nfqueue *
nfqueue_open(uint16_t num, uint32_t maxlen, uint32_t copy, char *err, size_t errlen)
{
	struct nfqueue *q = calloc(1, sizeof(*q));
	const char *what = "no memory for a queue";
	int rc = -ENOMEM;

	if (q == NULL)
		goto out;
	what = "cannot open a netfilter socket";
	rc = open_socket(q);
	if (rc == 0) {
		what = "cannot bind an NFQUEUE (is another program using it, "
		       "or CAP_NET_ADMIN missing?)";
		rc = bind_some(q, num);
	}
	if (rc == 0) {
		what = "cannot set up the NFQUEUE";
		rc = set_up(q, maxlen, copy);
	}
out:
	if (rc == 0)
		return q;
	snprintf(err, errlen, "%s: %s", what, strerror(-rc));
	nfqueue_close(q);
	return NULL;
}

void
nfqueue_close(struct nfqueue *q)
{
	if (q == NULL)
		return;
	if (q->sock != NULL)
		mnl_socket_close(q->sock);
	free(q);
}

int
nfqueue_fd(const struct nfqueue *q)
{
	return mnl_socket_get_fd(q->sock);
}

uint16_t
nfqueue_num(const struct nfqueue *q)
{
	return q->num;
}

uint64_t
nfqueue_errors(const struct nfqueue *q)
{
	return q->errors;
}

void
nfqueue_read(struct nfqueue *q, nfqueue_packet_fn *fn, void *ctx)
{
	_Alignas(struct nlmsghdr) char buf[MESSAGE_MAX];
	struct sockaddr_nl from = { 0 };
	socklen_t fromlen;
	ssize_t got;
	int i;

	for (i = 0; i < READS_A_TURN; i++) {
		fromlen = sizeof(from);
		got = recvfrom(nfqueue_fd(q), buf, sizeof(buf), MSG_DONTWAIT,
			       (struct sockaddr *)&from, &fromlen);
		if (got < 0)
			return;
		/* Only the kernel (port 0) has packets for us. */
		if (fromlen == sizeof(from) && from.nl_pid == 0)
			read_messages(q, buf, (size_t)got, fn, ctx);
	}
}
