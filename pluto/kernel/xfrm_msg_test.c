/* XFRM messages carry what was meant: addresses by direction, truncations,
 * windows, encapsulation, priorities. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/xfrm.h>
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

static const struct xfrm_usersa_info *
put(const struct kernel_sa *sa, struct nlmsghdr **h)
{
	memset(buf, 0, sizeof(buf));
	*h = mnl_nlmsg_put_header(buf);
	assert_int_equal(xfrm_put_sa(*h, sa, XFRM_REQID_FIRST + 7), 0);
	return mnl_nlmsg_get_payload(*h);
}

static void
test_gcm(void **state)
{
	struct kernel_sa sa = gcm(SA_IN);
	struct nlmsghdr *h;
	const struct xfrm_usersa_info *x = put(&sa, &h);
	const struct xfrm_algo_aead *a = attr(h, sizeof(*x), XFRMA_ALG_AEAD);
	const struct xfrm_replay_state_esn *w = attr(h, sizeof(*x), XFRMA_REPLAY_ESN_VAL);

	(void)state;
	assert_int_equal(x->id.spi, htonl(0x1234));
	assert_memory_equal(&x->id.daddr, sa.local.addr.bytes, 4);
	assert_memory_equal(&x->saddr, sa.remote.addr.bytes, 4);
	assert_int_equal(x->reqid, XFRM_REQID_FIRST + 7);
	assert_non_null(a);
	assert_string_equal(a->alg_name, "rfc4106(gcm(aes))");
	assert_int_equal(a->alg_key_len, 36 * 8);
	assert_int_equal(a->alg_icv_len, 128);
	assert_memory_equal(a->alg_key, key, 36);
	assert_non_null(w);
	assert_int_equal(w->replay_window, 1024);
	assert_int_equal(w->bmp_len, 32);
	assert_int_equal(x->flags & XFRM_STATE_ESN, 0);
	assert_null(attr(h, sizeof(*x), XFRMA_ENCAP));
}

static void
test_cbc_and_encap(void **state)
{
	struct kernel_sa sa = gcm(SA_OUT);
	struct nlmsghdr *h;
	const struct xfrm_usersa_info *x;
	const struct xfrm_algo_auth *a;
	const struct xfrm_encap_tmpl *e;

	(void)state;
	sa.encr = ENCR_AES_CBC;
	sa.encr_bits = 128;
	sa.encr_key.len = 16;
	sa.integ = INTEG_HMAC_SHA2_256_128;
	sa.integ_key = span_of(key, 32);
	sa.encap_udp = sa.esn = true;
	x = put(&sa, &h);
	a = attr(h, sizeof(*x), XFRMA_ALG_AUTH_TRUNC);
	e = attr(h, sizeof(*x), XFRMA_ENCAP);
	assert_memory_equal(&x->id.daddr, sa.remote.addr.bytes, 4);
	assert_non_null(a);
	assert_string_equal(a->alg_name, "hmac(sha256)");
	assert_int_equal(a->alg_trunc_len, 128);
	assert_non_null(attr(h, sizeof(*x), XFRMA_ALG_CRYPT));
	assert_non_null(e);
	assert_int_equal(e->encap_sport, htons(4500));
	assert_int_equal(e->encap_dport, htons(4501));
	assert_int_not_equal(x->flags & XFRM_STATE_ESN, 0);
	/* The peer's NAT gives it another port. */
	sa.remote.port = 999;
	assert_int_equal(xfrm_readdress_sa(h, SA_OUT, &sa.local, &sa.remote), 0);
	assert_int_equal(e->encap_dport, htons(999));
}

static void
test_refused(void **state)
{
	struct kernel_sa sa = gcm(SA_IN);
	struct xfrm_rule r = { .dir = XFRM_POLICY_OUT, .rank = KERNEL_RANK_OE,
		.sel = sa.sel, .local = sa.local.addr, .remote = sa.remote.addr };

	(void)state;
	sa.encr_key.len = 32;		/* no salt */
	assert_int_equal(xfrm_put_sa(mnl_nlmsg_put_header(buf), &sa, 1), -EOPNOTSUPP);
	r.sel.remote.addr_hi = addr("192.0.2.4");	/* .2-.4 is no prefix */
	assert_int_equal(xfrm_put_policy(mnl_nlmsg_put_header(buf), &r), -EOPNOTSUPP);
	r.sel.remote = sa.sel.remote;
	r.sel.remote.port_lo = 5;			/* nor is 5-65535 a port */
	assert_int_equal(xfrm_put_policy(mnl_nlmsg_put_header(buf), &r), -EOPNOTSUPP);
}

static void
test_policy(void **state)
{
	struct kernel_sa sa = gcm(SA_IN);
	struct xfrm_rule r = { .dir = XFRM_POLICY_IN, .rank = KERNEL_RANK_OE,
		.sel = { net("10.1.0.0/16"), net("10.2.3.0/24") }, .mode = MODE_TUNNEL,
		.local = sa.local.addr, .remote = sa.remote.addr, .reqid = 9, .spi = 0 };
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	const struct xfrm_userpolicy_info *x = mnl_nlmsg_get_payload(h);
	const struct xfrm_user_tmpl *t;

	(void)state;
	assert_int_equal(xfrm_put_policy(h, &r), 0);
	t = attr(h, sizeof(*x), XFRMA_TMPL);
	assert_int_equal(x->sel.prefixlen_s, 24);
	assert_int_equal(x->sel.prefixlen_d, 16);
	assert_memory_equal(&x->sel.saddr, r.sel.remote.addr_lo.bytes, 4);
	assert_non_null(t);
	assert_memory_equal(&t->saddr, r.remote.bytes, 4);
	assert_memory_equal(&t->id.daddr, r.local.bytes, 4);
	assert_int_equal(t->reqid, 9);
	assert_int_equal(t->optional, 0);
}

static void
test_priority(void **state)
{
	const struct selector wide = { net("::/0"), net("::/0") };
	const struct selector host = { net("2001:db8::1/128"), net("2001:db8::2/128") };
	const struct selector wider = { net("2001:db8::1/128"), net("2001:db8::/64") };
	struct selector tcp = host;

	(void)state;
	tcp.local.ip_proto = tcp.remote.ip_proto = 6;
	/* Rank counts before anything else. */
	for (unsigned rank = KERNEL_RANK_EXEMPT; rank < KERNEL_RANK_DEFAULT; rank++)
		assert_true(xfrm_priority((enum kernel_rank)rank, &wide)
			    < xfrm_priority((enum kernel_rank)(rank + 1), &tcp));
	assert_true(xfrm_priority(KERNEL_RANK_OE, &host) < xfrm_priority(KERNEL_RANK_OE, &wider));
	assert_true(xfrm_priority(KERNEL_RANK_OE, &tcp) < xfrm_priority(KERNEL_RANK_OE, &host));
}

static void
test_exemption(void **state)
{
	struct xfrm_rule in = xfrm_exemption(XFRM_POLICY_IN, 135);
	struct xfrm_rule out = xfrm_exemption(XFRM_POLICY_OUT, 136);
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	const struct xfrm_userpolicy_info *x = mnl_nlmsg_get_payload(h);

	(void)state;
	assert_int_equal(xfrm_put_policy(h, &in), 0);
	assert_int_equal(x->sel.sport, htons(135));
	assert_int_equal(x->sel.dport_mask, 0);
	assert_null(attr(h, sizeof(*x), XFRMA_TMPL));
	/* By this one number the sweep knows them. */
	assert_int_equal(xfrm_priority(in.rank, &in.sel), xfrm_priority(out.rank, &out.sel));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gcm),
		cmocka_unit_test(test_cbc_and_encap),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_priority),
		cmocka_unit_test(test_exemption),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
