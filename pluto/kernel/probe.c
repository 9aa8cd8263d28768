/* Does this kernel have ESP? Asked by installing a throw-away XFRM SA. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "pluto/kernel/planes.h"

enum { KEY_BYTES = 20, ICV_BITS = 128, PATIENCE_S = 2 };
enum { PROBE_SRC = 0xc0000201, PROBE_DST = 0xc0000202 };	/* RFC 5737 */

struct aead {			/* struct xfrm_algo_aead with room for a key */
	char name[64];
	uint32_t key_bits, icv_bits;
	uint8_t key[KEY_BYTES];
};

static void
put_sa(struct nlmsghdr *h, uint32_t spi)
{
	struct xfrm_usersa_info *x = mnl_nlmsg_put_extra_header(h, sizeof(*x));
	struct aead a = { .name = "rfc4106(gcm(aes))",
			  .key_bits = KEY_BYTES * 8, .icv_bits = ICV_BITS };

	x->id.daddr.a4 = htonl(PROBE_DST);
	x->id.spi = htonl(spi);
	x->id.proto = IPPROTO_ESP;
	x->saddr.a4 = htonl(PROBE_SRC);
	x->family = AF_INET;
	x->mode = XFRM_MODE_TUNNEL;
	x->lft.soft_byte_limit = x->lft.hard_byte_limit = XFRM_INF;
	x->lft.soft_packet_limit = x->lft.hard_packet_limit = XFRM_INF;
	(void)!getrandom(a.key, sizeof(a.key), GRND_NONBLOCK);
	mnl_attr_put(h, XFRMA_ALG_AEAD, sizeof(a), &a);
}

static void
put_id(struct nlmsghdr *h, uint32_t spi)
{
	struct xfrm_usersa_id *x = mnl_nlmsg_put_extra_header(h, sizeof(*x));

	x->daddr.a4 = htonl(PROBE_DST);
	x->spi = htonl(spi);
	x->family = AF_INET;
	x->proto = IPPROTO_ESP;
}

static bool
ask(struct mnl_socket *nl, uint16_t type, uint32_t spi)
{
	_Alignas(8) char buf[4096] = { 0 };
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	ssize_t n;

	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	h->nlmsg_seq = type;
	if (type == XFRM_MSG_NEWSA)
		put_sa(h, spi);
	else
		put_id(h, spi);
	if (mnl_socket_sendto(nl, h, h->nlmsg_len) < 0)
		return false;
	n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
	return n > 0 && mnl_cb_run(buf, (size_t)n, type,
				   mnl_socket_get_portid(nl), NULL, NULL) >= 0;
}

bool
kernel_has_esp(void)
{
	struct timeval patience = { .tv_sec = PATIENCE_S };
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_XFRM, SOCK_CLOEXEC);
	uint32_t spi = 0;
	bool has = false;

	if (nl == NULL)
		return false;
	(void)!getrandom(&spi, sizeof(spi), GRND_NONBLOCK);
	spi |= 0x80000000;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) == 0 &&
	    setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_RCVTIMEO,
		       &patience, sizeof(patience)) == 0) {
		has = ask(nl, XFRM_MSG_NEWSA, spi);
		if (has)
			(void)ask(nl, XFRM_MSG_DELSA, spi);
	}
	mnl_socket_close(nl);
	return has;
}
