/* Other outer addresses for living SAs: west moves under traffic, by MOBIKE's
 * ways; the XFRM plane. */
#include <errno.h>
#include <string.h>

#include "tests/vm/plane.h"

enum { WAIT_MS = 400, LEN = 200 };

static const struct scenario {
	const char *name;
	const char *from[2], *to[2];
	bool encap_from, encap_to;
	uint16_t cpi;
} scenarios[] = {
	{ "another address", { "192.0.2.1", "192.0.2.2" }, { "192.0.2.11", "192.0.2.2" },
	  false, false, 0 },
	{ "another address, IPv6", { "2001:db8::1", "2001:db8::2" },
	  { "2001:db8::11", "2001:db8::2" }, false, false, 0 },
	{ "from IPv4 to IPv6", { "192.0.2.1", "192.0.2.2" }, { "2001:db8::1", "2001:db8::2" },
	  false, false, 0 },
	{ "from IPv6 to IPv4", { "2001:db8::1", "2001:db8::2" }, { "192.0.2.11", "192.0.2.2" },
	  false, false, 0 },
	{ "within UDP", { "192.0.2.1", "192.0.2.2" }, { "192.0.2.11", "192.0.2.2" },
	  true, true, 0 },
	{ "into UDP and to another address", { "192.0.2.1", "192.0.2.2" },
	  { "192.0.2.11", "192.0.2.2" }, false, true, 0 },
	{ "into UDP in place", { "192.0.2.1", "192.0.2.2" }, { "192.0.2.1", "192.0.2.2" },
	  false, true, 0 },
	{ "out of UDP and to another address", { "192.0.2.1", "192.0.2.2" },
	  { "192.0.2.11", "192.0.2.2" }, true, false, 0 },
	{ "out of UDP in place", { "192.0.2.1", "192.0.2.2" }, { "192.0.2.1", "192.0.2.2" },
	  true, false, 0 },
	{ "out of UDP to IPv6", { "192.0.2.1", "192.0.2.2" }, { "2001:db8::1", "2001:db8::2" },
	  true, false, 0 },
	{ "with IPComp", { "192.0.2.1", "192.0.2.2" }, { "192.0.2.11", "192.0.2.2" },
	  false, false, 0x0def },
	{ "with IPComp to IPv6", { "192.0.2.1", "192.0.2.2" },
	  { "2001:db8::11", "2001:db8::2" }, false, false, 0x0def },
};

static bool
to_east(void)
{
	return net_say(WEST, "10.1.0.1", EAST, "10.2.0.1", LEN, WAIT_MS);
}

static bool
to_west(void)
{
	return net_say(EAST, "10.2.0.1", WEST, "10.1.0.1", LEN, WAIT_MS);
}

static int
move_one(const struct talk *t, const struct talk *to, enum host at, enum sa_direction dir)
{
	struct kernel_sa sa = talk_sa(t, at, dir), new = talk_sa(to, at, dir);
	const struct kernel *k = &bench.plane[at];

	return k->ops->move_sa(k->k, dir, sa.spi, &sa.remote.addr, &new.local, &new.remote);
}

/* Who receives moves first: then nothing on its way to east is lost, unless its
 * address is another too. */
static bool
move_all(const struct talk *t, const struct talk *to)
{
	static const struct { enum host at; enum sa_direction dir; } order[] = {
		{ EAST, SA_IN }, { WEST, SA_OUT }, { WEST, SA_IN }, { EAST, SA_OUT } };
	const bool stays = strcmp(t->outer[EAST], to->outer[EAST]) == 0
		&& t->encap == to->encap && t->cpi == 0;
	bool good = true;

	for (unsigned i = 0; i < 4; i++) {
		int rc = move_one(t, to, order[i].at, order[i].dir);

		if (rc != 0)
			note("move %u: %d", i, rc);
		good = good && rc == 0;
		if (stays && !to_east()) {
			note("lost after move %u", i);
			good = false;
		}
	}
	return good;
}

/* What a moved SA keeps: its numbers go on, it counts on, and what the old
 * window has seen is a replay to the new one. */
static bool
keeps(const struct talk *t, const struct talk *to, const struct frames *before, bool replay)
{
	struct frames f = net_frames();
	struct sa_counters west = talk_counters(to, WEST, SA_OUT), east = { 0 };
	uint64_t replayed = talk_counters(to, EAST, SA_IN).replayed;
	bool good = f.seq > before->seq && west.packets >= 3 && f.other == 0
		&& (to->encap ? f.natt > 0 : f.esp > 0);

	(void)t;
	if (replay)
		net_replay();
	/* The frame may take its time through a busy kernel. */
	for (unsigned i = 0; i < 20; i++) {
		east = talk_counters(to, EAST, SA_IN);
		if (east.replayed == replayed + replay)
			break;
		net_wait(bench.l, 10);
	}
	if (!good || east.replayed != replayed + replay)
		note("numbers %u then %u, packets %llu, replayed %llu, clear %u", before->seq,
		     f.seq, (unsigned long long)west.packets,
		     (unsigned long long)(east.replayed - replayed), f.other);
	return good && east.replayed == replayed + replay;
}

static bool
moved(const struct scenario *s, bool esn)
{
	struct talk t = { .suite = &suites[0], .spi = 0x4000, .esn = esn, .cpi = s->cpi,
		.encap = s->encap_from, .outer = { s->from[0], s->from[1] },
		.inner = { "10.1.0.1", "10.2.0.1" } }, to = t;
	struct frames before;
	bool good;

	to.outer[0] = s->to[0];
	to.outer[1] = s->to[1];
	to.encap = s->encap_to;
	(void)net_frames();
	good = talk_up(&t) == 0 && to_east() && to_west() && to_east();
	before = net_frames();
	if (!good)
		note("no traffic before");
	good = move_all(&t, &to) && good;
	if (!to_east() || !to_west()) {
		note("no traffic after");
		good = false;
	}
	good = keeps(&t, &to, &before, !to.encap) && good;
	good = talk_down(&to) == 0 && net_list(WEST).sas == 0 && net_list(EAST).sas == 0
		&& net_list(WEST).policies == 0 && good;
	if (!good)
		(void)talk_down(&t);
	return good;
}

/* An old and a new SA of one flow side by side, as while a rekey is on. */
static void
two_sas(void)
{
	struct talk a = { .suite = &suites[0], .spi = 0x4100, .esn = true,
		.outer = { "192.0.2.1", "192.0.2.2" }, .inner = { "10.1.0.1", "10.2.0.1" } };
	struct talk b = a, a2, b2;
	bool good;

	b.spi = 0x4102;
	a2 = a;
	b2 = b;
	a2.outer[0] = b2.outer[0] = "192.0.2.11";
	good = talk_up(&a) == 0 && to_east() && talk_up(&b) == 0 && to_east();
	good = move_all(&a, &a2) && move_all(&b, &b2) && good;
	good = to_east() && to_west() && good;
	good = talk_down(&b2) == 0 && to_east() && to_west() && good;
	tell(good && talk_down(&a2) == 0 && net_list(WEST).sas == 0,
	     "an old and a new SA of one flow move, each by itself");
}

static void
refused(void)
{
	struct talk t = { .suite = &suites[0], .spi = 0x4200, .mode = MODE_TRANSPORT,
		.outer = { "192.0.2.1", "192.0.2.2" }, .inner = { "192.0.2.1", "192.0.2.2" } };
	struct talk to = t;
	bool good = talk_up(&t) == 0;

	to.outer[0] = "192.0.2.11";
	good = move_one(&t, &to, EAST, SA_OUT) == -EOPNOTSUPP && good;
	to = t;
	to.encap = true;
	good = move_all(&t, &to) && good;
	good = net_say(WEST, "192.0.2.1", EAST, "192.0.2.2", LEN, WAIT_MS)
		&& net_frames().natt > 0 && good;
	tell(talk_down(&to) == 0 && good, "in transport mode the addresses stay, and UDP may come");
}

void
plane_moves(void)
{
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++)
		for (unsigned esn = 0; esn < 2; esn++)
			tell(moved(&scenarios[i], esn), "an SA moves: %s%s", scenarios[i].name,
			     esn ? ", ESN" : "");
	two_sas();
	refused();
}
