/* Talks to the kernel's nftables: whole rulesets as text through libnftables,
 * single elements of sets as netlink messages (libmnl). */
#ifndef LIB_NFT_H
#define LIB_NFT_H

#include <libmnl/libmnl.h>

#include "lib/span.h"

/* Loads TEXT as one transaction. 0, or -EINVAL with the first line of what
 * libnftables or the kernel says in ERR. */
int nft_load(const char *text, char *err, size_t errlen);

/* Elements come and go on the way of the first packet: through libnftables one
 * costs more than the rest of the way, so these speak netlink themselves. */
struct nft_sock;

struct nft_sock *nft_sock_open(void);		/* NULL with errno */
void nft_sock_close(struct nft_sock *n);
/* Is table inet TABLE there? 0, -ENOENT, or another -errno when the kernel will
 * not say. */
int nft_table(struct nft_sock *n, const char *table);

/* Elements that come and go in one transaction: begin, name each, send. */
struct nft_batch {
	_Alignas(8) char buf[8192];	/* room for sixteen elements */
	size_t len, last;		/* where the last element's message begins */
};

struct nft_elem {
	const char *table, *set;
	struct span key;
	uint64_t timeout_ms;		/* 0: stays; when it comes */
};

void nft_batch_begin(struct nft_sock *n, struct nft_batch *b);
void nft_batch_add(struct nft_sock *n, struct nft_batch *b, const struct nft_elem *e);
void nft_batch_delete(struct nft_sock *n, struct nft_batch *b, const struct nft_elem *e);
int nft_batch_send(struct nft_sock *n, struct nft_batch *b);	/* 0 or -errno */

/* Gives FN the kernel's message about one element. 0, -ENOENT, another -errno. */
typedef void nft_elem_fn(void *ctx, const struct nlmsghdr *h);
int nft_read(struct nft_sock *n, const struct nft_elem *e, nft_elem_fn *fn, void *ctx);

#endif
