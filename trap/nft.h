/* Talks to the kernel's nftables: whole rulesets as text through libnftables,
 * single elements of the pair sets as netlink messages. */
#ifndef TRAP_NFT_H
#define TRAP_NFT_H

#include "lib/shunt.h"

/* Loads TEXT as one transaction. 0, or -EINVAL with the first line of what
 * libnftables or the kernel says in ERR. */
int nft_load(const char *text, char *err, size_t errlen);

/* Shunts are on the way of the first packet: through libnftables an element
 * costs more than the rest of the way, so these speak netlink themselves. */
struct nft_pairs;

struct nft_pairs *nft_pairs_open(void);		/* NULL with errno */
void nft_pairs_close(struct nft_pairs *n);
/* Is our table there? 0, -ENOENT, or another -errno when the kernel will not
 * say. */
int nft_pairs_table(struct nft_pairs *n);
/* Puts the pair of S into the set of its kind and takes it out of the others,
 * in one transaction. 0 or -errno. */
int nft_pairs_set(struct nft_pairs *n, const struct shunt *s);
/* Bytes counted on the pair in the set of KIND, or -1. */
int64_t nft_pairs_bytes(struct nft_pairs *n, enum shunt_kind kind,
			const struct ip_addr *local, const struct ip_addr *remote);

#endif
