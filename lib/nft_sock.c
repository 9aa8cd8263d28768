/* Adds, removes and reads single elements of nft sets; needs libmnl. */
#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "lib/nft.h"
#include "lib/fault.h"

enum { MESSAGE_ROOM = 512, ANSWER_MAX = 8192, ANSWER_S = 2 };

struct nft_sock {
	struct mnl_socket *sock;	/* owned */
	uint32_t seq;
};

struct nft_sock *
nft_sock_open(void)
{
	struct timeval tv = { .tv_sec = ANSWER_S };
	struct nft_sock *n = calloc(1, sizeof(*n));

	if (n == NULL)
		return NULL;
	n->sock = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (n->sock == NULL || mnl_socket_bind(n->sock, 0, 0) < 0) {
		nft_sock_close(n);
		return NULL;
	}
	(void)setsockopt(mnl_socket_get_fd(n->sock), SOL_SOCKET, SO_RCVTIMEO,
			 &tv, sizeof(tv));
	n->seq = (uint32_t)time(NULL);
	return n;
}

void
nft_sock_close(struct nft_sock *n)
{
	if (n == NULL)
		return;
	if (n->sock != NULL)
		mnl_socket_close(n->sock);
	free(n);
}

static struct nlmsghdr *
put_header(struct nft_sock *n, char *buf, uint16_t type, uint16_t flags,
	   uint8_t family, uint16_t res_id)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *nfg;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = n->seq;
	nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));
	nfg->nfgen_family = family;
	nfg->version = NFNETLINK_V0;
	nfg->res_id = htobe16(res_id);
	return nlh;
}

static struct nlmsghdr *
put_element(struct nft_sock *n, char *buf, uint16_t verb, uint16_t flags,
	    const struct nft_elem *e)
{
	struct nlattr *list, *elem, *key;
	struct nlmsghdr *nlh = put_header(n, buf,
		(uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | verb), flags,
		NFPROTO_INET, 0);

	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_TABLE, e->table);
	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_SET, e->set);
	list = mnl_attr_nest_start(nlh, NFTA_SET_ELEM_LIST_ELEMENTS);
	elem = mnl_attr_nest_start(nlh, 1);
	key = mnl_attr_nest_start(nlh, NFTA_SET_ELEM_KEY);
	mnl_attr_put(nlh, NFTA_DATA_VALUE, e->key.len, e->key.ptr);
	mnl_attr_nest_end(nlh, key);
	if (verb == NFT_MSG_NEWSETELEM && e->timeout_ms != 0)
		mnl_attr_put_u64(nlh, NFTA_SET_ELEM_TIMEOUT, htobe64(e->timeout_ms));
	mnl_attr_nest_end(nlh, elem);
	mnl_attr_nest_end(nlh, list);
	return nlh;
}

static void
batch_mark(struct nft_sock *n, struct nft_batch *b, uint16_t type)
{
	b->len += put_header(n, b->buf + b->len, type, 0, AF_UNSPEC,
			     NFNL_SUBSYS_NFTABLES)->nlmsg_len;
}

void
nft_batch_begin(struct nft_sock *n, struct nft_batch *b)
{
	n->seq++;
	b->len = 0;
	batch_mark(n, b, NFNL_MSG_BATCH_BEGIN);
}

static void
batch_element(struct nft_sock *n, struct nft_batch *b, uint16_t verb,
	      uint16_t flags, const struct nft_elem *e)
{
	assert(b->len + 2 * MESSAGE_ROOM <= sizeof(b->buf));
	b->last = b->len;
	b->len += put_element(n, b->buf + b->len, verb, flags, e)->nlmsg_len;
}

void
nft_batch_add(struct nft_sock *n, struct nft_batch *b, const struct nft_elem *e)
{
	batch_element(n, b, NFT_MSG_NEWSETELEM, NLM_F_CREATE, e);
}

void
nft_batch_delete(struct nft_sock *n, struct nft_batch *b, const struct nft_elem *e)
{
	batch_element(n, b, NFT_MSG_DELSETELEM, 0, e);
}

/* Calls FN with what answers our sequence number, up to an error or an ack: the
 * kernel has answered before sendto returns, and errors come before the ack. */
static int
answer(struct nft_sock *n, nft_elem_fn *fn, void *ctx)
{
	_Alignas(struct nlmsghdr) char buf[ANSWER_MAX];
	const struct nlmsghdr *nlh;
	ssize_t got;
	int len;

	for (;;) {
		got = mnl_socket_recvfrom(n->sock, buf, sizeof(buf));
		if (got < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		len = (int)got;
		for (nlh = (const void *)buf; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len)) {
			if (nlh->nlmsg_seq != n->seq)
				continue;
			if (nlh->nlmsg_type == NLMSG_ERROR)
				return ((const struct nlmsgerr *)
					mnl_nlmsg_get_payload(nlh))->error;
			if (fn != NULL)
				fn(ctx, nlh);
		}
	}
}

int
nft_batch_send(struct nft_sock *n, struct nft_batch *b)
{
	struct nlmsghdr *last = (void *)(b->buf + b->last);

	last->nlmsg_flags |= NLM_F_ACK;
	batch_mark(n, b, NFNL_MSG_BATCH_END);
	if (fault(FAULT_NETLINK_REFUSES))
		return -EPERM;
	if (mnl_socket_sendto(n->sock, b->buf, b->len) < 0)
		return -errno;
	return answer(n, NULL, NULL);
}

static int
ask(struct nft_sock *n, struct nlmsghdr *nlh, nft_elem_fn *fn, void *ctx)
{
	nlh->nlmsg_flags |= NLM_F_ACK;
	if (fault(FAULT_NETLINK_REFUSES))
		return -EPERM;
	if (mnl_socket_sendto(n->sock, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	return answer(n, fn, ctx);
}

int
nft_table(struct nft_sock *n, const char *table)
{
	_Alignas(struct nlmsghdr) char buf[MESSAGE_ROOM];
	struct nlmsghdr *nlh;

	n->seq++;
	nlh = put_header(n, buf, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETTABLE,
			 0, NFPROTO_INET, 0);
	mnl_attr_put_strz(nlh, NFTA_TABLE_NAME, table);
	return ask(n, nlh, NULL, NULL);
}

int
nft_read(struct nft_sock *n, const struct nft_elem *e, nft_elem_fn *fn, void *ctx)
{
	_Alignas(struct nlmsghdr) char buf[MESSAGE_ROOM];

	n->seq++;
	return ask(n, put_element(n, buf, NFT_MSG_GETSETELEM, 0, e), fn, ctx);
}
