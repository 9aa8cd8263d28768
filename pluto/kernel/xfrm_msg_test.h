/* What the tests of XFRM messages share: values, and a look into a message. */
#ifndef PLUTO_KERNEL_XFRM_MSG_TEST_H
#define PLUTO_KERNEL_XFRM_MSG_TEST_H

#include "lib/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <string.h>

#include "pluto/kernel/xfrm_msg.h"
#include "pluto/wire/ike_const.h"

static _Alignas(8) char buf[XFRM_MSG_ROOM];
static const uint8_t key[64] = { 1, 2, 3, 4 };

static struct ip_addr
addr(const char *text)
{
	struct ip_addr a = { .family = IP_NONE };

	assert_true(ip_addr_parse(text, &a));
	return a;
}

static struct traffic_selector
net(const char *text)
{
	struct ip_prefix p;

	assert_true(ip_prefix_parse(text, &p));
	return ts_prefix(&p);
}

static struct kernel_sa
gcm(enum sa_direction dir)
{
	return (struct kernel_sa){ .dir = dir, .mode = MODE_TUNNEL, .spi = 0x1234,
		.local = { addr("192.0.2.1"), 4500 }, .remote = { addr("192.0.2.2"), 4501 },
		.sel = { net("192.0.2.1/32"), net("192.0.2.2/32") },
		.encr = ENCR_AES_GCM_16, .encr_bits = 256, .encr_key = { key, 36 } };
}

struct want { uint16_t type; const void *found; size_t len; };

static int
find(const struct nlattr *a, void *ctx)
{
	struct want *w = ctx;

	if (mnl_attr_get_type(a) == w->type) {
		w->found = mnl_attr_get_payload(a);
		w->len = mnl_attr_get_payload_len(a);
	}
	return MNL_CB_OK;
}

static const void *
attr(const struct nlmsghdr *h, size_t offset, uint16_t type)
{
	struct want w = { .type = type };

	mnl_attr_parse(h, (unsigned)offset, find, &w);
	return w.found;
}

#endif
