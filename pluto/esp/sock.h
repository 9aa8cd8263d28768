/* A UDP 4500 socket, or a raw one of AH, that the plane reads and sends on; its owner closes it. */
#ifndef PLUTO_ESP_SOCK_H
#define PLUTO_ESP_SOCK_H

#include "lib/addr.h"
#include "pluto/esp/qsbr.h"

struct esp_sock {
	struct qsbr_item item;
	int fd;			/* borrowed */
	struct endpoint local;
	bool raw;		/* AH: whole IP packets leave, and IPv4's come */
	bool wildcard;		/* bound to no address: say which one when sending */
	atomic_bool no_gso;	/* the kernel refused UDP_SEGMENT here */
	unsigned thread;	/* who reads it */
};

/* Prepares FD (GRO, TOS and arrival address with each datagram, ICMP errors,
 * buffers, "do not fragment") and wraps it; NULL when memory is out. free() */
struct esp_sock *esp_sock_new(int fd, const struct endpoint *local);

/* A raw socket of AH for packets of FAMILY, open, not yet wrapped; -errno. */
int esp_sock_open_ah(enum ip_family family);
/* Wraps it; NULL when memory is out. free() */
struct esp_sock *esp_sock_new_ah(int fd, enum ip_family family);

/* May what is sent be fragmented? At first it may not. */
void esp_sock_fragments(const struct esp_sock *s, bool may);

struct esp_path_report {	/* a router says: this packet was too big for me */
	uint32_t spi, mtu;
	struct endpoint remote;
};
/* The next ICMP error of the socket. False when there is none left; mtu is 0
 * when it is about something else. */
bool esp_sock_error(const struct esp_sock *s, struct esp_path_report *out);

#endif
