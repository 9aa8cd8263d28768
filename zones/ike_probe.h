/* Does somebody speak IKE there? One first message of IKEv2, and no more. */
#ifndef ZONES_IKE_PROBE_H
#define ZONES_IKE_PROBE_H

#include "lib/addr.h"
#include "lib/wire.h"

enum { IKE_PROBE_SPI = 8 };

/* An IKE_SA_INIT request (RFC 7296 1.2) with SPI and 64 octets of RANDOM. */
void ike_probe_write(struct wire_writer *w, const uint8_t spi[IKE_PROBE_SPI], const uint8_t random[64]);
/* Is it an answer to the request with SPI? Whatever it answers, somebody is there; but the
 * request itself, sent back, is none. */
bool ike_probe_answers(struct span datagram, const uint8_t spi[IKE_PROBE_SPI]);
/* The address from which this host sends there; false: it has none. */
bool ike_probe_from(const struct endpoint *to, struct ip_addr *out);
/* Sends it up to three times, a second apart. Milliseconds until the answer; -ETIMEDOUT, or
 * what the system says (-ECONNREFUSED: the host is there, and nothing listens). */
int ike_probe(const struct endpoint *to);

#endif
