/* whack's command line while it is read; for requests.c and plan.c alone. */
#ifndef WHACK_PARSE_H
#define WHACK_PARSE_H

#include "whack/options.h"

/* What has been read so far. */
struct parse {
	struct whack_run *run;
	json_t *left, *end;	/* END is being described; LEFT once --to was seen */
	json_t *conn, *trial, *key, *debug, *login, *actions;
	const char *name;
	char outer, inner;	/* '4' or '6': --ipv4, --tunnelipv6; 0: not said */
	const char *replay;		/* a file of requests */
	bool help, version, utc;
};

/* One sentence on standard error, with the label and the connection's name;
 * always -EINVAL. */
int whack_fail(const struct parse *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* From what was read to P->run->requests, in the order of whack_commands[]; ARGV
 * from optind on is what is no option. 0, or -EINVAL after a sentence. */
int whack_plan(struct parse *p, int argc, char **argv);

#endif
