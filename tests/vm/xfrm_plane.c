/* The XFRM plane against a kernel that has ESP; prints TAP. plane_test.sh makes
 * the hosts, and names their namespaces:
 *
 *	xfrm_plane WEST EAST SERVER [PART] */
#include <stdio.h>
#include <string.h>

#include "tests/vm/plane.h"

static const struct part {
	const char *name;
	void (*run)(void);
} parts[] = {
	{ "matrix", plane_matrix },
	{ "policies", plane_policies },
	{ "life", plane_life },
	{ "moves", plane_moves },
	{ "offload", plane_offload },
	{ "interface", plane_interface },
};

static bool
open_ports(void)
{
	static const struct { enum host at; const char *addr; } ports[] = {
		{ WEST, "192.0.2.1" }, { WEST, "2001:db8::1" }, { WEST, "192.0.2.11" },
		{ WEST, "2001:db8::11" }, { EAST, "192.0.2.2" }, { EAST, "2001:db8::2" },
	};
	bool good = true;

	for (size_t i = 0; i < sizeof(ports) / sizeof(*ports); i++)
		good = net_natt(ports[i].at, ports[i].addr, &bench.plane[ports[i].at]) && good;
	return good;
}

int
main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 4 || !net_begin(argv + 1)) {
		fputs("xfrm_plane: run tests/vm/plane_test.sh\n", stderr);
		return 1;
	}
	if (!bench_begin())
		return 1;
	tell(open_ports(), "UDP 4500 of both families is the kernel's");
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		uint64_t begun = monotonic_ms();

		if (argc > 4 && strcmp(argv[4], parts[i].name) != 0)
			continue;
		parts[i].run();
		note("%s: %.1f s", parts[i].name, (double)(monotonic_ms() - begun) / 1000);
	}
	bench_end();
	return 0;
}
