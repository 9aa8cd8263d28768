/* Adds, removes and reads single elements of the pair sets over netlink. */
#include "trap/nft.h"

#include <endian.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "trap/rules.h"

enum { BATCH_MAX = 8192, MESSAGE_ROOM = 512, ANSWER_MAX = 8192, ANSWER_S = 2 };

struct nft_pairs {
	struct mnl_socket *sock;	/* owned */
	uint32_t seq;
};

/* The sets by kind; a pair is in at most one of them. */
static const struct {
	enum shunt_kind kind;
	const char *set;
} sets[] = {
	{ SHUNT_KEYED, "keyed" },
	{ SHUNT_PASS, "pass" },
	{ SHUNT_DROP, "drop" },
	{ SHUNT_REJECT, "reject" },
};

enum { N_SETS = sizeof(sets) / sizeof(*sets) };

struct pairs_batch {
	_Alignas(struct nlmsghdr) char buf[BATCH_MAX];
	size_t len;
};

struct nft_pairs *
nft_pairs_open(void)
{
	struct timeval tv = { .tv_sec = ANSWER_S };
	struct nft_pairs *n = calloc(1, sizeof(*n));

	if (n == NULL)
		return NULL;
	n->sock = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (n->sock == NULL || mnl_socket_bind(n->sock, 0, 0) < 0) {
		nft_pairs_close(n);
		return NULL;
	}
	(void)setsockopt(mnl_socket_get_fd(n->sock), SOL_SOCKET, SO_RCVTIMEO,
			 &tv, sizeof(tv));
	n->seq = (uint32_t)time(NULL);
	return n;
}

void
nft_pairs_close(struct nft_pairs *n)
{
	if (n == NULL)
		return;
	if (n->sock != NULL)
		mnl_socket_close(n->sock);
	free(n);
}

static struct nlmsghdr *
put_header(struct nft_pairs *n, char *buf, uint16_t type, uint16_t flags,
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

/* The key of a pair: ours, theirs, in network order. */
static size_t
pair_key(const struct ip_addr *local, const struct ip_addr *remote,
	 uint8_t key[32])
{
	size_t size = ip_addr_size(local->family);

	memcpy(key, local->bytes, size);
	memcpy(key + size, remote->bytes, size);
	return size * 2;
}

static struct nlmsghdr *
put_element(struct nft_pairs *n, char *buf, uint16_t verb, uint16_t flags,
	    const char *set, const struct shunt *s)
{
	struct nlattr *list, *elem, *key_attr;
	char name[16];
	uint8_t key[32];
	size_t keylen = pair_key(&s->local, &s->remote, key);
	struct nlmsghdr *nlh = put_header(n, buf,
		(uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | verb), flags,
		NFPROTO_INET, 0);

	snprintf(name, sizeof(name), "%s%c", set,
		 s->local.family == IP_V6 ? '6' : '4');
	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_TABLE, RULES_TABLE);
	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_SET, name);
	list = mnl_attr_nest_start(nlh, NFTA_SET_ELEM_LIST_ELEMENTS);
	elem = mnl_attr_nest_start(nlh, 1);
	key_attr = mnl_attr_nest_start(nlh, NFTA_SET_ELEM_KEY);
	mnl_attr_put(nlh, NFTA_DATA_VALUE, keylen, key);
	mnl_attr_nest_end(nlh, key_attr);
	if (verb == NFT_MSG_NEWSETELEM && s->lifetime_s != 0)
		mnl_attr_put_u64(nlh, NFTA_SET_ELEM_TIMEOUT,
				 htobe64((uint64_t)s->lifetime_s * 1000));
	mnl_attr_nest_end(nlh, elem);
	mnl_attr_nest_end(nlh, list);
	return nlh;
}

static void
batch_mark(struct nft_pairs *n, struct pairs_batch *b, uint16_t type)
{
	b->len += put_header(n, b->buf + b->len, type, 0, AF_UNSPEC,
			     NFNL_SUBSYS_NFTABLES)->nlmsg_len;
}

static void
batch_element(struct nft_pairs *n, struct pairs_batch *b, uint16_t verb,
	      uint16_t flags, const char *set, const struct shunt *s)
{
	b->len += put_element(n, b->buf + b->len, verb, flags, set,
			      s)->nlmsg_len;
}

/* The kernel's word about what we sent with our sequence number: it has
 * answered before sendto returns, and errors come before the ack. */
static int
answer(struct nft_pairs *n)
{
	_Alignas(struct nlmsghdr) char buf[ANSWER_MAX];
	const struct nlmsghdr *nlh;
	const struct nlmsgerr *e;
	ssize_t got;
	int len;

	for (;;) {
		got = mnl_socket_recvfrom(n->sock, buf, sizeof(buf));
		if (got < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		len = (int)got;
		for (nlh = (const void *)buf; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len)) {
			if (nlh->nlmsg_seq != n->seq ||
			    nlh->nlmsg_type != NLMSG_ERROR)
				continue;
			e = mnl_nlmsg_get_payload(nlh);
			return e->error;
		}
	}
}

int
nft_pairs_table(struct nft_pairs *n)
{
	_Alignas(struct nlmsghdr) char buf[MESSAGE_ROOM];
	struct nlmsghdr *nlh;

	n->seq++;
	nlh = put_header(n, buf, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETTABLE,
			 NLM_F_ACK, NFPROTO_INET, 0);
	mnl_attr_put_strz(nlh, NFTA_TABLE_NAME, RULES_TABLE);
	if (mnl_socket_sendto(n->sock, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	return answer(n);
}

int
nft_pairs_set(struct nft_pairs *n, const struct shunt *s)
{
	struct pairs_batch b = { .len = 0 };
	struct shunt plain = *s;
	unsigned i, last = N_SETS;

	if (s->local.family != s->remote.family ||
	    ip_addr_size(s->local.family) == 0)
		return -EAFNOSUPPORT;
	plain.lifetime_s = 0;
	n->seq++;
	batch_mark(n, &b, NFNL_MSG_BATCH_BEGIN);
	for (i = 0; i < N_SETS; i++) {
		/* Adding first, so that deleting finds something. */
		batch_element(n, &b, NFT_MSG_NEWSETELEM, NLM_F_CREATE,
			      sets[i].set, &plain);
		batch_element(n, &b, NFT_MSG_DELSETELEM,
			      i == N_SETS - 1 ? NLM_F_ACK : 0, sets[i].set,
			      &plain);
		if (sets[i].kind == s->kind)
			last = i;
	}
	if (last < N_SETS)
		batch_element(n, &b, NFT_MSG_NEWSETELEM, NLM_F_CREATE,
			      sets[last].set, s);
	batch_mark(n, &b, NFNL_MSG_BATCH_END);
	if (mnl_socket_sendto(n->sock, b.buf, b.len) < 0)
		return -errno;
	return answer(n);
}

struct wanted {
	uint16_t type;
	const struct nlattr *found;
};

static int
match_attr(const struct nlattr *a, void *ctx)
{
	struct wanted *w = ctx;

	if (mnl_attr_get_type(a) == w->type)
		w->found = a;
	return MNL_CB_OK;
}

/* The attribute of TYPE inside NEST, or NULL. */
static const struct nlattr *
find_attr(const struct nlattr *nest, uint16_t type)
{
	struct wanted w = { .type = type };

	if (nest != NULL)
		(void)mnl_attr_parse_nested(nest, match_attr, &w);
	return w.found;
}

/* An element's counter stands alone (EXPR) or, with several expressions, in a
 * list. */
static int64_t
element_bytes(const struct nlmsghdr *nlh)
{
	struct wanted list = { .type = NFTA_SET_ELEM_LIST_ELEMENTS };
	const struct nlattr *elem, *expr, *bytes;

	(void)mnl_attr_parse(nlh, sizeof(struct nfgenmsg), match_attr, &list);
	elem = find_attr(list.found, 1);
	expr = find_attr(elem, NFTA_SET_ELEM_EXPR);
	if (expr == NULL)
		expr = find_attr(find_attr(elem, NFTA_SET_ELEM_EXPRESSIONS), 1);
	bytes = find_attr(find_attr(expr, NFTA_EXPR_DATA), NFTA_COUNTER_BYTES);
	if (bytes == NULL || mnl_attr_validate(bytes, MNL_TYPE_U64) < 0)
		return -1;
	return (int64_t)be64toh(mnl_attr_get_u64(bytes));
}

static int64_t
read_element(struct nft_pairs *n)
{
	_Alignas(struct nlmsghdr) char buf[ANSWER_MAX];
	const struct nlmsghdr *nlh;
	ssize_t got;
	int len;

	for (;;) {
		got = mnl_socket_recvfrom(n->sock, buf, sizeof(buf));
		if (got < 0)
			return -1;
		len = (int)got;
		for (nlh = (const void *)buf; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len)) {
			if (nlh->nlmsg_seq != n->seq)
				continue;
			return nlh->nlmsg_type == NLMSG_ERROR ? -1 :
			       element_bytes(nlh);
		}
	}
}

int64_t
nft_pairs_bytes(struct nft_pairs *n, enum shunt_kind kind,
		const struct ip_addr *local, const struct ip_addr *remote)
{
	struct shunt s = { .local = *local, .remote = *remote, .kind = kind };
	_Alignas(struct nlmsghdr) char buf[MESSAGE_ROOM];
	unsigned i;

	if (local->family != remote->family ||
	    ip_addr_size(local->family) == 0)
		return -1;
	for (i = 0; i < N_SETS; i++) {
		if (sets[i].kind != kind)
			continue;
		n->seq++;
		if (mnl_socket_sendto(n->sock, buf, put_element(n, buf,
		    NFT_MSG_GETSETELEM, 0, sets[i].set, &s)->nlmsg_len) < 0)
			return -1;
		return read_element(n);
	}
	return -1;
}
