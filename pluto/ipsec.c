/* ipsec: runs the program that a command stands for, from its own folder. */
#include <errno.h>
#include <limits.h>
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

/* Where our programs are: $IPSEC_EXECDIR, else where this one is. */
static const char *
exec_dir(char buf[PATH_MAX])
{
	const char *set = getenv("IPSEC_EXECDIR");
	ssize_t n;
	char *slash;

	if (set && *set)
		return set;
	n = readlink("/proc/self/exe", buf, PATH_MAX - 1);
	if (n <= 0)
		return NULL;
	buf[n] = '\0';
	slash = strrchr(buf, '/');
	if (!slash)
		return NULL;
	*slash = '\0';
	return buf;
}

static int
run(const char *program, char **argv)
{
	char buf[PATH_MAX], path[PATH_MAX + 64];
	const char *dir = exec_dir(buf);
	int n = dir ? snprintf(path, sizeof(path), "%s/%s", dir, program) : -1;

	if (n < 0 || (size_t)n >= sizeof(path)) {
		fputs("ipsec: cannot tell where the programs are; set "
		    "IPSEC_EXECDIR\n", stderr);
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
