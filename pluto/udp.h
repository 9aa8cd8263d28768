/* UDP ports 500 and 4500, one socket for each local address. */
#ifndef PLUTO_UDP_H
#define PLUTO_UDP_H

#include "pluto/interfaces.h"
#include "pluto/kernel/kernel.h"

struct udp;

typedef void udp_datagram_fn(void *ctx, const struct endpoint *local,
			     const struct endpoint *remote, struct span datagram);

/* Binds PORT and 4500 on every address that is served. The data plane, when it
 * wants to, reads the 4500 sockets (kernel_ops.take_natt_socket). NULL with a
 * sentence in ERR, -EADDRINUSE in *WHY when the port is taken. */
struct udp *udp_open(struct loop *l, const struct local_addrs *addrs, uint16_t port,
		     const struct kernel *kernel, udp_datagram_fn *fn, void *ctx,
		     int *why, char *err, size_t errlen);
/* Opens what is served now and was not, closes what is no longer; the rest stays
 * as it is. What cannot be opened is told and left out. */
void udp_update(struct udp *u, const struct local_addrs *addrs);
void udp_close(struct udp *u);
/* DATAGRAM without the non-ESP marker; from port 4500 it is added here
 * (RFC 3948 2.2). Fails silently: IKE retransmits. */
void udp_send(struct udp *u, const struct endpoint *local, const struct endpoint *remote,
	      struct span datagram);
/* The one octet of a NAT keepalive (RFC 3948 2.3). */
void udp_keepalive(struct udp *u, const struct endpoint *local, const struct endpoint *remote);
unsigned udp_count(const struct udp *u);	/* addresses served */

#endif
