/* ipsec: runs the program that a command stands for, from its own folder. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/program.h"
#include "lib/version.h"

enum { STATUS_USAGE = 64, STATUS_CANNOT_RUN = 126 };

/* Only these names are ever run. */
static const struct {
	const char *name, *program, *what;
} commands[] = {
	{ "pluto", "pluto", "the daemon" },
	{ "whack", "whack", "control the daemon" },
	{ "top", "top", "the pairs that matter most, on a screen" },
	{ "start", "setup", "start it with what ipsec.conf says" },
	{ "stop", "setup", "end it" },
	{ "restart", "setup", "end it, and start it" },
	{ "reload", "setup", "read ipsec.conf again" },
	{ "auto", "auto", "add, up, down, route, delete: a connection of ipsec.conf" },
	{ "adns", "adns", "the daemon's DNS helper" },
	{ "_updown", "_updown", "what the daemon does when routes change" },
	{ "verify", "verify", "is this host ready, and can peers find its key?" },
	{ "_unbound-hook", "_unbound-hook", "what a resolver with ipsecmod starts" },
	{ "zone", "oe-zone", "write DNS records" },
	{ "newhostkey", "newhostkey", "make this host's key" },
	{ "showhostkey", "showhostkey", "print the record of this host's key" },
};

static int
help(FILE *out, int status)
{
	fputs("usage: ipsec COMMAND [arguments]\n\n", out);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		fprintf(out, "  %-14s %s\n", commands[i].name,
		    commands[i].what);
	return status;
}

static int
run(const char *program, char **argv)
{
	char path[PATH_MAX];

	if (!program_find(program, path)) {
		fprintf(stderr, "ipsec: %s is neither in %s nor in ../libexec/ipsec "
		    "beside it; set IPSEC_EXECDIR\n", program, path);
		return STATUS_CANNOT_RUN;
	}
	execv(path, argv);
	fprintf(stderr, "ipsec: cannot run %s: %s\n", path, strerror(errno));
	return STATUS_CANNOT_RUN;
}

int
main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	if (argc < 2)
		return help(stderr, STATUS_USAGE);
	if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0)
		return help(stdout, 0);
	if (strcmp(name, "--version") == 0) {
		printf("ipsec %s\n", VERSION);
		return 0;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return run(commands[i].program, argv + 1);
	fprintf(stderr, "ipsec: there is no command \"%s\"; ipsec help lists "
	    "what there is\n", name);
	return STATUS_USAGE;
}
