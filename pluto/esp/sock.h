/* A UDP 4500 socket that the plane reads and sends on; its owner closes it. */
#ifndef PLUTO_ESP_SOCK_H
#define PLUTO_ESP_SOCK_H

#include "lib/addr.h"
#include "pluto/esp/qsbr.h"

struct esp_sock {
	struct qsbr_item item;
	int fd;			/* borrowed */
	struct endpoint local;
	bool wildcard;		/* bound to no address: say which one when sending */
	atomic_bool no_gso;	/* the kernel refused UDP_SEGMENT here */
	unsigned thread;	/* who reads it */
};

/* Prepares FD (GRO, TOS and arrival address with each datagram, buffers, "do
 * not fragment" while it fits) and wraps it; NULL when memory is out. free() */
struct esp_sock *esp_sock_new(int fd, const struct endpoint *local);
/* What the kernel knows now of the path, in bytes of outer IP packet, within
 * [576 or 1280, 65535]; 1500 when it cannot say. */
uint32_t esp_path_mtu(const struct ip_addr *local, const struct ip_addr *remote);

#endif
