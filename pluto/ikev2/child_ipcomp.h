/* IPCOMP_SUPPORTED (RFC 7296 2.22): IPComp beside a Child SA, deflate alone. */
#ifndef PLUTO_IKEV2_CHILD_IPCOMP_H
#define PLUTO_IKEV2_CHILD_IPCOMP_H

#include "pluto/ikev2/ike_sa.h"

/* As the exchange's initiator: a CPI, when CONN wants it and the plane has one. */
void child_ipcomp_take(struct ike_sa *sa, struct negotiation *n, const struct connection *conn);
/* The responder's choice: the peer's CPI into N->chosen, and one of our own. */
void child_ipcomp_choose(struct ike_sa *sa, struct negotiation *n,
			 const struct connection *conn, const struct payload_list *in);
/* As initiator: the answer's CPI into N->chosen; 0: without. */
void child_ipcomp_read(struct negotiation *n, const struct payload_list *in);
/* The notify with our CPI, if there is one. */
void child_ipcomp_write(const struct negotiation *n, struct ike_build *b);

#endif
