/* Adds, removes and reads single elements of the pair sets over netlink. */
#include "trap/nft_pairs.h"

#include <endian.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <string.h>

#include "trap/rules.h"

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

/* Set SET of the pair's family; NAME and KEY are the caller's room. */
static struct nft_elem
element(const char *set, const struct ip_addr *local, const struct ip_addr *remote,
	char name[16], uint8_t key[32])
{
	snprintf(name, 16, "%s%c", set, local->family == IP_V6 ? '6' : '4');
	return (struct nft_elem){ .table = RULES_TABLE, .set = name,
		.key = span_of(key, pair_key(local, remote, key)) };
}

int
nft_pairs_set(struct nft_sock *n, const struct shunt *s)
{
	struct nft_elem wanted = { .set = NULL };
	uint8_t key[32];
	char name[N_SETS][16];
	struct nft_batch b;

	if (s->local.family != s->remote.family ||
	    ip_addr_size(s->local.family) == 0)
		return -EAFNOSUPPORT;
	nft_batch_begin(n, &b);
	for (unsigned i = 0; i < N_SETS; i++) {
		struct nft_elem e = element(sets[i].set, &s->local, &s->remote, name[i], key);

		/* Adding first, so that deleting finds something. */
		nft_batch_add(n, &b, &e);
		nft_batch_delete(n, &b, &e);
		if (sets[i].kind == s->kind)
			wanted = e;
	}
	wanted.timeout_ms = (uint64_t)s->lifetime_s * 1000;
	if (wanted.set != NULL)
		nft_batch_add(n, &b, &wanted);
	return nft_batch_send(n, &b);
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

static void
see_bytes(void *ctx, const struct nlmsghdr *nlh)
{
	int64_t *bytes = ctx;

	*bytes = element_bytes(nlh);
}

int64_t
nft_pairs_bytes(struct nft_sock *n, enum shunt_kind kind,
		const struct ip_addr *local, const struct ip_addr *remote)
{
	int64_t bytes = -1;
	uint8_t key[32];
	char name[16];

	if (local->family != remote->family ||
	    ip_addr_size(local->family) == 0)
		return -1;
	for (unsigned i = 0; i < N_SETS; i++) {
		struct nft_elem e = element(sets[i].set, local, remote, name, key);

		if (sets[i].kind == kind)
			return nft_read(n, &e, see_bytes, &bytes) == 0 ? bytes : -1;
	}
	return -1;
}
