/* What is said about a Child SA: proposals and traffic selectors, both ways
 * (RFC 7296 1.3.1, 2.7, 2.9). */
#ifndef PLUTO_IKEV2_CHILD_OFFER_H
#define PLUTO_IKEV2_CHILD_OFFER_H

#include "pluto/ikev2/ike_sa.h"

/* RFC 3715 2.1: a NAT changes what AH protects, and who is behind it knows. */
bool child_ah_behind_nat(const struct ike_sa *sa, const struct connection *conn);
/* What CONN allows between these two hosts. */
struct selector child_limit(const struct ike_sa *sa, const struct connection *conn);
/* As the responder, before all else: the connection that the peer's selectors in
 * IN mean, which may be another one of the same two ends. With YES *OUT is a
 * reference. */
enum ike_client child_conn_asked(struct ike_sa *sa, const struct payload_list *in,
				 struct connection **out);
/* The one host that the peer of an IKE_AUTH request would speak for, when that is
 * not the peer itself; family IP_NONE: there is none. */
struct ip_addr child_client_asked(const struct ike_sa *sa, const struct payload_list *in);
/* The group to send in a CREATE_CHILD_SA; 0: no key exchange. */
uint16_t child_first_group(const struct ike_sa *sa, const struct connection *conn);
/* The same, for a peer that will not do without; 0: we have none. */
uint16_t child_forced_group(const struct ike_sa *sa, const struct connection *conn);

/* As the exchange's initiator: takes an SPI, writes SA. False: no SPI. */
bool child_write_sa(struct ike_sa *sa, struct negotiation *n, struct ike_build *b, bool with_ke);
/* TSi and TSr of N->sel, USE_TRANSPORT_MODE and IPCOMP_SUPPORTED. */
void child_write_ts(const struct negotiation *n, struct ike_build *b, bool initiator);
/* The responder's choice within LIMIT into N, with an SPI. 0, or the notify
 * that says why not. */
uint16_t child_choose(struct ike_sa *sa, struct negotiation *n, const struct payload_list *in,
		      const struct selector *limit, bool with_ke);
void child_write_choice(const struct negotiation *n, struct ike_build *b);
/* The initiator reads the choice: within what N offered. 0, or a notify. */
uint16_t child_read_choice(struct ike_sa *sa, struct negotiation *n,
			   const struct payload_list *in, bool with_ke);

#endif
