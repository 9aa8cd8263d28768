/* One-way notifications outside an IKE SA (RFC 7296 1.5): hints, sent rarely and
 * believed little. */
#ifndef PLUTO_IKEV2_UNPROTECTED_H
#define PLUTO_IKEV2_UNPROTECTED_H

#include "pluto/ikev2/engine.h"
#include "pluto/wire/ike_msg.h"

/* Answers a request of header TO with the error NOTIFY; at most one a second,
 * never to a response, and never with more octets than TO's message has. */
void unprotected_answer(struct ike_engine *e, const struct ike_hdr *to,
			const struct endpoint *local, const struct endpoint *remote,
			uint16_t notify);
/* The peer says INVALID_SPI of an SA that we send by: is it still there? False
 * when MSG says nothing of the kind. */
bool unprotected_invalid_spi(struct ike_engine *e, const struct ike_msg *msg,
			     const struct endpoint *remote);

#endif
