/* The command line of the programs in zones/, read by rows. */
#include "zones/front.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_LONG = 256, HELP = FIRST_LONG + FRONT_MAX_ROWS };

int
front_complain(const char *prog, const char *what, const char *text, const char *wanted)
{
	fprintf(stderr, "%s: %s \"%s\": expected %s\n", prog, what, text, wanted);
	return EXIT_USAGE_ERROR;
}

int
front_failed(const char *prog, const char *why)
{
	fprintf(stderr, "%s: %s\n", prog, why);
	return EXIT_FAILED;
}

int
front_usage(const struct front *f)
{
	fputs(f->usage, stderr);
	return EXIT_USAGE_ERROR;
}

/* The rows in the words of getopt_long. */
static void
spell(const struct front *f, struct option *longs, char *letters)
{
	for (size_t i = 0; i < f->n_rows; i++) {
		const struct front_row *r = &f->rows[i];

		longs[i] = (struct option){ r->name,
			r->wanted != NULL ? required_argument : no_argument, NULL,
			FIRST_LONG + (int)i };
		if (r->letter == 0)
			continue;
		*letters++ = r->letter;
		if (r->wanted != NULL)
			*letters++ = ':';
	}
	longs[f->n_rows] = (struct option){ "help", no_argument, NULL, HELP };
	*letters++ = 'h';
	*letters = '\0';
}

static const struct front_row *
row_of(const struct front *f, int c)
{
	for (size_t i = 0; i < f->n_rows; i++)
		if (c == FIRST_LONG + (int)i || (c != 0 && c == f->rows[i].letter))
			return &f->rows[i];
	return NULL;
}

static int
one_option(const struct front *f, int c)
{
	const struct front_row *r = row_of(f, c);

	if (c == HELP || c == 'h') {
		fputs(f->usage, stdout);
		return EXIT_OK;
	}
	if (r == NULL)
		return front_usage(f);
	return r->set(f->args, optarg) ? -1
		: front_complain(f->prog, r->name, optarg, r->wanted);
}

int
front_options(const struct front *f, int argc, char **argv)
{
	struct option longs[FRONT_MAX_ROWS + 2] = { 0 };
	char letters[2 * FRONT_MAX_ROWS + 2];
	int c, status = -1;

	assert(f->n_rows <= FRONT_MAX_ROWS);
	spell(f, longs, letters);
	while (status < 0 && (c = getopt_long(argc, argv, letters, longs, NULL)) != -1)
		status = one_option(f, c);
	return status;
}

FILE *
front_open(const char *prog, const char *path)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	char err[400];

	if (f == NULL) {
		snprintf(err, sizeof(err), "%s: %s", path, strerror(errno));
		front_failed(prog, err);
	}
	return f;
}

void
front_close(FILE *f)
{
	if (f != NULL && f != stdin)
		fclose(f);
}

int
front_record_under(const char *prog, const struct record_request *q, const struct dns_name *name,
		   const struct pubkey *key, const struct output *o)
{
	struct record r;
	char err[200] = "cannot write";
	bool ok = record_make(q, key, &r, err, sizeof(err));
	const char *why;

	if (name != NULL)
		r.owner = *name;
	why = ok ? record_refused(o, &r) : NULL;
	if (why != NULL)
		snprintf(err, sizeof(err), "%s: %s", q->owner, why);
	ok = ok && why == NULL && record_print(o, &r) && fflush(o->out) == 0;
	record_clear(&r);
	return ok ? EXIT_OK : front_failed(prog, err);
}

int
front_record(const char *prog, const struct record_request *q, const struct pubkey *key,
	     const struct output *o)
{
	return front_record_under(prog, q, NULL, key, o);
}
