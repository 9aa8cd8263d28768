/* Message ids, retransmission and the replay of answers (RFC 7296 2.1-2.3).
 * The window is one request in each direction. */
#ifndef PLUTO_IKEV2_MSGID_H
#define PLUTO_IKEV2_MSGID_H

#include "pluto/ikev2/engine.h"
#include "pluto/ikev2/ike_sk.h"

/* Our requests. */
struct msgid_ours {
	uint32_t next;			/* id of the next one */
	bool pending;			/* id next - 1 waits for its answer */
	struct sk_out sent;		/* owned: repeated byte for byte */
	unsigned tries;
	uint64_t first_ms;
	struct timer timer;
};

/* The peer's. */
struct msgid_theirs {
	uint32_t expected;
	bool busy;			/* that request is being worked on */
	struct sk_out answer;		/* owned: of request expected - 1 */
	uint64_t request_hash;		/* of its (first) datagram */
	struct endpoint local, remote;	/* where it came to, and from */
};

/* Sends OUT (taken over) as the next request and keeps at it. */
void msgid_request(struct ike_sa *sa, struct sk_out *out);
/* The answer has come: the next request may go. */
void msgid_answered(struct ike_sa *sa);
/* Sends and keeps OUT (taken over) as the answer to the expected request. */
void msgid_answer(struct ike_sa *sa, struct sk_out *out);
/* A request that was answered already: the same bytes again, when DATAGRAM is
 * the same; false when it is something else. */
bool msgid_replay(struct ike_sa *sa, struct span datagram, const struct endpoint *local,
		  const struct endpoint *remote);
/* The path is another: what is in flight goes again, and is given its time. */
void msgid_resend(struct ike_sa *sa);
uint64_t msgid_hash(struct span datagram);
void msgid_clear(struct ike_sa *sa);

#endif
