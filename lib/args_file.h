/* --optionsfrom: arguments read from files, spliced into the command line. */
#ifndef LIB_ARGS_FILE_H
#define LIB_ARGS_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct args {
	int argc;
	char **argv;	/* NULL-terminated; lives until exit */
};

/* Copies ARGV, replacing each "--optionsfrom FILE" by the file's arguments: a
 * line that begins with '-' is split at blanks, any other line is one argument
 * (one pair of surrounding double quotes is taken off); blank lines and lines
 * that begin with '#' are left out. Files may nest; the 100th use is refused as
 * a loop. -EINVAL with a sentence in ERR. */
int args_expand(int argc, char **argv, struct args *out, char *err, size_t errlen);

#endif
