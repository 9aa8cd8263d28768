/* MOBIKE: an IKE SA and its Child SAs move to other addresses (RFC 4555). */
#ifndef PLUTO_IKEV2_MOBIKE_H
#define PLUTO_IKEV2_MOBIKE_H

#include "pluto/ikev2/ike_step.h"
#include "pluto/ikev2/natd.h"

enum { MOBIKE_ADDRS = 8, COOKIE2_LEN = 16 };

/* What an INFORMATIONAL request of ours says. */
struct mobike_work {
	bool update;		/* UPDATE_SA_ADDRESSES */
	bool announce;		/* our further addresses */
	bool check;		/* nothing: can the peer be reached there (3.7)? */
};

/* Of an IKE SA whose ends both speak it; owned by the SA. */
struct mobike {
	bool initiator;		/* of the first IKE SA: decides about the addresses */
	struct ip_addr peer[MOBIKE_ADDRS];	/* further addresses of the peer */
	unsigned n_peer;
	struct mobike_work owed, asked;	/* to be sent; in the request in flight */
	bool moved;		/* since the request in flight was first sent */
	bool cookie_out;
	uint8_t cookie[COOKIE2_LEN];	/* of the request in flight */
	uint8_t seen[NATD_LEN];	/* our address as the peer sees it, hashed; 0: unknown */
	unsigned path, rounds;	/* which of the peer's addresses is tried, and how often all were */
	unsigned refusals;	/* UNEXPECTED_NAT_DETECTED in a row */
};

/* May it be offered? Only where selectors do not hang on the outer addresses. */
bool mobike_wanted(const struct ike_sa *sa);
/* IKE_AUTH: what we say of it. As responder after mobike_take_offer. */
void mobike_offer(struct ike_sa *sa, struct ike_build *b);
/* IKE_AUTH: what the peer says. 0, or UNEXPECTED_NAT_DETECTED (3.9). */
uint16_t mobike_take_offer(struct step *s);
/* A rekey: HEIR goes on where OLD was. */
void mobike_inherit(const struct ike_sa *old, struct ike_sa *heir);

/* Sends what is owed, when the window allows. */
void mobike_go(struct ike_sa *sa);
/* The payloads of TASK_MOBIKE; false when nothing is owed any more. */
bool mobike_write(struct ike_sa *sa, struct ike_build *b);
/* Further payloads of a liveness check: has a NAT changed its mind (3.8)? */
void mobike_write_probe(const struct ike_sa *sa, struct ike_build *b);
/* The peer's INFORMATIONAL request, and its answer to ours. */
void mobike_request(struct step *s);
void mobike_answer(struct step *s);

/* The path in use does not lead to the peer (any more): another one, the first
 * again when there is no other. */
void mobike_move(struct ike_sa *sa);
/* No answer for a while. False when there is no other path to try. */
bool mobike_next_path(struct ike_sa *sa);
/* The peer's list of addresses has no place for the one in use. */
void mobike_peer_moved(struct ike_sa *sa);
/* All Child SAs to the addresses of the IKE SA. */
void mobike_move_children(struct ike_sa *sa);

/* Other addresses for the IKE SA alone: found by them, used for what is sent. */
void ike_sa_move(struct ike_sa *sa, const struct endpoint *local, const struct endpoint *remote);

#endif
