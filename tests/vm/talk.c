/* Planes on west and east, and SAs between them, for the tests of the XFRM plane. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "pluto/wire/ike_const.h"
#include "tests/vm/plane.h"

struct bench bench;
static const uint8_t key[64] = { 9, 8, 7, 6, 5, 4, 3, 2, 1 };

#define AEAD(name, id, bits, len) { name, SA_ESP, id, bits, 0, len, 0, true }
const struct suite suites[] = {
	AEAD("AES-GCM 128", ENCR_AES_GCM_16, 128, 20),
	AEAD("AES-GCM 192", ENCR_AES_GCM_16, 192, 28),
	AEAD("AES-GCM 256", ENCR_AES_GCM_16, 256, 36),
	AEAD("AES-GCM 256, ICV of 12", ENCR_AES_GCM_12, 256, 36),
	AEAD("AES-GCM 256, ICV of 8", ENCR_AES_GCM_8, 256, 36),
	AEAD("AES-CCM 128", ENCR_AES_CCM_16, 128, 19),
	AEAD("ChaCha20-Poly1305", ENCR_CHACHA20_POLY1305, 0, 36),
	{ "AES-CBC 128, MD5", SA_ESP, ENCR_AES_CBC, 128, INTEG_HMAC_MD5_96, 16, 16, true },
	{ "AES-CBC 128, SHA1", SA_ESP, ENCR_AES_CBC, 128, INTEG_HMAC_SHA1_96, 16, 20, true },
	{ "AES-CBC 256, SHA2-256", SA_ESP, ENCR_AES_CBC, 256, INTEG_HMAC_SHA2_256_128, 32, 32, true },
	{ "AES-CBC 256, SHA2-384", SA_ESP, ENCR_AES_CBC, 256, INTEG_HMAC_SHA2_384_192, 32, 48, true },
	{ "AES-CBC 256, SHA2-512", SA_ESP, ENCR_AES_CBC, 256, INTEG_HMAC_SHA2_512_256, 32, 64, true },
	{ "AES-CTR 128, SHA2-256", SA_ESP, ENCR_AES_CTR, 128, INTEG_HMAC_SHA2_256_128, 20, 32, true },
	{ "3DES, SHA1", SA_ESP, ENCR_3DES, 0, INTEG_HMAC_SHA1_96, 24, 20, true },
	{ "NULL, SHA2-256", SA_ESP, ENCR_NULL, 0, INTEG_HMAC_SHA2_256_128, 0, 32, false },
	{ "AH, SHA1", SA_AH, 0, 0, INTEG_HMAC_SHA1_96, 0, 20, false },
	{ "AH, SHA2-256", SA_AH, 0, 0, INTEG_HMAC_SHA2_256_128, 0, 32, false },
	{ "AH, SHA2-512", SA_AH, 0, 0, INTEG_HMAC_SHA2_512_256, 0, 64, false },
};
const unsigned n_suites = sizeof(suites) / sizeof(*suites);

static unsigned told, bad;

void
tell(bool good, const char *fmt, ...)
{
	va_list ap;

	printf("%s %u - ", good ? "ok" : "not ok", ++told);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	puts("");
	bad += !good;
}

void
note(const char *fmt, ...)
{
	va_list ap;

	printf("# ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	puts("");
}

static void
on_soft(void *ctx, uint32_t spi)
{
	struct sa_heard *h = ctx;

	h->soft++;
	h->spi = spi;
}

static void
on_hard(void *ctx, enum sa_direction dir, uint32_t spi, const struct ip_addr *remote)
{
	struct sa_heard *h = ctx;

	(void)dir;
	(void)remote;
	h->hard++;
	h->spi = spi;
}

bool
bench_begin(void)
{
	char err[200];

	bench.l = loop_new();
	for (unsigned i = 0; i < 2; i++) {
		const struct kernel_events ev = { .ctx = &bench.heard[i],
			.sa_soft_limit = on_soft, .sa_hard_limit = on_hard };

		net_enter((enum host)i);
		if (!xfrm_open(bench.l, NULL, &ev, &bench.plane[i], err, sizeof(err))) {
			note("%s", err);
			return false;
		}
	}
	return true;
}

void
bench_end(void)
{
	for (unsigned i = 0; i < 2; i++)
		bench.plane[i].ops->close(bench.plane[i].k);
	loop_free(bench.l);
	printf("1..%u\n", told);
	if (bad != 0)
		note("%u of %u failed", bad, told);
}

static struct traffic_selector
range(const char *s)
{
	struct ip_prefix p = { .len = 0 };

	(void)ip_prefix_parse(s, &p);
	return ts_prefix(&p);
}

struct kernel_sa
talk_sa(const struct talk *t, enum host at, enum sa_direction dir)
{
	const struct suite *s = t->suite;
	const bool first = (at == WEST) == (dir == SA_OUT);	/* west to east */
	struct kernel_sa sa = { .dir = dir, .protocol = s->protocol, .mode = t->mode,
		.rank = KERNEL_RANK_OE, .spi = t->spi + !first, .encap_udp = t->encap,
		.local = { net_addr(t->outer[at]), t->encap ? 4500 : 0 },
		.remote = { net_addr(t->outer[!at]), t->encap ? 4500 : 0 },
		.sel = { range(t->inner[at]), range(t->inner[!at]) },
		.encr = s->encr, .encr_bits = s->bits, .integ = s->integ,
		.encr_key = span_of(key, s->encr_len), .integ_key = span_of(key, s->integ_len),
		.esn = t->esn };

	if (t->cpi != 0)
		sa.cpi = (uint16_t)(t->cpi + !first);
	if (at == WEST && dir == SA_OUT) {
		const struct kernel_sa *l = &t->limits;

		sa.soft_packets = l->soft_packets;
		sa.hard_packets = l->hard_packets;
		sa.soft_bytes = l->soft_bytes;
		sa.hard_bytes = l->hard_bytes;
		sa.soft_s = l->soft_s;
		sa.hard_s = l->hard_s;
	}
	return sa;
}

int
talk_up(const struct talk *t)
{
	for (unsigned i = 0; i < 4; i++) {
		/* Who receives is ready before who sends. */
		enum host at = i & 1 ? EAST : WEST;
		struct kernel_sa sa = talk_sa(t, at, i < 2 ? SA_IN : SA_OUT);
		int rc = bench.plane[at].ops->add_sa(bench.plane[at].k, &sa);

		if (rc != 0)
			return rc;
	}
	return 0;
}

int
talk_down(const struct talk *t)
{
	int rc = 0;

	for (unsigned i = 0; i < 4; i++) {
		enum host at = i & 1 ? EAST : WEST;
		struct kernel_sa sa = talk_sa(t, at, i < 2 ? SA_OUT : SA_IN);
		int one = bench.plane[at].ops->del_sa(bench.plane[at].k, sa.dir, sa.spi,
						      &sa.remote.addr);

		rc = one != 0 ? one : rc;
	}
	return rc;
}

struct sa_counters
talk_counters(const struct talk *t, enum host at, enum sa_direction dir)
{
	struct kernel_sa sa = talk_sa(t, at, dir);
	struct sa_counters c = { 0 };

	(void)bench.plane[at].ops->counters(bench.plane[at].k, dir, sa.spi, &sa.remote.addr, &c);
	return c;
}
