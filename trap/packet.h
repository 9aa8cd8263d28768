/* From the first bytes of an IP packet to the flow it belongs to. */
#ifndef TRAP_PACKET_H
#define TRAP_PACKET_H

#include "lib/addr.h"
#include "lib/span.h"

enum { PACKET_ENOUGH = 512 };	/* bytes worth copying; more tell nothing new */

/* Fills OUT from PACKET, which may be cut short after the addresses. Fragments
 * other than the first, and packets cut before the ports, have ports 0; an
 * IPv6 extension chain that is cut, odd or longer than eight headers leaves
 * ip_proto 0. False with *ERR when even the addresses cannot be had. */
bool packet_flow(struct span packet, struct flow *out, const char **err);

#endif
