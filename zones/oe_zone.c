/* oe-zone: writes the DNS records of opportunistic encryption. */
#include <stdio.h>
#include <string.h>

#include "lib/version.h"
#include "zones/verbs.h"

static const struct {
	const char *name;
	verb_fn *run;
	const char *what;
} verbs[] = {
	{ "record", verb_record, "print the IPSECKEY record of a key" },
	{ "reverse", verb_reverse, "print the reverse zones of a prefix, and their delegation" },
	{ "check", verb_check, "tell what is wrong in a zone file, for five servers" },
	{ "diff", verb_diff, "compare a server's records with those of a file" },
	{ "push", verb_push, "make a server's records those of a file, by a dynamic update" },
	{ "roll", verb_roll, "replace a key: start, status, activate, finish" },
	{ "mail", verb_mail, "print the letter to whoever holds the reverse zone" },
	{ "verify", verb_verify, "ask what peers will find: DNSSEC, every server, the name" },
	{ "watch", verb_watch, "say when a name becomes ready, or no longer is" },
};

static int
help(FILE *out, int status)
{
	fputs("usage: oe-zone VERB [options] ...\n\n", out);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		fprintf(out, "  %-10s %s\n", verbs[i].name, verbs[i].what);
	fputs("\noe-zone VERB --help says more about one of them.\n", out);
	return status;
}

int
main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (argc < 2)
		return help(stderr, EXIT_USAGE_ERROR);
	if (strcmp(verb, "help") == 0 || strcmp(verb, "--help") == 0)
		return help(stdout, EXIT_OK);
	if (strcmp(verb, "--version") == 0) {
		printf("oe-zone %s\n", VERSION);
		return EXIT_OK;
	}
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (strcmp(verbs[i].name, verb) == 0)
			return verbs[i].run(argc - 1, argv + 1);
	fprintf(stderr, "oe-zone: there is no verb \"%s\"; oe-zone help lists "
	    "what there is\n", verb);
	return EXIT_USAGE_ERROR;
}
