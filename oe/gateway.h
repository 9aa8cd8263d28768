/* From the records of a DNS answer to the gateways and keys we would accept: sorted
 * by kind of record and precedence, ties shuffled, with a word on each that is left out. */
#ifndef OE_GATEWAY_H
#define OE_GATEWAY_H

#include "oe/oe.h"

enum { GATEWAY_MAX = 32 };	/* more records than this are not looked at */

/* One record, judged. */
struct gateway_judged {
	const struct gateway *gw;	/* borrowed from the answer */
	const char *skipped;		/* why it is not used; NULL: usable */
	uint64_t shuffle;		/* orders records of equal precedence */
};

struct gateway_list {
	struct gateway_judged all[GATEWAY_MAX];	/* best first */
	size_t n, n_usable;
};

/* Judges the N records of a peer's answer. SEED shuffles ties. */
void gateway_judge(struct gateway_list *out, const struct gateway *gws, size_t n,
		   uint64_t seed);
/* Where the gateway is that speaks for PEER; borrowed from either. */
const struct ip_addr *gateway_addr(const struct gateway *gw, const struct ip_addr *peer);
/* How many of the N belong to the gateway of the first. */
size_t gateway_run(const struct gateway *gws, size_t n, const struct ip_addr *peer);
/* Deep copies of the usable ones at *OUT (owned by the caller, gateways_free): the
 * best gateway first, with all its keys, then the next. Returns how many; 0 when
 * memory is out. */
size_t gateway_copy_usable(const struct gateway_list *l, const struct ip_addr *peer,
			   struct gateway **out);
/* A deep copy; NULL when N is 0 or memory is out. */
struct gateway *gateways_copy(const struct gateway *gws, size_t n);
void gateways_free(struct gateway *gws, size_t n);
/* "  #1 prec 10 gateway 192.1.2.23 ed25519 SHA256:5Qh1..yA -> chosen". RANK
 * counts from 0; FATE is what stands behind the arrow. */
void gateway_story(const struct gateway_judged *j, const struct ip_addr *peer, size_t rank,
		   const char *fate, char *out, size_t outlen);

#endif
