/* Asks the kernel for every kind of SA that the XFRM plane can make; prints TAP.
 * For a network namespace of its own. */
#include <errno.h>
#include <stdio.h>

#include "pluto/kernel/planes.h"
#include "pluto/wire/ike_const.h"

static unsigned n, bad;
static const uint8_t key[64] = { 9, 8, 7, 6, 5, 4, 3, 2, 1 };

static void
tell(bool good, const char *what)
{
	printf("%s %u - %s\n", good ? "ok" : "not ok", ++n, what);
	bad += !good;
}

static struct ip_addr
addr(const char *text)
{
	struct ip_addr a = { .family = IP_NONE };

	(void)ip_addr_parse(text, &a);
	return a;
}

static struct kernel_sa
pair_sa(bool v6, enum sa_direction dir, uint32_t spi)
{
	struct kernel_sa sa = { .dir = dir, .mode = MODE_TUNNEL, .rank = KERNEL_RANK_OE,
		.spi = spi, .encr = ENCR_AES_GCM_16, .encr_bits = 256,
		.encr_key = span_of(key, 36),
		.local = { addr(v6 ? "2001:db8::1" : "192.0.2.1"), 4500 },
		.remote = { addr(v6 ? "2001:db8::2" : "192.0.2.2"), 4500 } };

	sa.sel.local = ts_host(&sa.local.addr);
	sa.sel.remote = ts_host(&sa.remote.addr);
	return sa;
}

static const struct suite {
	const char *name;
	uint16_t encr, bits, integ;
	size_t encr_len, integ_len;
} suites[] = {
	{ "AES-GCM 128", ENCR_AES_GCM_16, 128, 0, 20, 0 },
	{ "AES-GCM 256", ENCR_AES_GCM_16, 256, 0, 36, 0 },
	{ "ChaCha20-Poly1305", ENCR_CHACHA20_POLY1305, 0, 0, 36, 0 },
	{ "AES-CBC 128, SHA1", ENCR_AES_CBC, 128, INTEG_HMAC_SHA1_96, 16, 20 },
	{ "AES-CBC 256, SHA2-256", ENCR_AES_CBC, 256, INTEG_HMAC_SHA2_256_128, 32, 32 },
	{ "AES-CBC 256, SHA2-384", ENCR_AES_CBC, 256, INTEG_HMAC_SHA2_384_192, 32, 48 },
	{ "AES-CBC 256, SHA2-512", ENCR_AES_CBC, 256, INTEG_HMAC_SHA2_512_256, 32, 64 },
};

/* In and out, each family; with ESN, encapsulation and transport mode in turn. */
static void
try_suite(const struct kernel *k, const struct suite *s)
{
	bool good = true;

	for (unsigned i = 0; i < 16; i++) {
		enum sa_direction dir = i & 1 ? SA_OUT : SA_IN;
		struct kernel_sa sa = pair_sa((i & 2) != 0, dir, 0x1000 + i);
		int rc;

		sa.encr = s->encr;
		sa.encr_bits = s->bits;
		sa.integ = s->integ;
		sa.encr_key.len = s->encr_len;
		sa.integ_key = span_of(key, s->integ_len);
		sa.esn = (i & 4) != 0;
		sa.encap_udp = (i & 8) != 0;
		sa.mode = i & 4 ? MODE_TRANSPORT : MODE_TUNNEL;
		rc = k->ops->add_sa(k->k, &sa);
		if (rc == 0)
			rc = k->ops->del_sa(k->k, dir, sa.spi, &sa.remote.addr);
		if (rc != 0)
			printf("# %s %u: %d\n", s->name, i, rc);
		good = good && rc == 0;
	}
	tell(good, s->name);
}

static void
try_move(const struct kernel *k, enum sa_direction dir, const char *to, const char *what)
{
	struct kernel_sa sa = pair_sa(false, dir, 0x2000);
	struct endpoint moved = { addr(to), 1234 };
	struct sa_counters c;
	bool good;

	sa.encap_udp = true;
	good = k->ops->add_sa(k->k, &sa) == 0
		&& k->ops->move_sa(k->k, dir, sa.spi, &sa.remote.addr, &sa.local, &moved) == 0
		&& k->ops->counters(k->k, dir, sa.spi, &moved.addr, &c)
		&& k->ops->del_sa(k->k, dir, sa.spi, &moved.addr) == 0;
	tell(good, what);
}

static void
try_twice(const struct kernel *k)
{
	struct kernel_sa a = pair_sa(false, SA_IN, 0x3000);

	tell(k->ops->add_sa(k->k, &a) == 0 && k->ops->add_sa(k->k, &a) == -EEXIST
	     && k->ops->del_sa(k->k, SA_IN, 0x3000, &a.remote.addr) == 0
	     && k->ops->del_sa(k->k, SA_IN, 0x3000, &a.remote.addr) == -ENOENT,
	     "an SPI is taken once, and goes once");
}

int
main(void)
{
	const struct kernel_events ev = { .ctx = NULL };
	struct loop *l = loop_new();
	struct kernel k;
	char err[200];

	if (l == NULL || !kernel_has_esp() || !xfrm_open(l, NULL, &ev, &k, err, sizeof(err))) {
		puts("ok 1 - kernel ESP # SKIP this kernel has none\n1..1");
		return 0;
	}
	for (size_t i = 0; i < sizeof(suites) / sizeof(*suites); i++)
		try_suite(&k, &suites[i]);
	try_move(&k, SA_IN, "192.0.2.2", "an inbound SA gets another port");
	try_move(&k, SA_OUT, "192.0.2.2", "an outbound SA gets another port");
	try_move(&k, SA_IN, "192.0.2.3", "an inbound SA gets another address");
	try_move(&k, SA_OUT, "192.0.2.3", "an outbound SA gets another address");
	try_twice(&k);
	k.ops->close(k.k);
	loop_free(l);
	printf("1..%u\n", n);
	return bad != 0;
}
