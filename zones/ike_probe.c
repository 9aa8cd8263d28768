/* Sends one IKE_SA_INIT and waits for any answer. */
#include "zones/ike_probe.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "lib/loop.h"

enum {
	TRIES = 3, TRY_MS = 1000,
	PAYLOAD_SA = 33, PAYLOAD_KE = 34, PAYLOAD_NONCE = 40,
	VERSION_2 = 0x20, IKE_SA_INIT = 34, FLAG_INITIATOR = 0x08, FLAG_RESPONSE = 0x20, HEADER = 28,
};

static void
put_transform(struct wire_writer *w, bool last, uint8_t type, uint16_t id, uint16_t key_bits)
{
	wire_put_u8(w, last ? 0 : 3);
	wire_put_u8(w, 0);
	wire_put_u16(w, key_bits > 0 ? 12 : 8);
	wire_put_u8(w, type);
	wire_put_u8(w, 0);
	wire_put_u16(w, id);
	if (key_bits > 0) {
		wire_put_u16(w, 0x800e);	/* RFC 7296 3.3.5: key length */
		wire_put_u16(w, key_bits);
	}
}

/* One proposal, which pluto and most others take: AES-GCM, SHA2-256, X25519. */
static void
put_sa(struct wire_writer *w)
{
	size_t payload, proposal;

	wire_put_u8(w, PAYLOAD_KE);
	wire_put_u8(w, 0);
	payload = wire_begin_len16(w);
	wire_put_u16(w, 0);
	proposal = wire_begin_len16(w);
	wire_put(w, SPAN_OF(((const uint8_t[]){ 1, 1, 0, 3 })));
	put_transform(w, false, 1, 20, 256);
	put_transform(w, false, 2, 5, 0);
	put_transform(w, true, 4, 31, 0);
	wire_end_len16(w, proposal, 4);
	wire_end_len16(w, payload, 4);
}

static void
put_body(struct wire_writer *w, uint8_t next, struct span before, struct span body)
{
	size_t mark;

	wire_put_u8(w, next);
	wire_put_u8(w, 0);
	mark = wire_begin_len16(w);
	wire_put(w, before);
	wire_put(w, body);
	wire_end_len16(w, mark, 4);
}

void
ike_probe_write(struct wire_writer *w, const uint8_t spi[IKE_PROBE_SPI], const uint8_t random[64])
{
	static const uint8_t group[] = { 0, 31, 0, 0 };

	wire_put(w, span_of(spi, IKE_PROBE_SPI));
	wire_put_zeros(w, IKE_PROBE_SPI);
	wire_put(w, SPAN_OF(((const uint8_t[]){ PAYLOAD_SA, VERSION_2, IKE_SA_INIT, FLAG_INITIATOR })));
	wire_put_u32(w, 0);
	wire_put_u32(w, 0);
	put_sa(w);
	put_body(w, PAYLOAD_NONCE, SPAN_OF(group), span_of(random, 32));
	put_body(w, 0, span_of(NULL, 0), span_of(random + 32, 32));
	wire_patch_u32(w, HEADER - 4, (uint32_t)wire_written(w).len);
}

bool
ike_probe_answers(struct span datagram, const uint8_t spi[IKE_PROBE_SPI])
{
	struct wire_reader r = wire_reader(datagram);
	struct span own = wire_bytes(&r, IKE_PROBE_SPI, "SPI");

	uint8_t version, flags;

	wire_skip(&r, IKE_PROBE_SPI + 1, "SPI, next payload");
	version = wire_u8(&r, "version");
	wire_skip(&r, 1, "exchange");
	flags = wire_u8(&r, "flags");
	wire_skip(&r, 8, "message id, length");
	return wire_ok(&r) && span_eq(own, span_of(spi, IKE_PROBE_SPI)) &&
		((flags & FLAG_RESPONSE) != 0 || version >> 4 == 1);
}

/* One try. Of what strangers send meanwhile nothing counts. */
static int
wait_for(int fd, const uint8_t spi[IKE_PROBE_SPI], uint64_t until_ms)
{
	uint8_t buf[2048];

	for (;;) {
		int64_t left = (int64_t)(until_ms - monotonic_ms());
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n;

		if (left <= 0 || poll(&p, 1, (int)left) <= 0)
			return -ETIMEDOUT;
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n > 0 && ike_probe_answers(span_of(buf, (size_t)n), spi))
			return 0;
	}
}

static int
converse(int fd, const struct endpoint *to)
{
	uint8_t random[IKE_PROBE_SPI + 64], message[256];
	struct wire_writer w = wire_writer(message, sizeof(message));
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(to, &ss);
	uint64_t began = monotonic_ms();
	int rc = -ETIMEDOUT;

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random) ||
	    connect(fd, (struct sockaddr *)&ss, len) < 0)
		return -errno;
	ike_probe_write(&w, random, random + IKE_PROBE_SPI);
	for (int i = 0; i < TRIES && rc == -ETIMEDOUT; i++) {
		if (send(fd, message, wire_written(&w).len, 0) < 0)
			return -errno;
		rc = wait_for(fd, random, began + (uint64_t)(i + 1) * TRY_MS);
	}
	return rc < 0 ? rc : (int)(monotonic_ms() - began);
}

static int
udp_socket(const struct endpoint *to)
{
	return socket(to->addr.family == IP_V4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

bool
ike_probe_from(const struct endpoint *to, struct ip_addr *out)
{
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(to, &ss), room = sizeof(ss);
	int fd = udp_socket(to);
	struct endpoint from;
	bool ok = fd >= 0 && connect(fd, (struct sockaddr *)&ss, len) == 0 &&
		getsockname(fd, (struct sockaddr *)&ss, &room) == 0 &&
		endpoint_from_sockaddr((struct sockaddr *)&ss, &from);

	if (fd >= 0)
		close(fd);
	if (ok)
		*out = from.addr;
	return ok;
}

int
ike_probe(const struct endpoint *to)
{
	int fd = udp_socket(to);
	int rc = fd < 0 ? -errno : converse(fd, to);

	if (fd >= 0)
		close(fd);
	return rc;
}
