/* Reads ipsec.secrets and what it includes, all or nothing. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/read_file.h"
#include "pluto/keeper/secrets_source.h"

enum { MAX_DEPTH = 10, MAX_FILES = 1000, MAX_FILE_SIZE = 1 << 20 };

static bool read_matches(struct reading *r, const char *pattern,
			 unsigned depth, const struct source *from,
			 unsigned line);

static bool
read_include(struct source *s)
{
	struct token word = lexer_next(&s->lex);
	struct token t = lexer_next(&s->lex);
	struct token after = lexer_peek(&s->lex);
	char name[SECRETS_MAX_WORD], path[2 * SECRETS_MAX_WORD];
	const char *slash = strrchr(s->name, '/');
	int dir = slash ? (int)(slash - s->name) + 1 : 0;

	if ((t.kind != TOKEN_WORD && t.kind != TOKEN_STRING) || t.first ||
	    !token_text(&t, name, sizeof(name)) || !*name)
		return source_bad(s, word.line, "expected a file name after include");
	if (after.kind != TOKEN_END && !after.first)
		return source_bad(s, after.line, "expected one file name after "
		    "include");
	if (!s->r->ipsecdir)
		return source_bad(s, word.line, "expected no include here");
	/* Relative names count from the file that includes. */
	dir = snprintf(path, sizeof(path), "%.*s%s", name[0] == '/' ? 0 : dir,
	    s->name, name);
	if (dir < 0 || (size_t)dir >= sizeof(path))
		return source_bad(s, word.line, "expected a shorter file name");
	return read_matches(s->r, path, s->depth + 1, s, word.line);
}

static bool
read_text(struct reading *r, struct span text, const char *name,
	  unsigned depth)
{
	struct source s = { .r = r, .lex = lexer(text), .name = name,
		.depth = depth };
	bool ok = true;

	while (ok) {
		struct token t = lexer_peek(&s.lex);

		if (t.kind == TOKEN_END)
			break;
		if (!t.first)
			return source_bad(&s, t.line, "expected an entry to begin in "
			    "the first column");
		ok = token_is(&t, "include") ? read_include(&s) :
		    source_entry(&s);
	}
	return ok;
}

/* Says what went wrong with NAME: at the include, or without a place. */
static bool
file_bad(struct reading *r, const struct source *from, unsigned line,
	 const char *name, const char *why)
{
	if (from)
		return source_bad(from, line, "%s: %s", name, why);
	snprintf(r->err, r->errlen, "%s: %s", name, why);
	return false;
}

static void
warn_when_open_to_others(int fd, const char *name)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && (st.st_mode & 07))
		log_warn(NULL, "%s: others than its owner may read or write "
		    "it; chmod 600 is safer", name);
}

static bool
read_one(struct reading *r, const char *name, unsigned depth,
	  const struct source *from, unsigned line)
{
	struct secret text = { { NULL, 0 } };
	int fd, rc;
	bool ok;

	if (r->files++ >= MAX_FILES)
		return file_bad(r, from, line, name, "too many files");
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	rc = fd < 0 ? -errno : read_file(fd, MAX_FILE_SIZE, &text.bytes);
	if (rc == 0)
		warn_when_open_to_others(fd, name);
	if (fd >= 0)
		close(fd);
	ok = rc == 0 ? read_text(r, secret_span(&text), name, depth) :
	    file_bad(r, from, line, name, strerror(-rc));
	secret_free(&text);
	return ok;
}

/* A pattern may match nothing; a plain name must exist. */
static bool
read_matches(struct reading *r, const char *pattern, unsigned depth,
	     const struct source *from, unsigned line)
{
	bool ok = true;
	glob_t g;
	int rc;

	if (depth > MAX_DEPTH)
		return file_bad(r, from, line, pattern,
		    "includes nest deeper than 10");
	rc = glob(pattern, 0, NULL, &g);
	if (rc == GLOB_NOMATCH && strpbrk(pattern, "*?["))
		return true;
	if (rc == GLOB_NOMATCH)
		return file_bad(r, from, line, pattern, strerror(ENOENT));
	if (rc != 0)
		return file_bad(r, from, line, pattern, "cannot be read");
	for (size_t i = 0; ok && i < g.gl_pathc; i++)
		ok = read_one(r, g.gl_pathv[i], depth, from, line);
	globfree(&g);
	return ok;
}

/* Two secrets for the same ends: which one is meant cannot be known. */
static bool
check_clash(struct reading *r)
{
	struct secret_view a, b;
	size_t i, j;

	if (!secrets_clash(r->into, &i, &j))
		return true;
	a = secrets_view(r->into, i);
	b = secrets_view(r->into, j);
	snprintf(r->err, r->errlen, "%s:%u: expected the same secret as for "
	    "the same identities in %s:%u", b.file, b.line, a.file, a.line);
	return false;
}

static struct secrets *
finish(struct reading *r, bool ok)
{
	if (ok && check_clash(r))
		return r->into;
	secrets_free(r->into);
	return NULL;
}

static struct reading
begin(const char *ipsecdir, char *err, size_t errlen)
{
	struct reading r = { .into = secrets_new(), .ipsecdir = ipsecdir,
		.err = err, .errlen = errlen };

	snprintf(err, errlen, "%s", r.into ? "" : "no memory");
	return r;
}

struct secrets *
secrets_load(const char *path, const char *ipsecdir, char *err, size_t errlen)
{
	struct reading r = begin(ipsecdir, err, errlen);

	return r.into ? finish(&r, read_matches(&r, path, 0, NULL, 0)) : NULL;
}

struct secrets *
secrets_parse_text(struct span text, const char *name, char *err,
		   size_t errlen)
{
	struct reading r = begin(NULL, err, errlen);

	return r.into ? finish(&r, read_text(&r, text, name, 0)) : NULL;
}
