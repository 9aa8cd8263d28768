/* A datagram of IKE in a line for people: exchange, direction, payloads. */
#ifndef PLUTO_WIRE_DESCRIBE_H
#define PLUTO_WIRE_DESCRIBE_H

#include "lib/span.h"

/* "IKEv2 IKE_SA_INIT request 0: SA KE Ni N N, 296 bytes"; of what is encrypted
 * only SK, or "encrypted", is seen. Whatever comes, a line is made of it; OUT is
 * truncated to fit. */
const char *ike_describe(struct span datagram, char *out, size_t outlen);

#endif
