/* The Internet checksum (RFC 1071), fast enough to run over every payload. */
#ifndef PLUTO_ESP_CSUM_H
#define PLUTO_ESP_CSUM_H

#include <stddef.h>
#include <stdint.h>

/* Adds LEN bytes to a running sum, which is in memory order and not folded.
 * An odd LEN is only right for the last piece. */
uint64_t csum_add(uint64_t sum, const uint8_t *p, size_t len);
/* Adds one 16-bit value given in host order. */
uint64_t csum_add16(uint64_t sum, uint16_t v);
/* Folds to 16 bits in memory order, without the final complement. */
uint16_t csum_fold(uint64_t sum);
/* Stores the folded sum, or its complement, at P. */
void csum_put(uint8_t *p, uint64_t sum);
void csum_put_final(uint8_t *p, uint64_t sum);
/* The pseudo-header of an IPv4 or IPv6 packet at IP, for LEN bytes of PROTO. */
uint64_t csum_pseudo(const uint8_t *ip, uint8_t proto, uint32_t len);

#endif
