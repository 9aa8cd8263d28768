/* AUTH: what is signed, with what, and who the peer is (RFC 7296 2.15, 2.16;
 * RFC 7427). */
#ifndef PLUTO_IKEV2_AUTH_H
#define PLUTO_IKEV2_AUTH_H

#include "pluto/ikev2/ike_step.h"

struct ident auth_local_id(const struct ike_sa *sa);
struct ident auth_remote_id(const struct ike_sa *sa);	/* as the connection expects it */

/* Our half of JOB: by signature or by shared secret. */
bool auth_prepare_proof(struct ike_sa *sa, struct job *j);
/* The peer's AUTH payload into JOB, with KEYS to try; by shared secret there are none. */
bool auth_prepare_verify(struct ike_sa *sa, struct job *j, const struct payload_list *in,
			 const struct pubkey *keys, unsigned n_keys, const char **why);
/* What each side's AUTH is about; owned, empty on failure. */
struct chunk auth_own_octets(const struct ike_sa *sa);
struct chunk auth_peer_octets(const struct ike_sa *sa, const struct payload_list *in);

/* auth_null.c: AUTH by nothing but the keys of this exchange (RFC 7619). Is the peer's
 * right? What is ours (owned; empty on failure)? */
bool auth_null_check(struct ike_sa *sa, const struct payload_list *in, const char **why);
struct chunk auth_null_ours(struct ike_sa *sa);

/* anonymous.c (RFC 7619 2.3, 3.3): what an unproven peer may not do. Would its
 * Child SA for SEL take the place of one whose peer is proven? */
bool anonymous_must_yield(struct ike_sa *sa, const struct selector *sel);
/* SA is up: an anonymous one has others like it checked for life, a proven one
 * closes the anonymous ones between its addresses. */
void anonymous_sort_out(struct ike_sa *sa);

/* The method of an AUTH payload; AUTH_NONE when it is malformed. */
uint8_t auth_method_of(const struct payload_list *in);
/* The keys to try: configured, or what the lookup gave. */
const struct pubkey *auth_peer_keys(const struct ike_sa *sa, unsigned *n);
bool auth_must_look_up(const struct ike_sa *sa);
void auth_ask_keys(struct ike_sa *sa);
/* Remembers and tells with which key the peer proved itself; NULL: with none. */
void auth_proved(struct ike_sa *sa, const struct pubkey *k);

/* Initiator: keys are there, IKE_AUTH goes out. */
void auth_begin(struct ike_sa *sa);
/* Responder: an IKE_AUTH before the keys; it waits for them. */
void auth_early(struct ike_sa *sa, const struct ike_msg *msg, const struct endpoint *local,
		const struct endpoint *remote);
/* Says in IKE_AUTH which of two SAs stays; notes whether the peer says the same. */
void twin_rule_say(struct ike_build *b);
void twin_rule_hear(struct ike_sa *sa, const struct payload_list *in);
/* key_hint.c: says in IKE_AUTH with which key we sign; what the peer says of its own,
 * for people: a fingerprint, or words that it says nothing. */
struct key_hint { char text[52]; };
void key_hint_say(struct ike_sa *sa, struct ike_build *b);
const char *key_hint_hear(const struct payload_list *in, struct key_hint *out);
/* After both sides have proved themselves: older SAs with the same peer go. */
void auth_replace_older(struct ike_sa *sa, bool initial_contact);
/* Twins were seen: after a while one side, then the other, removes all but one. */
void auth_settle_later(struct ike_sa *sa);

#endif
