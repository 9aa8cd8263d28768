/* Informational exchanges: notifies, deletes, signs of life (RFC 2409 5.7, RFC
 * 3706). */
#ifndef PLUTO_IKEV1_INFO_H
#define PLUTO_IKEV1_INFO_H

#include "pluto/ikev1/inside.h"

struct v1_child;

void info_receive(struct isakmp *sa, const struct ike_hdr *h, struct span datagram,
		  const struct endpoint *local, const struct endpoint *remote);
/* NOTIFY, protected when there are keys that the peer has too; at a limited rate
 * when it answers a first message. */
void info_refuse(struct isakmp *sa, uint16_t notify);
/* INITIAL-CONTACT beside our proof, when there is no other SA with that peer. */
void info_put_contact(struct isakmp *sa, struct ike_build *b);
/* Deletes are one-way (RFC 2408 3.15): nobody waits for an answer. */
void info_delete_child(struct v1_child *c);
void info_delete_isakmp(struct isakmp *sa);
/* Asks for signs of life when nothing is heard, if both sides can (RFC 3706). */
void info_watch(struct isakmp *sa);

#endif
