/* Limits of SAs, SPIs reserved, what a crash left: the XFRM plane over time. */
#include <stdio.h>

#include "pluto/kernel/spi_pool.h"
#include "tests/vm/plane.h"

enum { WAIT_MS = 400, NO_MS = 50, LEN = 200, MANY_EVENTS = 8000 };

static struct talk
between(uint32_t spi)
{
	return (struct talk){ .suite = &suites[0], .spi = spi,
		.outer = { "192.0.2.1", "192.0.2.2" }, .inner = { "10.1.0.1", "10.2.0.1" } };
}

static unsigned
arriving(unsigned n)
{
	unsigned got = 0;

	for (unsigned i = 0; i < n; i++)
		got += net_say(WEST, "10.1.0.1", EAST, "10.2.0.1", LEN,
			       got < i ? NO_MS : WAIT_MS);
	return got;
}

static void
forget_heard(void)
{
	bench.heard[WEST] = bench.heard[EAST] = (struct sa_heard){ 0 };
}

static bool
heard(unsigned soft, unsigned hard)
{
	const struct sa_heard *h = &bench.heard[WEST];

	if (h->soft == soft && h->hard == hard)
		return true;
	note("heard: soft %u, hard %u", h->soft, h->hard);
	return false;
}

static void
packets(void)
{
	struct talk t = between(0x3000);
	struct frames f;
	unsigned got;

	t.limits = (struct kernel_sa){ .soft_packets = 2, .hard_packets = 4 };
	forget_heard();
	(void)net_frames();
	tell(talk_up(&t) == 0, "an SA with limits");
	got = arriving(6);
	net_wait(bench.l, 100);
	tell(heard(1, 1) && bench.heard[WEST].spi == t.spi, "both limits are told once");
	got += arriving(2);
	f = net_frames();
	tell(got >= 3 && got <= 4 && f.esp == got && f.other == 0,
	     "nothing leaves after the hard limit, in the clear or not (%u arrived)", got);
	tell(talk_down(&t) == 0, "what has expired goes without complaint");
}

static void
falls_back(void)
{
	struct talk old = between(0x3010), new = between(0x3012);
	bool good;

	new.limits = (struct kernel_sa){ .hard_packets = 2 };
	forget_heard();
	good = talk_up(&old) == 0 && talk_up(&new) == 0;
	(void)arriving(3);
	net_wait(bench.l, 100);
	good = good && heard(0, 1) && arriving(2) == 2;
	tell(good, "when the newest SA has expired, an older one carries on");
	tell(talk_down(&old) == 0 && talk_down(&new) == 0 && net_list(WEST).sas == 0
	     && net_list(WEST).policies == 0, "and both go");
}

static void
bytes(void)
{
	struct talk t = between(0x3020);

	t.limits = (struct kernel_sa){ .soft_bytes = LEN };
	forget_heard();
	tell(talk_up(&t) == 0 && arriving(2) == 2, "an SA with a limit in bytes");
	net_wait(bench.l, 100);
	tell(heard(1, 0), "it is told");
	(void)talk_down(&t);
}

/* The kernel counts whole seconds. */
static void
seconds(void)
{
	struct talk t = between(0x3030);

	t.limits = (struct kernel_sa){ .soft_s = 1, .hard_s = 3 };
	forget_heard();
	tell(talk_up(&t) == 0, "an SA with limits in seconds");
	net_wait(bench.l, 2300);
	tell(heard(1, 0), "the soft one is told");
	net_wait(bench.l, 2500);
	tell(heard(1, 1) && arriving(1) == 0, "then the hard one, and nothing leaves");
	tell(talk_down(&t) == 0, "it goes");
}

/* Events that did not fit: the list of SAs says which are gone. */
static void
too_many_events(void)
{
	struct talk a = between(0x3040), b = between(0x3042);
	struct kernel_sa sa;
	const char *text;

	b.limits = (struct kernel_sa){ .hard_packets = 2 };
	forget_heard();
	tell(talk_up(&a) == 0 && talk_up(&b) == 0, "an SA that will expire unheard");
	sa = talk_sa(&a, WEST, SA_OUT);
	net_flood(WEST, &sa, MANY_EVENTS);
	(void)arriving(3);
	net_wait(bench.l, 1000);
	text = bench.plane[WEST].ops->describe(bench.plane[WEST].k);
	note("%s", text);
	tell(bench.heard[WEST].hard == 1 && bench.heard[WEST].soft == 1,
	     "it is found by listing the SAs; the one told %u times is told once", MANY_EVENTS);
	tell(arriving(2) == 2, "and the older SA carries on");
	(void)talk_down(&a);
	(void)talk_down(&b);
}

static void
set_acq_expires(enum host h, unsigned s)
{
	FILE *f;

	net_enter(h);
	f = fopen("/proc/sys/net/core/xfrm_acq_expires", "we");
	if (f == NULL)
		return;
	fprintf(f, "%u\n", s);
	fclose(f);
}

static void
reserved(void)
{
	const struct kernel *k = &bench.plane[EAST];
	struct ip_addr west = net_addr("192.0.2.1"), east = net_addr("192.0.2.2");
	struct talk t = between(0);
	uint32_t spi = k->ops->alloc_spi(k->k, SA_ESP, &east, &west);
	uint32_t other = k->ops->alloc_spi(k->k, SA_AH, &east, &west);

	tell(spi >= SPI_FIRST && spi <= SPI_LAST && net_list(EAST).reserved == 2,
	     "SPIs are reserved in the kernel (%08x, %08x)", spi, other);
	k->ops->free_spi(k->k, other);
	tell(net_list(EAST).reserved == 1, "one is given back");
	t.spi = spi;
	tell(talk_up(&t) == 0 && net_list(EAST).reserved == 0 && net_list(EAST).sas == 2,
	     "the SA takes the place of the other");
	tell(arriving(2) == 2 && talk_down(&t) == 0 && net_list(EAST).sas == 0, "and works, and goes");
	set_acq_expires(EAST, 1);
	spi = k->ops->alloc_spi(k->k, SA_ESP, &east, &west);
	net_wait(bench.l, 2600);
	tell(net_list(EAST).reserved == 1, "what the kernel gives up after a time is asked for again");
	k->ops->free_spi(k->k, spi);
	tell(net_list(EAST).reserved == 0, "and given back in the end");
	set_acq_expires(EAST, 165);
}

/* A plane that starts removes what another left, and nobody else's. */
static void
after_a_crash(void)
{
	const struct kernel_events none = { .ctx = NULL };
	struct listed before = net_list(WEST), l;
	struct talk t = between(0x3050);
	struct kernel again;
	char err[200] = "";

	tell(talk_up(&t) == 0 && net_list(WEST).sas == 2 && net_list(WEST).policies == 3,
	     "SAs and policies stand");
	net_enter(WEST);
	tell(xfrm_open(bench.l, NULL, &none, &again, err, sizeof(err)), "another start %s", err);
	l = net_list(WEST);
	tell(l.sas == 0 && l.policies == 0, "has removed them");
	tell(l.others == 1 && l.other_policies == 1 && before.others == 1,
	     "but nobody else's SA and policy");
	again.ops->close(again.k);
	l = net_list(WEST);
	tell(l.others == 1 && l.other_policies == 1, "nor does the end");
	(void)talk_down(&t);
}

void
plane_life(void)
{
	packets();
	falls_back();
	bytes();
	seconds();
	too_many_events();
	reserved();
	after_a_crash();
}
