/* The user-space plane, ESP and AH: SAs, data threads and sockets put together.
 * Everything here is called on the loop's thread. */
#ifndef PLUTO_ESP_PLANE_H
#define PLUTO_ESP_PLANE_H

#include "pluto/kernel/kernel.h"

struct esp_plane;

struct esp_plane_totals {	/* since the start, all threads */
	uint64_t from_tun, to_tun, no_sa, bad_packet, dropped, too_big,
		datagrams, unknown_spi, malformed, ike, keepalives,
		events_lost, tun_errors;
};

/* The MTU of the device by which outer packets leave for REMOTE. */
typedef uint32_t esp_route_mtu_fn(void *ctx, const struct ip_addr *remote);

struct esp_plane_config {
	/* The queues of a TUN device with IFF_VNET_HDR, which do not block and
	 * stay the caller's; a thread each. */
	const int *tun_fds;
	unsigned queues;
	bool uso;	/* the device takes joined datagrams */
	const struct kernel_events *events;	/* copied */
	esp_route_mtu_fn *route_mtu;
	void *route_ctx;
};

/* 0 or -errno. */
int esp_plane_new(struct loop *l, const struct esp_plane_config *cfg,
		  struct esp_plane **out);
void esp_plane_free(struct esp_plane *p);

/* As in struct kernel_ops. */
int esp_plane_add(struct esp_plane *p, const struct kernel_sa *ks);
int esp_plane_del(struct esp_plane *p, enum sa_direction dir, uint32_t spi,
		  const struct ip_addr *remote);
int esp_plane_move(struct esp_plane *p, enum sa_direction dir, uint32_t spi,
		   const struct ip_addr *old_remote,
		   const struct endpoint *local, const struct endpoint *remote);
bool esp_plane_counters(struct esp_plane *p, enum sa_direction dir,
			uint32_t spi, const struct ip_addr *remote,
			struct sa_counters *out);
int esp_plane_take_socket(struct esp_plane *p, int fd,
			  const struct endpoint *local);
/* A raw socket of AH (esp_sock_open_ah), the caller's until the plane is freed. */
int esp_plane_take_ah(struct esp_plane *p, int fd, enum ip_family family);
/* The CPI of an inbound SA; 0: none. */
uint16_t esp_plane_cpi(const struct esp_plane *p, uint32_t spi_in);
/* On return no thread touches a socket any more. */
void esp_plane_drop_sockets(struct esp_plane *p);
void esp_plane_drop_socket(struct esp_plane *p, const struct endpoint *local);
void esp_plane_totals(const struct esp_plane *p, struct esp_plane_totals *out);

#endif
