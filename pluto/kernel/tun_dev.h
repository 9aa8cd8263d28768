/* The TUN device: made, configured, and gone when it is closed. */
#ifndef PLUTO_KERNEL_TUN_DEV_H
#define PLUTO_KERNEL_TUN_DEV_H

#include "pluto/kernel/marked_routes.h"
#include "pluto/kernel/planes.h"

enum { TUN_MAX_QUEUES = 4 };

struct tun_dev {
	char name[16];
	unsigned ifindex, queues;
	uint32_t mtu;
	int fds[TUN_MAX_QUEUES];	/* owned; one per queue */
	bool uso;		/* joined datagrams both ways (Linux 6.2) */
	struct marked_routes routes;
};

/* Device with queues and segmentation offload, MTU, up, rules and routes for
 * marked traffic. False with a sentence in ERR, and nothing left behind. */
bool tun_dev_open(struct tun_dev *d, const struct tun_config *cfg, char *err,
		  size_t errlen);
void tun_dev_close(struct tun_dev *d);

#endif
