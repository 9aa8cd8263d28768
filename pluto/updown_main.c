/* ipsec _updown: what pluto does by itself when no --updown is given, for
 * programs that do something more and then call this. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pluto/kernel/route.h"
#include "pluto/updown_dns.h"

enum { STATUS_FAILED = 1, STATUS_USAGE = 64 };

static char *
variable(const char *name)
{
	return getenv(name);
}

static bool
change_routes(const struct updown_event *e, char *err, size_t errlen)
{
	struct rtnl *r = rtnl_open();
	int rc;

	if (r == NULL) {
		snprintf(err, errlen, "cannot open a netlink socket: %s", strerror(errno));
		return false;
	}
	rc = route_updown(r, e, err, errlen);
	rtnl_close(r);
	return rc == 0;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "resolv-conf", optional_argument, NULL, 'r' }, { NULL, 0, NULL, 0 },
	};
	const char *file = NULL;
	struct updown_event e;
	char err[300];
	bool ok;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) == 'r')
		file = optarg != NULL ? optarg : "/etc/resolv.conf";
	if (c != -1 || optind < argc || !updown_env_read(variable, &e, err, sizeof(err))) {
		fprintf(stderr, "_updown: %s; pluto sets the environment, see ipsec_updown(8)\n",
			c != -1 || optind < argc ? "the one argument is --resolv-conf[=FILE]" : err);
		return STATUS_USAGE;
	}
	ok = e.verb == UPDOWN_DNS || e.verb == UPDOWN_NO_DNS
		? updown_dns(&e, file, err, sizeof(err)) : change_routes(&e, err, sizeof(err));
	if (!ok)
		fprintf(stderr, "_updown: %s\n", err);
	return ok ? 0 : STATUS_FAILED;
}
