/* Opens a data plane with static keys for some address pairs: the plane alone,
 * without IKE, for the lab and the benchmark. TUN, or with -x the kernel's: with
 * -u in UDP too, with -f never with DF. -a: AH instead of ESP; -t: transport mode;
 * -C: IPComp inside.
 *
 *	tun_pair [-x [-u] [-f]] [-a] [-t] [-C] [-d dev] [-m mtu] [-q queues] [-c cipher]
 *		[-n] KEY PAIR...
 *
 * KEY is hex and at least 64 bytes; a PAIR is LOCAL,REMOTE,SPI_IN,SPI_OUT, or
 * with prefixes inside LOCAL,REMOTE,SPI_IN,SPI_OUT,NEAR,FAR. */
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/marks.h"
#include "pluto/kernel/planes.h"
#include "pluto/wire/ike_const.h"

enum { MAX_PAIRS = 8, KEY_MAX = 128, PORT = 4500, KEY_USED = 64 };

struct cipher_choice {
	const char *name;
	uint16_t encr, bits, integ;
	size_t encr_len, integ_len;
};

/* Key lengths with the salt, as IKE would cut them from KEYMAT. */
static const struct cipher_choice ciphers[] = {
	{ "gcm128", ENCR_AES_GCM_16, 128, INTEG_NONE, 20, 0 },
	{ "gcm256", ENCR_AES_GCM_16, 256, INTEG_NONE, 36, 0 },
	{ "chacha", ENCR_CHACHA20_POLY1305, 0, INTEG_NONE, 36, 0 },
	{ "cbc128", ENCR_AES_CBC, 128, INTEG_HMAC_SHA2_256_128, 16, 32 },
	{ "ctr256", ENCR_AES_CTR, 256, INTEG_HMAC_SHA1_96, 36, 20 },
	{ "ccm128", ENCR_AES_CCM_16, 128, INTEG_NONE, 19, 0 },
	{ "3des", ENCR_3DES, 0, INTEG_HMAC_MD5_96, 24, 16 },
	{ "null", ENCR_NULL, 0, INTEG_HMAC_SHA1_96, 0, 20 },
	{ "sha1", 0, 0, INTEG_HMAC_SHA1_96, 0, 20 },		/* of AH */
	{ "sha256", 0, 0, INTEG_HMAC_SHA2_256_128, 0, 32 },
	{ "sha384", 0, 0, INTEG_HMAC_SHA2_384_192, 0, 48 },
	{ "sha512", 0, 0, INTEG_HMAC_SHA2_512_256, 0, 64 },
};

struct pair {
	struct endpoint local, remote;
	uint32_t spi_in, spi_out;
	struct selector sel;
	int fd;			/* -1: none is needed */
};

struct run {
	struct loop *loop;
	struct kernel kernel;
	const struct cipher_choice *cipher;
	bool esn, xfrm, udp, clear_df, ah, transport, comp;
	uint8_t key[KEY_MAX];
	struct pair pair[MAX_PAIRS];
	size_t pairs;
};

static void
die(const char *what)
{
	fprintf(stderr, "tun_pair: %s\n", what);
	exit(1);
}

static void
on_ike(void *ctx, const struct endpoint *local, const struct endpoint *remote,
       struct span datagram)
{
	struct addr_buf a, b;

	(void)ctx;
	printf("ike %s %s %zu\n", endpoint_text(local, &a),
	       endpoint_text(remote, &b), datagram.len);
}

static void
on_soft(void *ctx, uint32_t spi)
{
	(void)ctx;
	printf("soft %u\n", spi);
}

static void
on_unknown(void *ctx, uint32_t spi, const struct endpoint *remote)
{
	struct addr_buf b;

	(void)ctx;
	printf("unknown %u %s\n", spi, endpoint_text(remote, &b));
}

/* Follows at once, as MOBIKE or a new NAT mapping would have it. */
static void
on_moved(void *ctx, uint32_t spi, const struct endpoint *remote)
{
	struct run *r = ctx;
	struct addr_buf b;

	printf("moved %u %s\n", spi, endpoint_text(remote, &b));
	for (size_t i = 0; i < r->pairs; i++) {
		struct pair *p = &r->pair[i];

		if (p->spi_in != spi ||
		    r->kernel.ops->move_sa(r->kernel.k, SA_OUT, p->spi_out,
				&p->remote.addr, &p->local, remote) != 0 ||
		    r->kernel.ops->move_sa(r->kernel.k, SA_IN, p->spi_in,
				&p->remote.addr, &p->local, remote) != 0)
			continue;
		p->remote = *remote;
	}
}

static void
on_stop(void *ctx)
{
	struct run *r = ctx;

	loop_stop(r->loop);
}

static bool
parse_pair(char *text, struct pair *p)
{
	char *part[6], *save = NULL;
	struct ip_prefix near, far;

	for (int i = 0; i < 6; i++) {
		part[i] = strtok_r(i == 0 ? text : NULL, ",", &save);
		if (part[i] == NULL && i != 4)
			return false;
		if (part[i] == NULL)
			break;
	}
	p->local.port = p->remote.port = PORT;
	p->spi_in = (uint32_t)strtoul(part[2], NULL, 0);
	p->spi_out = (uint32_t)strtoul(part[3], NULL, 0);
	if (!ip_addr_parse(part[0], &p->local.addr) ||
	    !ip_addr_parse(part[1], &p->remote.addr))
		return false;
	if (!ip_prefix_parse(part[4] != NULL ? part[4] : part[0], &near) ||
	    !ip_prefix_parse(part[4] != NULL ? part[5] : part[1], &far))
		return false;
	p->sel = (struct selector){ ts_prefix(&near), ts_prefix(&far) };
	return true;
}

static int
bind_4500(const struct endpoint *local)
{
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(local, &ss);
	int mark = MARK_BYPASS, one = 1;
	int fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			0);

	if (fd < 0)
		return -1;
	if (local->addr.family == IP_V6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one,
				 sizeof(one));
	if (setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) == 0 &&
	    bind(fd, (struct sockaddr *)&ss, len) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Each direction has its own key: the given one and the SPI, mixed. */
static void
add_sa(struct run *r, const struct pair *p, enum sa_direction dir)
{
	uint32_t spi = dir == SA_IN ? p->spi_in : p->spi_out;
	uint8_t key[KEY_MAX] = { 0 };
	struct kernel_sa sa = {
		.dir = dir, .mode = r->transport ? MODE_TRANSPORT : MODE_TUNNEL,
		.protocol = r->ah ? SA_AH : SA_ESP, .spi = spi,
		.cpi = (uint16_t)(r->comp ? 0x1000 | (spi & 0xfff) : 0),
		.rank = KERNEL_RANK_MANUAL, .local = p->local,
		.remote = p->remote, .encap_udp = r->udp, .sel = p->sel,
		.clear_df = r->clear_df,
		.encr = r->cipher->encr, .encr_bits = r->cipher->bits,
		.integ = r->cipher->integ, .esn = r->esn,
	};
	int err;

	for (size_t i = 0; i < KEY_USED; i++)
		key[i] = (uint8_t)(r->key[i] ^ spi >> i % 4 * 8);
	sa.encr_key = span_of(key, r->cipher->encr_len);
	sa.integ_key = span_of(key + r->cipher->encr_len, r->cipher->integ_len);
	err = r->kernel.ops->add_sa(r->kernel.k, &sa);
	if (err != 0)
		die(strerror(-err));
}

static void
set_up_pair(struct run *r, struct pair *p)
{
	const struct kernel_ops *ops = r->kernel.ops;
	int err = 0;

	p->fd = r->udp ? bind_4500(&p->local) : -1;
	if (r->udp && p->fd < 0)
		die("cannot bind UDP 4500");
	if (r->udp && r->xfrm)
		err = ops->prepare_socket(r->kernel.k, p->fd, &p->local);
	else if (r->udp)
		err = ops->take_natt_socket(r->kernel.k, p->fd, &p->local);
	if (err != 0)
		die(strerror(-err));
	add_sa(r, p, SA_IN);
	add_sa(r, p, SA_OUT);
}

static void
report(struct run *r)
{
	for (size_t i = 0; i < r->pairs; i++) {
		struct pair *p = &r->pair[i];
		struct sa_counters in, out;

		if (!r->kernel.ops->counters(r->kernel.k, SA_IN, p->spi_in,
					     &p->remote.addr, &in) ||
		    !r->kernel.ops->counters(r->kernel.k, SA_OUT, p->spi_out,
					     &p->remote.addr, &out))
			die("an SA has gone");
		printf("in %llu packets %llu bytes, replayed %llu, "
		       "bad ICV %llu, bad inner %llu; out %llu packets "
		       "%llu bytes\n", (unsigned long long)in.packets,
		       (unsigned long long)in.bytes,
		       (unsigned long long)in.replayed,
		       (unsigned long long)in.bad_icv,
		       (unsigned long long)in.bad_inner,
		       (unsigned long long)out.packets,
		       (unsigned long long)out.bytes);
	}
	printf("%s\n", r->kernel.ops->describe(r->kernel.k));
}

static void
choose_cipher(struct run *r, const char *name)
{
	for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++) {
		if (strcmp(ciphers[i].name, name) == 0)
			r->cipher = &ciphers[i];
	}
	if (r->cipher == NULL)
		die("no such cipher");
}

static void
read_args(struct run *r, struct tun_config *cfg, int argc, char **argv)
{
	const char *cipher = "gcm128";
	int opt;

	while ((opt = getopt(argc, argv, "d:m:q:c:nxufatC")) != -1) {
		switch (opt) {
		case 'd':
			snprintf(cfg->name, sizeof(cfg->name), "%s", optarg);
			break;
		case 'm':
			cfg->mtu = (uint32_t)strtoul(optarg, NULL, 0);
			break;
		case 'q':
			cfg->queues = (unsigned)strtoul(optarg, NULL, 0);
			break;
		case 'c':
			cipher = optarg;
			break;
		case 'n':
			r->esn = true;
			break;
		case 'x':
			r->xfrm = true;
			break;
		case 'u':
			r->udp = true;
			break;
		case 'f':
			r->clear_df = true;
			break;
		case 'a':
			r->ah = true;
			cipher = "sha256";
			break;
		case 't':
			r->transport = true;
			break;
		case 'C':
			r->comp = true;
			break;
		default:
			die("see the head of tun_pair.c");
		}
	}
	r->udp = !r->ah && (r->udp || !r->xfrm);
	choose_cipher(r, cipher);
	if (optind + 2 > argc || argc - optind - 1 > MAX_PAIRS ||
	    span_unhex(argv[optind], r->key, sizeof(r->key)) < KEY_USED)
		die("a key of at least 64 bytes and pairs are needed");
	for (int i = optind + 1; i < argc; i++) {
		if (!parse_pair(argv[i], &r->pair[r->pairs++]))
			die("bad pair");
	}
}

int
main(int argc, char **argv)
{
	static struct run r;
	struct tun_config cfg = { .name = "ipsec0" };
	struct kernel_events ev = { .ctx = &r, .ike_datagram = on_ike,
		.sa_soft_limit = on_soft, .unknown_spi = on_unknown, .peer_moved = on_moved };
	char err[200];

	setvbuf(stdout, NULL, _IOLBF, 0);
	read_args(&r, &cfg, argc, argv);
	r.loop = loop_new();
	if (r.loop == NULL)
		die("no loop");
	if (!(r.xfrm ? xfrm_open(r.loop, NULL, &ev, &r.kernel, err, sizeof(err))
		     : tun_open(r.loop, &cfg, &ev, &r.kernel, err, sizeof(err))))
		die(err);
	for (size_t i = 0; i < r.pairs; i++)
		set_up_pair(&r, &r.pair[i]);
	loop_signal(r.loop, SIGTERM, on_stop, &r);
	loop_signal(r.loop, SIGINT, on_stop, &r);
	printf("ready: %s\n", r.kernel.ops->describe(r.kernel.k));
	loop_run(r.loop);
	report(&r);
	if (!r.xfrm)
		r.kernel.ops->drop_natt_sockets(r.kernel.k);
	for (size_t i = 0; i < r.pairs; i++)
		if (r.pair[i].fd >= 0)
			close(r.pair[i].fd);
	r.kernel.ops->close(r.kernel.k);
	loop_free(r.loop);
	return 0;
}
