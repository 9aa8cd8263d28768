/* From a data thread to the loop's thread: one bounded queue of records. */
#ifndef PLUTO_ESP_EVENT_H
#define PLUTO_ESP_EVENT_H

#include "pluto/kernel/kernel.h"

enum esp_event_type { ESP_EV_IKE, ESP_EV_SOFT, ESP_EV_UNKNOWN, ESP_EV_MOVED,
	ESP_EV_MTU };

struct esp_event {
	enum esp_event_type type;
	uint32_t spi, mtu;
	struct endpoint local, remote;
};

/* FDS[0] is the loop's end, FDS[1] the threads'; 0 or -errno. */
int esp_event_pair(int fds[2]);
/* False when the queue is full: the event is lost. DATA is for ESP_EV_IKE. */
bool esp_event_post(int fd, const struct esp_event *ev, struct span data);
/* A router wants smaller packets of the outbound SA. */
typedef void esp_mtu_fn(void *ctx, uint32_t spi, const struct ip_addr *remote,
			uint32_t mtu);
/* Hands out what waits, at most a batch. */
void esp_event_drain(int fd, const struct kernel_events *to,
		     esp_mtu_fn *on_mtu, void *mtu_ctx);

#endif
