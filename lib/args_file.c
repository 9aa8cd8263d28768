/* --optionsfrom: arguments read from files, spliced into the command line. */
#include "lib/args_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ARGS = 4096, MAX_FILES = 100, MAX_LINE = 1024 };

/* Kept until exit, since options point into them. */
struct kept {
	struct kept *before;
	char *argv[MAX_ARGS + 1];
};
static struct kept *all;

struct expansion {
	struct args *out;
	unsigned files;
	char *err;
	size_t errlen;
};

static int
push(struct expansion *x, const char *text)
{
	char *copy;

	if (x->out->argc >= MAX_ARGS) {
		snprintf(x->err, x->errlen, "more than %d arguments", MAX_ARGS);
		return -EINVAL;
	}
	copy = strdup(text);
	if (copy == NULL)
		return -ENOMEM;
	x->out->argv[x->out->argc++] = copy;
	return 0;
}

static int expand_file(struct expansion *x, const char *path);

/* One argument: kept, or the word before a file name. */
static int
take(struct expansion *x, const char *arg, bool *want_file)
{
	if (*want_file) {
		*want_file = false;
		return expand_file(x, arg);
	}
	if (strcmp(arg, "--optionsfrom") == 0) {
		*want_file = true;
		return 0;
	}
	if (strncmp(arg, "--optionsfrom=", 14) == 0)
		return expand_file(x, arg + 14);
	return push(x, arg);
}

static int
take_line(struct expansion *x, char *line, bool *want_file)
{
	size_t n = strcspn(line, "\r\n");
	char *save = NULL;
	int rc = 0;

	line[n] = '\0';
	if (n == 0 || line[0] == '#' || line[strspn(line, " \t")] == '\0')
		return 0;
	if (line[0] == '-') {
		for (char *w = strtok_r(line, " \t", &save); w != NULL && rc == 0;
		     w = strtok_r(NULL, " \t", &save))
			rc = take(x, w, want_file);
		return rc;
	}
	if (n >= 2 && line[0] == '"' && line[n - 1] == '"') {
		line[n - 1] = '\0';
		line++;
	}
	return take(x, line, want_file);
}

static int
expand_file(struct expansion *x, const char *path)
{
	char line[MAX_LINE];
	bool want_file = false;
	unsigned number = 0;
	int rc = 0;
	FILE *f;

	if (++x->files >= MAX_FILES) {
		snprintf(x->err, x->errlen, "--optionsfrom %s: looping (%d files)", path, MAX_FILES);
		return -EINVAL;
	}
	f = fopen(path, "re");
	if (f == NULL) {
		snprintf(x->err, x->errlen, "--optionsfrom %s: %s", path, strerror(errno));
		return -EINVAL;
	}
	while (rc == 0 && fgets(line, sizeof(line), f) != NULL) {
		number++;
		if (strlen(line) == sizeof(line) - 1 && line[sizeof(line) - 2] != '\n') {
			snprintf(x->err, x->errlen, "%s:%u: line longer than %d characters",
				 path, number, MAX_LINE - 2);
			rc = -EINVAL;
			break;
		}
		rc = take_line(x, line, &want_file);
	}
	fclose(f);
	if (rc == 0 && want_file) {
		snprintf(x->err, x->errlen, "%s: --optionsfrom without a file name", path);
		rc = -EINVAL;
	}
	return rc;
}

int
args_expand(int argc, char **argv, struct args *out, char *err, size_t errlen)
{
	struct expansion x = { .out = out, .err = err, .errlen = errlen };
	bool want_file = false;
	struct kept *k;
	int rc = 0;

	out->argc = 0;
	out->argv = NULL;
	k = calloc(1, sizeof(*k));
	if (k == NULL)
		return -ENOMEM;
	k->before = all;
	all = k;
	out->argv = k->argv;
	for (int i = 0; i < argc && rc == 0; i++)
		rc = take(&x, argv[i], &want_file);
	if (rc == 0 && want_file) {
		snprintf(err, errlen, "--optionsfrom without a file name");
		rc = -EINVAL;
	}
	return rc;
}
