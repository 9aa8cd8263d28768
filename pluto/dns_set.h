/* Every record that says who speaks IKE for a name, as one answer. */
#ifndef PLUTO_DNS_SET_H
#define PLUTO_DNS_SET_H

#include "lib/table.h"
#include "pluto/dns_keys.h"
#include "pluto/lookups.h"

struct daemon;

/* Questions that are answered together. */
struct dns_set {
	uint64_t id;
	struct lookup about;		/* what they are for, as for one question */
	uint64_t deadline_ms;
	unsigned waiting;		/* for so many answers */
	bool gateways_asked;
	bool txt_asked, txt_here;
	bool enough;			/* TXT is not waited for */
	struct dns_keys keys;		/* owned: what has come */
};

struct dns_sets {
	struct table by_id;
	uint64_t last_id;
};

void dns_sets_free(struct dns_sets *s);

/* IPSECKEY and TXT, and with --oe-legacy KEY too, of ABOUT's name, all at once;
 * the answer goes to the function of its purpose. For an opportunistic peer the
 * key of a gateway that is named without one is asked too. False: too many
 * questions are in flight, and no answer will come. */
bool daemon_ask_keys(struct daemon *d, const struct lookup *about, uint32_t timeout_ms);
/* ask.c: one of them has been answered. */
struct adns_answer;
void daemon_set_answer(struct daemon *d, struct lookup *l, const struct adns_answer *a);

#endif
