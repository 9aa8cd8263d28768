/* From the records of a DNS answer to the keys we would accept: sorted by
 * precedence, ties shuffled, with a word on each that is left out. */
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
		   const struct ip_addr *peer, uint64_t seed);
/* Deep copies of the usable ones, best first, at *OUT (owned by the caller,
 * gateways_free). Returns how many; 0 when memory is out. */
size_t gateway_copy_usable(const struct gateway_list *l, struct gateway **out);
void gateways_free(struct gateway *gws, size_t n);
/* "  #1 prec 10 gateway 192.1.2.23 ed25519 SHA256:5Qh1..yA -> chosen". RANK
 * counts from 0; FATE is what stands behind the arrow. */
void gateway_story(const struct gateway_judged *j, const struct ip_addr *peer, size_t rank,
		   const char *fate, char *out, size_t outlen);

#endif
