/* From a data thread to the loop's thread: one bounded queue of records. */
#include "pluto/esp/event.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* As much as the loop's own sockets hold: a burst of IKE comes through here. */
enum { MAX_DATAGRAM = 65536, BATCH = 64, QUEUE_BYTES = 4 << 20 };

int
esp_event_pair(int fds[2])
{
	int size = QUEUE_BYTES;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC,
		       0, fds) != 0)
		return -errno;
	if (setsockopt(fds[1], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) != 0)
		(void)setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	return 0;
}

bool
esp_event_post(int fd, const struct esp_event *ev, struct span data)
{
	struct esp_event copy = *ev;
	/* sendmsg only reads, but its structure does not say so. */
	uint8_t *bytes = (uint8_t *)(uintptr_t)data.ptr;
	struct iovec iov[2] = {
		{ .iov_base = &copy, .iov_len = sizeof(copy) },
		{ .iov_base = bytes, .iov_len = data.len },
	};
	struct msghdr h = { .msg_iov = iov, .msg_iovlen = 2 };

	return sendmsg(fd, &h, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

static void
hand_out(const struct kernel_events *to, const struct esp_event *ev,
	 struct span data)
{
	switch (ev->type) {
	case ESP_EV_IKE:
		if (to->ike_datagram != NULL)
			to->ike_datagram(to->ctx, &ev->local, &ev->remote,
					 data);
		break;
	case ESP_EV_SOFT:
		if (to->sa_soft_limit != NULL)
			to->sa_soft_limit(to->ctx, ev->spi);
		break;
	case ESP_EV_UNKNOWN:
		if (to->unknown_spi != NULL)
			to->unknown_spi(to->ctx, ev->spi, &ev->remote);
		break;
	case ESP_EV_MOVED:
		if (to->peer_moved != NULL)
			to->peer_moved(to->ctx, ev->spi, &ev->remote);
		break;
	case ESP_EV_MTU:	/* for the plane itself */
		break;
	}
}

void
esp_event_drain(int fd, const struct kernel_events *to, esp_mtu_fn *on_mtu,
		void *mtu_ctx)
{
	static uint8_t data[MAX_DATAGRAM];	/* the loop has one thread */
	struct esp_event ev;
	struct iovec iov[2] = {
		{ .iov_base = &ev, .iov_len = sizeof(ev) },
		{ .iov_base = data, .iov_len = sizeof(data) },
	};

	for (int i = 0; i < BATCH; i++) {
		struct msghdr h = { .msg_iov = iov, .msg_iovlen = 2 };
		ssize_t n = recvmsg(fd, &h, MSG_DONTWAIT);

		if (n < (ssize_t)sizeof(ev))
			return;
		if (ev.type == ESP_EV_MTU)
			on_mtu(mtu_ctx, ev.spi, &ev.remote.addr, ev.mtu);
		hand_out(to, &ev, span_of(data, (size_t)n - sizeof(ev)));
	}
}
