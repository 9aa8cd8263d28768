/* What crosses between the inner and the outer IP header (RFC 4301 5.1.2,
 * RFC 6040): the ECN field, DSCP and "do not fragment". */
#ifndef PLUTO_ESP_ECN_H
#define PLUTO_ESP_ECN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ecn { ECN_NOT_ECT = 0, ECN_ECT1 = 1, ECN_ECT0 = 2, ECN_CE = 3, ECN_MASK = 3 };

/* TOS or traffic class for the outer header: DSCP copied, ECN in normal mode. */
uint8_t ecn_encap(uint8_t inner_tos);
/* The inner field after decapsulation, or -1: drop the packet. */
int ecn_decap(uint8_t inner_tos, uint8_t outer_tos);
/* Writes a new ECN field into an IPv4 or IPv6 header, checksum included. */
void ecn_set(uint8_t *ip, uint8_t ecn);

/* What to do with an inner packet that is larger than the pair's MTU. */
enum too_big {
	TOO_BIG_REPORT,		/* drop it and tell its sender */
	TOO_BIG_FRAGMENT,	/* fragment it, then seal each piece */
};
enum too_big df_policy(uint8_t ip_version, bool df);

#endif
