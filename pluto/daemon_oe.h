/* What of the daemon is opportunism: the engine's ports, instances for pairs, our own key in
 * DNS. */
#ifndef PLUTO_DAEMON_OE_H
#define PLUTO_DAEMON_OE_H

#include "pluto/daemon.h"

/* oe_wiring.c: the engine's ports and what the trap and DNS tell it. */
struct oe *daemon_make_oe(struct daemon *d);
void daemon_oe_answer(struct daemon *d, const struct lookup *l, struct dns_keys *keys);
/* ... with what is known now, whoever might be asked besides. */
void daemon_oe_give(struct daemon *d, const struct lookup *l, struct dns_keys *keys);

/* oe_connection.c: instances for one pair; a reference. The initiator knows KEYS of
 * the peer; none: both are anonymous. */
struct connection *daemon_oe_initiator(struct daemon *d, const struct flow *flow,
				       const struct oe_attempt *a);
/* Does the policy let somebody come to us for the traffic of F, whose source is we
 * or a host behind us? */
bool daemon_oe_answers(struct daemon *d, const struct flow *f);
/* For the traffic of F, between the gateways LOCAL, which is ours, and REMOTE. */
struct connection *daemon_oe_child(struct daemon *d, const struct flow *f,
				   const struct ip_addr *local, const struct ip_addr *remote,
				   bool ikev1);
/* Who of us speaks IKE for the traffic of FLOW: its source, or for a host behind us
 * the address that its policy names. */
struct ip_addr daemon_speaker(struct daemon *d, const struct flow *flow);
/* C is negotiated in IKEv1, with what peers of RFC 4322 have (--oe-legacy). */
void daemon_oe_in_v1(struct connection *c);
/* For a stranger who comes to us; NULL when the pair's group does not answer, or
 * not somebody anonymous. It is shown our key, somebody anonymous only when DNS names
 * that; but not when it has ASKED for ID_NULL (IDr; may be NULL) and may have it. */
struct connection *daemon_oe_responder(struct daemon *d, const struct ip_addr *local,
				       const struct ip_addr *remote, const struct ident *asked);
struct connection *daemon_oe_anonymous(struct daemon *d, const struct ip_addr *local,
				       const struct ip_addr *remote, const struct ident *asked);

/* own_key.c: is the key that DNS names for us the one we sign with? */
void daemon_check_own_keys(struct daemon *d);
/* What we sign with as ID from LOCAL, where DNS says who we are: the key that stands first,
 * unless DNSSEC proves that peers find another one of ours and not that. NULL: none. */
const struct pubkey *daemon_signing_key(const struct daemon *d, const struct ident *id,
					     const struct ip_addr *local);
/* What DNS says of the key that we sign with for the pair of FLOW goes to the attempt ID:
 * at once while it holds, else when it has been asked. */
void daemon_own_for_pair(struct daemon *d, oppo_id id, const struct flow *flow,
			 uint32_t timeout_ms);
/* What is known by now; NULL: nothing. */
const struct own_key *daemon_own_key(const struct daemon *d, const struct ip_addr *addr);
void daemon_own_answer(struct daemon *d, const struct lookup *l, struct dns_keys *keys);

/* myid.c: what is known of our own keys in DNS is new: is %myid to be another? */
void daemon_guess_myid(struct daemon *d);
void daemon_myid_answer(struct daemon *d, const struct lookup *l, struct dns_keys *keys);

/* trial_end.c: the last lines of a trial, to who watches it. */
void daemon_trial_ended(struct daemon *d, oppo_id id, const struct oe_result *r);
/* cmd_oppo.c: the address of --oppothere NAME. */
void daemon_trial_name_answer(struct daemon *d, struct lookup *l, const struct adns_answer *a);

#endif
