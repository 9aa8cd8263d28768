/* ipsec _updown: what pluto does by itself when no --updown is given, for
 * programs that do something more and then call this. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pluto/kernel/route.h"

enum { STATUS_FAILED = 1, STATUS_USAGE = 64 };

static char *
variable(const char *name)
{
	return getenv(name);
}

int
main(int argc, char **argv)
{
	struct updown_event e;
	struct rtnl *r;
	char err[300];
	int rc;

	(void)argv;
	if (argc > 1 || !updown_env_read(variable, &e, err, sizeof(err))) {
		fprintf(stderr, "_updown: %s; pluto sets the environment, see ipsec_updown(8)\n",
			argc > 1 ? "there are no arguments" : err);
		return STATUS_USAGE;
	}
	r = rtnl_open();
	if (r == NULL) {
		fprintf(stderr, "_updown: cannot open a netlink socket: %s\n", strerror(errno));
		return STATUS_FAILED;
	}
	rc = route_updown(r, &e, err, sizeof(err));
	if (rc != 0)
		fprintf(stderr, "_updown: %s\n", err);
	rtnl_close(r);
	return rc == 0 ? 0 : STATUS_FAILED;
}
