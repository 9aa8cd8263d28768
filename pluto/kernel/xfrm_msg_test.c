/* XFRM messages carry what was meant: addresses by direction, truncations,
 * windows, encapsulation, limits, priorities. */
#include "pluto/kernel/xfrm_msg_test.h"

#include "lib/marks.h"

static const struct xfrm_usersa_info *
put(const struct kernel_sa *sa, struct nlmsghdr **h)
{
	const struct xfrm_sa_more more = { .reqid = XFRM_REQID_FIRST + 7 };

	memset(buf, 0, sizeof(buf));
	*h = mnl_nlmsg_put_header(buf);
	assert_int_equal(xfrm_put_sa(*h, sa, &more), 0);
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
	assert_int_equal(x->flags & (XFRM_STATE_ESN | XFRM_STATE_NOPMTUDISC), 0);
	assert_null(attr(h, sizeof(*x), XFRMA_ENCAP));
	assert_null(attr(h, sizeof(*x), XFRMA_SET_MARK));
	assert_null(attr(h, sizeof(*x), XFRMA_IF_ID));
	assert_true(x->lft.hard_packet_limit == XFRM_INF && x->lft.hard_byte_limit == XFRM_INF);
	assert_int_equal(x->lft.hard_add_expires_seconds, 0);
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
	sa.encap_udp = sa.clear_df = true;
	sa.esn = true;
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
	assert_int_not_equal(x->flags & XFRM_STATE_NOPMTUDISC, 0);
	/* Our own ESP goes past the trap. */
	assert_int_equal(*(const uint32_t *)attr(h, sizeof(*x), XFRMA_SET_MARK), MARK_BYPASS);
	assert_int_equal(*(const uint32_t *)attr(h, sizeof(*x), XFRMA_SET_MARK_MASK), MARK_MASK);
}

static const struct algorithm {
	uint16_t encr, bits, integ;
	uint8_t key, integ_key;
	const char *cipher, *hash;
	unsigned icv_bits;
} algorithms[] = {
	{ ENCR_AES_GCM_8, 128, 0, 20, 0, "rfc4106(gcm(aes))", NULL, 64 },
	{ ENCR_AES_GCM_12, 192, 0, 28, 0, "rfc4106(gcm(aes))", NULL, 96 },
	{ ENCR_AES_CCM_16, 256, 0, 35, 0, "rfc4309(ccm(aes))", NULL, 128 },
	{ ENCR_CHACHA20_POLY1305, 0, 0, 36, 0, "rfc7539esp(chacha20,poly1305)", NULL, 128 },
	{ ENCR_3DES, 0, INTEG_HMAC_MD5_96, 24, 16, "cbc(des3_ede)", "hmac(md5)", 96 },
	{ ENCR_NULL, 0, INTEG_HMAC_SHA1_96, 0, 20, "ecb(cipher_null)", "hmac(sha1)", 96 },
	{ ENCR_AES_CTR, 128, INTEG_HMAC_SHA2_384_192, 20, 48, "rfc3686(ctr(aes))",
	  "hmac(sha384)", 192 },
	{ ENCR_AES_CBC, 256, INTEG_HMAC_SHA2_512_256, 32, 64, "cbc(aes)", "hmac(sha512)", 256 },
};

static void
test_algorithms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(*algorithms); i++) {
		const struct algorithm *w = &algorithms[i];
		struct kernel_sa sa = gcm(SA_IN);
		struct nlmsghdr *h;
		const struct xfrm_usersa_info *x;
		const struct xfrm_algo_aead *aead;
		const struct xfrm_algo_auth *auth;
		const struct xfrm_algo *crypt;

		sa.encr = w->encr;
		sa.encr_bits = w->bits;
		sa.integ = w->integ;
		sa.encr_key = span_of(key, w->key);
		sa.integ_key = span_of(key, w->integ_key);
		x = put(&sa, &h);
		aead = attr(h, sizeof(*x), XFRMA_ALG_AEAD);
		auth = attr(h, sizeof(*x), XFRMA_ALG_AUTH_TRUNC);
		crypt = attr(h, sizeof(*x), XFRMA_ALG_CRYPT);
		if (w->hash == NULL) {
			assert_true(aead != NULL && auth == NULL && crypt == NULL);
			assert_string_equal(aead->alg_name, w->cipher);
			assert_int_equal(aead->alg_icv_len, w->icv_bits);
			continue;
		}
		assert_true(aead == NULL && auth != NULL && crypt != NULL);
		assert_string_equal(crypt->alg_name, w->cipher);
		assert_int_equal(crypt->alg_key_len, w->key * 8);
		assert_string_equal(auth->alg_name, w->hash);
		assert_int_equal(auth->alg_trunc_len, w->icv_bits);
	}
}

static void
test_ah(void **state)
{
	struct kernel_sa sa = gcm(SA_IN);
	struct nlmsghdr *h;
	const struct xfrm_usersa_info *x;

	(void)state;
	sa.protocol = SA_AH;
	sa.integ = INTEG_HMAC_SHA2_256_128;
	sa.integ_key = span_of(key, 32);
	x = put(&sa, &h);
	assert_int_equal(x->id.proto, IPPROTO_AH);
	assert_null(attr(h, sizeof(*x), XFRMA_ALG_AEAD));
	assert_non_null(attr(h, sizeof(*x), XFRMA_ALG_AUTH_TRUNC));
	/* RFC 4302 2.6: padded to 4 bytes in IPv4, to 8 in IPv6. */
	assert_int_not_equal(x->flags & XFRM_STATE_ALIGN4, 0);
	sa.local.addr = addr("2001:db8::1");
	sa.remote.addr = addr("2001:db8::2");
	x = put(&sa, &h);
	assert_int_equal(x->flags & XFRM_STATE_ALIGN4, 0);
}

/* In a bundle the IPComp SA is the tunnel, and the ESP around it is not. */
static void
test_ipcomp(void **state)
{
	const struct xfrm_sa_more more = { .reqid = XFRM_REQID_FIRST + 7, .if_id = 3 };
	struct kernel_sa sa = gcm(SA_OUT);
	struct nlmsghdr *h;
	const struct xfrm_usersa_info *x;
	const struct xfrm_algo *a;

	(void)state;
	sa.cpi = 0x0abc;
	x = put(&sa, &h);
	assert_int_equal(x->mode, XFRM_MODE_TRANSPORT);
	memset(buf, 0, sizeof(buf));
	h = mnl_nlmsg_put_header(buf);
	x = mnl_nlmsg_get_payload(h);
	xfrm_put_ipcomp(h, &sa, &more);
	a = attr(h, sizeof(*x), XFRMA_ALG_COMP);
	assert_int_equal(x->mode, XFRM_MODE_TUNNEL);
	assert_int_equal(x->id.proto, IPPROTO_COMP);
	assert_int_equal(x->id.spi, htonl(0x0abc));
	assert_non_null(a);
	assert_string_equal(a->alg_name, "deflate");
	assert_int_equal(*(const uint32_t *)attr(h, sizeof(*x), XFRMA_IF_ID), 3);
}

static void
test_limits(void **state)
{
	struct kernel_sa sa = gcm(SA_IN);
	struct nlmsghdr *h;
	const struct xfrm_usersa_info *x;

	(void)state;
	sa.soft_packets = 10;
	sa.hard_packets = 20;
	sa.soft_bytes = 1000;
	sa.hard_bytes = 2000;
	sa.soft_s = 30;
	sa.hard_s = 40;
	x = put(&sa, &h);
	assert_int_equal(x->lft.soft_packet_limit, 10);
	assert_int_equal(x->lft.hard_packet_limit, 20);
	assert_int_equal(x->lft.soft_byte_limit, 1000);
	assert_int_equal(x->lft.hard_byte_limit, 2000);
	assert_int_equal(x->lft.soft_add_expires_seconds, 30);
	assert_int_equal(x->lft.hard_add_expires_seconds, 40);
}

static void
test_offload(void **state)
{
	struct xfrm_sa_more more = { .reqid = 1, .offload = true, .ifindex = 9 };
	struct kernel_sa sa = gcm(SA_IN);
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	const struct xfrm_user_offload *o;

	(void)state;
	assert_int_equal(xfrm_put_sa(h, &sa, &more), 0);
	o = attr(h, sizeof(struct xfrm_usersa_info), XFRMA_OFFLOAD_DEV);
	assert_non_null(o);
	assert_int_equal(o->ifindex, 9);
	assert_int_equal(o->flags, XFRM_OFFLOAD_INBOUND);
}

static void
test_spi_request(void **state)
{
	const struct xfrm_sa_name n = { addr("192.0.2.1"), 0x51234567, IPPROTO_ESP };
	struct ip_addr src = addr("192.0.2.2");
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	const struct xfrm_userspi_info *x = mnl_nlmsg_get_payload(h);

	(void)state;
	xfrm_put_spi_request(h, &n, &src);
	assert_int_equal(x->min, 0x51234567);
	assert_int_equal(x->max, 0x51234567);
	assert_int_equal(x->info.reqid, XFRM_REQID_FIRST);
	assert_memory_equal(&x->info.id.daddr, n.dst.bytes, 4);
	assert_memory_equal(&x->info.saddr, src.bytes, 4);
}

/* The copy has keys and numbers of the old SA, a margin of numbers on its way
 * out, the rest of its limits, and the new place. */
static void
test_copy(void **state)
{
	static _Alignas(8) char other[XFRM_MSG_ROOM];
	const struct xfrm_place to = { SA_OUT, { addr("192.0.2.1"), 4500 },
		{ addr("192.0.2.77"), 999 }, true };
	struct kernel_sa sa = gcm(SA_OUT);
	struct nlmsghdr *h, *c = mnl_nlmsg_put_header(other);
	const struct xfrm_usersa_info *x = mnl_nlmsg_get_payload(c);
	const struct xfrm_encap_tmpl *e;
	const struct xfrm_replay_state_esn *w;
	struct xfrm_usersa_info *old;

	(void)state;
	sa.encap_udp = true;
	sa.hard_packets = 100;
	sa.hard_s = 50;
	old = (struct xfrm_usersa_info *)put(&sa, &h);
	old->curlft.packets = 40;
	old->curlft.add_time = 1000;
	xfrm_put_copy(c, h, &to, 1020);
	e = attr(c, sizeof(*x), XFRMA_ENCAP);
	w = attr(c, sizeof(*x), XFRMA_REPLAY_ESN_VAL);
	assert_memory_equal(&x->id.daddr, to.remote.addr.bytes, 4);
	assert_memory_equal(&x->saddr, sa.local.addr.bytes, 4);
	assert_int_equal(x->lft.hard_packet_limit, 60);
	assert_int_equal(x->lft.hard_add_expires_seconds, 30);
	assert_true(e != NULL && w != NULL && attr(c, sizeof(*x), XFRMA_ALG_AEAD) != NULL);
	assert_int_equal(e->encap_dport, htons(999));
	assert_int_equal(w->oseq, 1024);
}

static void
test_refused(void **state)
{
	const struct xfrm_sa_more more = { .reqid = XFRM_REQID_FIRST + 7 };
	struct kernel_sa sa = gcm(SA_IN);

	(void)state;
	sa.encr_key.len = 32;		/* no salt */
	assert_int_equal(xfrm_put_sa(mnl_nlmsg_put_header(buf), &sa, &more), -EOPNOTSUPP);
	sa = gcm(SA_IN);
	sa.encr_bits = 160;
	assert_int_equal(xfrm_put_sa(mnl_nlmsg_put_header(buf), &sa, &more), -EOPNOTSUPP);
	sa = gcm(SA_IN);
	sa.remote.addr = addr("2001:db8::2");
	assert_int_equal(xfrm_put_sa(mnl_nlmsg_put_header(buf), &sa, &more), -EOPNOTSUPP);
	sa = gcm(SA_IN);		/* AH passes no NAT, in UDP or not */
	sa.protocol = SA_AH;
	sa.integ = INTEG_HMAC_SHA1_96;
	sa.integ_key = span_of(key, 20);
	sa.encap_udp = true;
	assert_int_equal(xfrm_put_sa(mnl_nlmsg_put_header(buf), &sa, &more), -EOPNOTSUPP);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gcm),
		cmocka_unit_test(test_cbc_and_encap),
		cmocka_unit_test(test_algorithms),
		cmocka_unit_test(test_ah),
		cmocka_unit_test(test_ipcomp),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_offload),
		cmocka_unit_test(test_spi_request),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
