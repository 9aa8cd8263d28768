/* The sets of pairs of table RULES_TABLE: shunts that the kernel applies by
 * itself. */
#ifndef TRAP_NFT_PAIRS_H
#define TRAP_NFT_PAIRS_H

#include "lib/nft.h"
#include "lib/shunt.h"

/* Puts the pair of S into the set of its kind and takes it out of the others,
 * in one transaction. 0 or -errno. */
int nft_pairs_set(struct nft_sock *n, const struct shunt *s);
/* Bytes counted on the pair in the set of KIND, or -1. */
int64_t nft_pairs_bytes(struct nft_sock *n, enum shunt_kind kind,
			const struct ip_addr *local, const struct ip_addr *remote);

#endif
