/* ipsec: runs the program that a command stands for, from its own folder. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/version.h"

enum { STATUS_USAGE = 64, STATUS_CANNOT_RUN = 126 };

/* Only these names are ever run. */
static const struct {
	const char *name, *program, *what;
} commands[] = {
	{ "pluto", "pluto", "the daemon" },
	{ "whack", "whack", "control the daemon" },
	{ "adns", "adns", "the daemon's DNS helper" },
	{ "_updown", "_updown", "what the daemon does when routes change" },
	{ "zone", "oe-zone", "write DNS records" },
	{ "newhostkey", "newhostkey", "make this host's key" },
	{ "showhostkey", "showhostkey", "print the record of this host's key" },
};

static int
help(FILE *out, int status)
{
	fputs("usage: ipsec COMMAND [arguments]\n\n", out);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		fprintf(out, "  %-12s %s\n", commands[i].name,
		    commands[i].what);
	return status;
}

/* Where this program is. */
static bool
own_dir(char buf[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", buf, PATH_MAX - 1);
	char *slash;

	if (n <= 0)
		return false;
	buf[n] = '\0';
	slash = strrchr(buf, '/');
	if (!slash)
		return false;
	*slash = '\0';
	return true;
}

/* The program in DIR/BELOW; returns when it is not there. */
static void
try(const char *dir, const char *below, const char *program, char **argv)
{
	char path[PATH_MAX + 64];
	int n = snprintf(path, sizeof(path), "%s%s/%s", dir, below, program);

	if (n < 0 || (size_t)n >= sizeof(path))
		return;
	execv(path, argv);
	if (errno != ENOENT)
		fprintf(stderr, "ipsec: cannot run %s: %s\n", path, strerror(errno));
}

/* In $IPSEC_EXECDIR when that is set; else beside this program, or where
 * make install puts those that are not in everybody's path. */
static int
run(const char *program, char **argv)
{
	const char *set = getenv("IPSEC_EXECDIR");
	char own[PATH_MAX];

	if (set && *set) {
		try(set, "", program, argv);
	} else if (own_dir(own)) {
		try(own, "", program, argv);
		try(own, "/../libexec/ipsec", program, argv);
		set = own;
	}
	fprintf(stderr, "ipsec: %s is neither in %s nor in ../libexec/ipsec "
	    "beside it; set IPSEC_EXECDIR\n", program, set ? set : "?");
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
