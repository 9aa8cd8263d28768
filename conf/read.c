/* The files of ipsec.conf: the first one and those that it includes. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/build.h"
#include "lib/read_file.h"

static bool
file_bad(struct conf_build *b, const struct conf_place *from, const char *name, const char *why)
{
	if (from != NULL)
		return conf_bad(b, *from, "include %s: %s", name, why);
	snprintf(b->err, b->errlen, "%s: %s", name, why);
	return false;
}

static bool
read_one(struct conf_build *b, const char *path, unsigned depth, const struct conf_place *from)
{
	const char *name = conf_keep(b->conf, span_str(path));
	struct chunk text = { NULL, 0 };
	int fd, rc;
	bool ok;

	if (name == NULL || b->files++ >= CONF_MAX_FILES)
		return file_bad(b, from, path, "too many files");
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	rc = fd < 0 ? -errno : read_file(fd, CONF_MAX_FILE, &text);
	if (fd >= 0)
		close(fd);
	ok = rc == 0 ? conf_build_text(b, chunk_span(text), name, depth)
		: file_bad(b, from, path, strerror(-rc));
	chunk_free(&text);
	return ok;
}

/* A pattern may match nothing; a plain name must exist. */
bool
conf_build_files(struct conf_build *b, const char *pattern, unsigned depth,
		 const struct conf_place *from)
{
	bool ok = true;
	glob_t g;
	int rc;

	if (depth > CONF_MAX_DEPTH)
		return file_bad(b, from, pattern, "more than 10 includes deep; does it include itself?");
	rc = glob(pattern, 0, NULL, &g);
	if (rc == GLOB_NOMATCH)
		return strpbrk(pattern, "*?[") != NULL ? true
			: file_bad(b, from, pattern, strerror(ENOENT));
	if (rc != 0)
		return file_bad(b, from, pattern, "cannot be searched");
	for (size_t i = 0; i < g.gl_pathc && ok; i++)
		ok = read_one(b, g.gl_pathv[i], depth, from);
	globfree(&g);
	return ok;
}

static struct conf *
begin(struct conf_build *b, bool may_include, char *err, size_t errlen)
{
	*b = (struct conf_build){ .conf = calloc(1, sizeof(*b->conf)), .may_include = may_include,
		.err = err, .errlen = errlen };
	if (b->conf == NULL)
		snprintf(err, errlen, "no memory");
	return b->conf;
}

static struct conf *
end(struct conf_build *b, bool ok)
{
	if (ok && conf_expand(b))
		return b->conf;
	conf_free(b->conf);
	return NULL;
}

struct conf *
conf_read(const char *path, char *err, size_t errlen)
{
	struct conf_build b;

	if (begin(&b, true, err, errlen) == NULL)
		return NULL;
	return end(&b, read_one(&b, path, 0, NULL));
}

struct conf *
conf_parse(struct span text, const char *name, char *err, size_t errlen)
{
	struct conf_build b;

	if (begin(&b, false, err, errlen) == NULL)
		return NULL;
	name = conf_keep(b.conf, span_str(name));
	return end(&b, name != NULL && conf_build_text(&b, text, name, 0));
}

void
conf_free(struct conf *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->n; i++)
		free(c->sections[i].s);
	for (size_t i = 0; i < c->n_texts; i++)
		free(c->texts[i]);
	free(c->sections);
	free(c->texts);
	free(c);
}
