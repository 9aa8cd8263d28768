/* Traffic through every kind of SA: cipher, protocol, mode, outer and inner
 * family, UDP, ESN, IPComp. What crosses the wire is judged by its frames. */
#include <errno.h>

#include "tests/vm/plane.h"

enum { SHORT = 20, LONG = 1000, WAIT_MS = 400 };

static const char *const outer4[2] = { "192.0.2.1", "192.0.2.2" };
static const char *const outer6[2] = { "2001:db8::1", "2001:db8::2" };
static const char *const inner4[2] = { "10.1.0.1", "10.2.0.1" };
static const char *const inner6[2] = { "fd01::1", "fd02::1" };
static uint32_t next_spi = 0x1000;

static void
set(const char *to[2], const char *const from[2])
{
	to[0] = from[0];
	to[1] = from[1];
}

static bool
both_ways(const struct talk *t, size_t len)
{
	return net_say(WEST, t->inner[0], EAST, t->inner[1], len, WAIT_MS)
		&& net_say(EAST, t->inner[1], WEST, t->inner[0], len, WAIT_MS);
}

/* Two long and two short datagrams: four frames of the protocol, and no other. */
static bool
right_frames(const struct talk *t)
{
	const struct frames f = net_frames();
	const bool ah = t->suite->protocol == SA_AH;
	const bool good = f.other == 0 && f.natt == (t->encap ? 4 : 0)
		&& f.ah == (ah ? 4 : 0) && f.esp == (ah || t->encap ? 0 : 4)
		&& f.readable == !t->suite->hides
		&& (t->cpi == 0 ? f.longest > LONG : f.longest < LONG / 2);

	if (!good)
		note("frames: ESP %u AH %u UDP %u other %u, readable %d, longest %zu", f.esp,
		     f.ah, f.natt, f.other, f.readable, f.longest);
	return good;
}

static bool
counted(const struct talk *t)
{
	const struct sa_counters out = talk_counters(t, WEST, SA_OUT);
	const struct sa_counters in = talk_counters(t, WEST, SA_IN);

	return out.packets == 2 && in.packets == 2 && out.bytes > 0 && in.last_used_ms > 0;
}

static bool
try(struct talk *t)
{
	bool good;
	int rc;

	t->spi = next_spi += 2;
	(void)net_frames();
	rc = talk_up(t);
	good = rc == 0 && both_ways(t, SHORT) && both_ways(t, LONG);
	good = right_frames(t) && counted(t) && good;
	rc = talk_down(t);
	if (!good || rc != 0)
		note("%s, %s, %s in %s%s%s%s: %s", t->suite->name,
		     t->mode == MODE_TUNNEL ? "tunnel" : "transport", t->inner[0], t->outer[0],
		     t->encap ? ", UDP" : "", t->esn ? ", ESN" : "", t->cpi ? ", IPComp" : "",
		     rc != 0 ? "an SA did not come or go" : "traffic");
	return good && rc == 0;
}

/* Host to host, inner addresses those of outside. */
static bool
in_transport(struct talk *t)
{
	bool good = true;

	t->mode = MODE_TRANSPORT;
	for (unsigned v6 = 0; v6 < 2; v6++) {
		set(t->outer, v6 ? outer6 : outer4);
		set(t->inner, v6 ? outer6 : outer4);
		good = try(t) && good;
	}
	return good;
}

/* Each family inside each. */
static bool
in_tunnels(struct talk *t)
{
	bool good = true;

	t->mode = MODE_TUNNEL;
	for (unsigned i = 0; i < 4; i++) {
		set(t->outer, i & 1 ? outer6 : outer4);
		set(t->inner, i & 2 ? inner6 : inner4);
		good = try(t) && good;
	}
	return good;
}

static void
of_suite(const struct suite *s)
{
	struct talk t = { .suite = s };
	bool good = in_transport(&t);

	good = in_tunnels(&t) && good;
	t.esn = true;
	good = in_transport(&t) && good;
	good = in_tunnels(&t) && good;
	tell(good, "%s: transport and tunnel, IPv4 and IPv6 inside and outside, ESN or not",
	     s->name);
}

static void
in_udp(const struct suite *s)
{
	struct talk t = { .suite = s, .encap = true, .esn = true };
	bool good = in_transport(&t);

	good = in_tunnels(&t) && good;
	tell(good, "%s in UDP: transport and tunnel, each family in each", s->name);
}

static void
compressed(const struct suite *s)
{
	struct talk t = { .suite = s, .cpi = 0x0abc };
	bool good = in_transport(&t);

	good = in_tunnels(&t) && good;
	tell(good, "IPComp within %s: short packets and long ones", s->name);
}

void
plane_matrix(void)
{
	for (unsigned i = 0; i < n_suites; i++)
		of_suite(&suites[i]);
	in_udp(&suites[0]);
	in_udp(&suites[9]);
	compressed(&suites[2]);
	compressed(&suites[14]);
}
