/* Transport mode through a NAT (RFC 7296 2.23.1): each end speaks of the addresses
 * that it sees, and the other puts in those that the packets have. */
#ifndef PLUTO_IKEV2_CHILD_NAT_H
#define PLUTO_IKEV2_CHILD_NAT_H

#include "pluto/ikev2/ike_sa.h"
#include "pluto/wire/ts.h"

/* The addresses of the IKE SA into selectors of single hosts that the peer has sent,
 * where IN says transport mode, CONN has it and a NAT may be between. Which of them
 * are ours: TSr at a responder, TSi at an initiator. True: done. */
bool child_nat_take(const struct ike_sa *sa, const struct payload_list *in,
		    const struct connection *conn, struct ts_list *local, struct ts_list *remote);
/* What IN said, for the answer, once N->sel is what was agreed. RFC 7296 would have us
 * answer with the addresses that we see; initiators who put in their own take either,
 * and libreswan 4.10, which does not, takes only what it has said. */
void child_nat_keep(const struct payload_list *in, struct negotiation *n);
/* The selectors to be written: N->sel, as the peer knows it. */
struct selector child_nat_said(const struct negotiation *n);

#endif
