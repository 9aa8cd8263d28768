/* What may not come in, whose policy wins, and what passes: policies of the XFRM
 * plane. */
#include "tests/vm/plane.h"

enum { WAIT_MS = 400, NO_MS = 50, LEN = 200 };

/* Clear packets of a peer with an SA are dropped, also those that are forwarded;
 * they did cross the wire, and pass when there is no SA. */
static void
in_clear(const char *west, const char *east, const char *server, const struct talk *t)
{
	struct frames f;
	bool here, there, sealed;

	tell(net_say_in_clear(WEST, west, EAST, east)
	     && net_say_in_clear(WEST, west, SERVER, server),
	     "%s: without an SA packets pass in the clear", west);
	tell(talk_up(t) == 0, "%s: SAs for the nets", west);
	(void)net_frames();
	here = net_say_in_clear(WEST, west, EAST, east);
	there = net_say_in_clear(WEST, west, SERVER, server);
	f = net_frames();
	tell(!here && f.other == 2, "%s: a clear packet from a keyed net is dropped", west);
	tell(!there && f.other == 2, "%s: so is one to be forwarded", west);
	sealed = net_say(WEST, west, SERVER, server, LEN, WAIT_MS)
		&& net_say(SERVER, server, WEST, west, LEN, WAIT_MS);
	f = net_frames();
	tell(sealed && f.esp == 2 && f.other == 0, "%s: through the gateway by the SA", west);
	tell(talk_down(t) == 0 && net_say_in_clear(WEST, west, SERVER, server),
	     "%s: the policies go with the SAs", west);
}

static bool
rank_up(const struct talk *t, enum kernel_rank rank)
{
	for (unsigned i = 0; i < 4; i++) {
		enum host at = i & 1 ? EAST : WEST;
		struct kernel_sa sa = talk_sa(t, at, i < 2 ? SA_IN : SA_OUT);

		sa.rank = rank;
		if (bench.plane[at].ops->add_sa(bench.plane[at].k, &sa) != 0)
			return false;
	}
	return true;
}

/* Two pairs of SAs cover one packet: the first is to carry it. */
static bool
first_wins(struct talk *a, enum kernel_rank rank_a, struct talk *b, enum kernel_rank rank_b)
{
	bool good;

	a->spi = 0x2000;
	b->spi = 0x2002;
	good = rank_up(b, rank_b) && rank_up(a, rank_a)
		&& net_say(WEST, "10.1.0.1", EAST, "10.2.0.1", LEN, WAIT_MS)
		&& talk_counters(a, WEST, SA_OUT).packets == 1
		&& talk_counters(b, WEST, SA_OUT).packets == 0;
	(void)talk_down(a);
	(void)talk_down(b);
	return good;
}

static void
ranks(struct talk *wide, struct talk *narrow)
{
	static const char *const names[] = { "exempt", "manual", "authenticated OE",
		"anonymous OE", "trap" };

	for (unsigned r = KERNEL_RANK_MANUAL; r < KERNEL_RANK_OE_NULL; r++)
		tell(first_wins(wide, (enum kernel_rank)r, narrow, (enum kernel_rank)(r + 1)),
		     "%s before %s, though wider", names[r], names[r + 1]);
	tell(first_wins(narrow, KERNEL_RANK_OE, wide, KERNEL_RANK_OE),
	     "narrower before wider in one rank");
}

static void
ike_passes(void)
{
	struct talk t = { .suite = &suites[0], .mode = MODE_TRANSPORT, .spi = 0x2100,
		.outer = { "192.0.2.1", "192.0.2.2" }, .inner = { "192.0.2.1", "192.0.2.2" } };
	struct talk t6 = { .suite = &suites[0], .mode = MODE_TRANSPORT, .spi = 0x2100,
		.outer = { "2001:db8::1", "2001:db8::2" },
		.inner = { "2001:db8::1", "2001:db8::2" } };
	bool good = talk_up(&t) == 0;
	struct frames f;

	(void)net_frames();
	good = net_natt_say(WEST, EAST, "192.0.2.2") && good;
	good = talk_down(&t) == 0 && talk_up(&t6) == 0 && good;
	good = net_natt_say(WEST, EAST, "2001:db8::2") && good;
	good = talk_down(&t6) == 0 && good;
	f = net_frames();
	tell(good && f.natt == 2 && f.esp == 0, "IKE passes its own policies, IPv4 and IPv6");
}

void
plane_policies(void)
{
	struct talk t = { .suite = &suites[0], .spi = 0x2200,
		.outer = { "192.0.2.1", "192.0.2.2" }, .inner = { "10.1.0.0/24", "10.2.0.0/24" } };
	struct talk t6 = { .suite = &suites[0], .spi = 0x2200,
		.outer = { "192.0.2.1", "192.0.2.2" }, .inner = { "fd01::/64", "fd02::/64" } };
	struct talk narrow = t;

	in_clear("10.1.0.1", "10.2.0.1", "10.2.0.9", &t);
	in_clear("fd01::1", "fd02::1", "fd02::9", &t6);
	narrow.inner[0] = "10.1.0.1";
	narrow.inner[1] = "10.2.0.1";
	ranks(&t, &narrow);
	ike_passes();
}
