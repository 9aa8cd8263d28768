/* What the programs in zones/ have in common at their command line: options as
 * rows, complaints in one form, records printed. */
#ifndef ZONES_FRONT_H
#define ZONES_FRONT_H

#include "zones/record.h"
#include "zones/verbs.h"

struct front_row {
	const char *name;	/* --name */
	char letter;		/* -n; 0: none */
	const char *wanted;	/* what the value must be; NULL: takes none */
	/* False: the value is not what is wanted. TEXT stays valid. */
	bool (*set)(void *args, const char *text);
};

struct front {
	const char *prog, *usage;
	const struct front_row *rows;
	size_t n_rows;		/* at most FRONT_MAX_ROWS */
	void *args;		/* handed to each row's set */
};
enum { FRONT_MAX_ROWS = 24 };

/* Sets what the options say; --help is among them. -1: go on at argv[optind];
 * else the exit status, after a sentence or the usage. */
int front_options(const struct front *f, int argc, char **argv);
/* "PROG: WHAT "TEXT": expected WANTED"; EXIT_USAGE_ERROR. */
int front_complain(const char *prog, const char *what, const char *text, const char *wanted);
/* "PROG: WHY"; EXIT_FAILED. */
int front_failed(const char *prog, const char *why);
/* The usage on standard error; EXIT_USAGE_ERROR. */
int front_usage(const struct front *f);
/* PATH to be read ("-": standard input), or NULL after a sentence; and closed, if it was
 * opened. */
FILE *front_open(const char *prog, const char *path);
void front_close(FILE *f);
/* Makes one record and prints it to O, between output_begin and output_end. An exit
 * status, after a sentence. */
int front_record(const char *prog, const struct record_request *q, const struct pubkey *key,
		 const struct output *o);
/* The same under NAME, whatever the owner of Q is called; NULL: its own name. */
int front_record_under(const char *prog, const struct record_request *q,
		       const struct dns_name *name, const struct pubkey *key,
		       const struct output *o);

#endif
