/* Devices of the XFRM plane: a network device that does the cryptography (Linux's
 * netdevsim says so of itself), and the xfrm interface. */
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/marks.h"
#include "pluto/wire/ike_const.h"
#include "tests/vm/plane.h"

enum { WAIT_MS = 400, LEN = 200 };

/* How many SAs the device itself has: netdevsim lists them. */
static unsigned
on_device(void)
{
	FILE *f = fopen("/sys/kernel/debug/netdevsim/netdevsim7/ports/0/ipsec", "re");
	unsigned n = 0;

	if (f == NULL || fscanf(f, "SA count=%u", &n) != 1)
		n = 0;
	if (f != NULL)
		fclose(f);
	return n;
}

static struct kernel_sa
to_nowhere(enum sa_direction dir, uint32_t spi)
{
	static const uint8_t key[20] = { 7 };
	struct kernel_sa sa = { .dir = dir, .rank = KERNEL_RANK_OE, .spi = spi,
		.local = { net_addr("198.51.100.1"), 4500 },
		.remote = { net_addr("198.51.100.2"), 4500 },
		.encr = ENCR_AES_GCM_16, .encr_bits = 128, .encr_key = span_of(key, 20) };

	sa.sel.local = ts_host(&sa.local.addr);
	sa.sel.remote = ts_host(&sa.remote.addr);
	return sa;
}

static bool
open_on(const char *dev, struct kernel *k)
{
	const struct xfrm_config cfg = { .offload = true, .offload_dev = dev };
	const struct kernel_events none = { .ctx = NULL };
	char err[200] = "";

	net_enter(SERVER);
	if (xfrm_open(bench.l, &cfg, &none, k, err, sizeof(err)))
		return true;
	note("%s", err);
	return false;
}

static void
offloaded(const char *dev, const char *how)
{
	struct kernel_sa in = to_nowhere(SA_IN, 0x5000), out = to_nowhere(SA_OUT, 0x5002);
	struct kernel_sa icv12 = to_nowhere(SA_OUT, 0x5004), udp = to_nowhere(SA_OUT, 0x5006);
	struct kernel k;

	if (!open_on(dev, &k)) {
		tell(false, "a plane with --offload %s", how);
		return;
	}
	icv12.encr = ENCR_AES_GCM_12;
	udp.encap_udp = true;
	tell(k.ops->add_sa(k.k, &in) == 0 && k.ops->add_sa(k.k, &out) == 0 && on_device() == 2
	     && net_list(SERVER).offloaded, "--offload %s: a device takes SAs, both ways", how);
	tell(k.ops->add_sa(k.k, &icv12) == 0 && k.ops->add_sa(k.k, &udp) == 0 && on_device() == 2,
	     "--offload %s: what it refuses, and UDP, stays with the processor", how);
	tell(strstr(k.ops->describe(k.k), "offloaded 2") != NULL, "--offload %s: it is told", how);
	tell(k.ops->del_sa(k.k, SA_IN, in.spi, &in.remote.addr) == 0
	     && k.ops->del_sa(k.k, SA_OUT, out.spi, &out.remote.addr) == 0 && on_device() == 0
	     && strstr(k.ops->describe(k.k), "offloaded 0") != NULL,
	     "--offload %s: and they leave it", how);
	k.ops->close(k.k);
}

void
plane_offload(void)
{
	struct kernel k;

	net_enter(SERVER);
	if (if_nametoindex("nic") == 0) {
		tell(true, "offload # SKIP this kernel has no netdevsim");
		return;
	}
	offloaded("nic", "nic");
	offloaded(NULL, "auto");
	tell(!open_on("nosuch", &k), "--offload wants a device that is there");
	if (open_on("inside", &k)) {
		struct kernel_sa out = to_nowhere(SA_OUT, 0x5010);

		tell(k.ops->add_sa(k.k, &out) == 0 && on_device() == 0,
		     "a device without the ability is passed over");
		k.ops->close(k.k);
	}
}

static bool
with_interface(const char *name, struct kernel *k)
{
	const struct xfrm_config cfg = { .interface = name };
	const struct kernel_events none = { .ctx = NULL };
	char err[200] = "";

	net_enter(WEST);
	if (xfrm_open(bench.l, &cfg, &none, k, err, sizeof(err)))
		return true;
	note("%s", err);
	return false;
}

/* West's plane makes way for one with an interface; east has none. */
void
plane_interface(void)
{
	struct talk t = { .suite = &suites[0], .spi = 0x6000,
		.outer = { "192.0.2.1", "192.0.2.2" }, .inner = { "192.0.2.1", "192.0.2.2" } };
	struct kernel *west = &bench.plane[WEST], again;
	struct frames f;
	bool good;

	west->ops->close(west->k);
	if (!with_interface("mast0", west)) {
		tell(false, "a plane with an xfrm interface");
		return;
	}
	tell(strcmp(west->ops->device(west->k), "mast0") == 0 && if_nametoindex("mast0") != 0,
	     "the xfrm interface is there");
	tell(!with_interface("wire", &again), "one of another's name is not touched");
	tell(talk_up(&t) == 0, "SAs with its number");
	(void)net_frames();
	net_mark(WEST, "192.0.2.1", MARK_TUN);
	good = net_say(WEST, "192.0.2.1", EAST, "192.0.2.2", LEN, WAIT_MS);
	good = net_say(EAST, "192.0.2.2", WEST, "192.0.2.1", LEN, WAIT_MS) && good;
	f = net_frames();
	tell(good && f.esp == 2 && f.other == 0 && talk_counters(&t, WEST, SA_IN).packets == 1,
	     "marked traffic goes through it, encrypted, and comes back");
	tell(net_natt_say(WEST, EAST, "192.0.2.2") && net_frames().natt == 1, "IKE does not");
	tell(with_interface("mast0", &again) && net_list(WEST).sas == 0
	     && net_list(WEST).policies == 0, "what a crash left is replaced, SAs and policies with it");
	again.ops->close(again.k);
	tell(if_nametoindex("mast0") == 0, "it goes at the end");
	(void)net_frames();
	(void)net_say(WEST, "192.0.2.1", EAST, "192.0.2.2", LEN, 50);
	net_mark(WEST, "192.0.2.1", 0);
	(void)talk_down(&t);
}
