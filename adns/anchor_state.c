/* The root's keys, followed as they roll (RFC 5011): begins the state file, and tells
 * which keys it believes. libunbound keeps it. */
#include "adns/anchor_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/read_file.h"
#include "lib/state_folder.h"

enum { MAX_FILE = 1 << 20, PATH_LEN = 4096 };

static int
read_path(const char *path, struct chunk *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc;

	*out = (struct chunk){ .ptr = NULL };
	if (fd < 0)
		return -errno;
	rc = read_file(fd, MAX_FILE, out);
	close(fd);
	return rc;
}

/* libunbound's comment on a line: ";;state=2 [  VALID  ]". Of a file that no validator
 * has written yet all lines count. */
static bool
is_believed(const char *line)
{
	const char *at = strstr(line, ";;state=");
	char state = at == NULL ? '2' : at[strlen(";;state=")];

	return line[0] != ';' && (state == '2' || state == '3');
}

bool
anchor_state_read(const char *file, struct anchors *a, char err[200])
{
	char *line = NULL, *text = NULL;
	size_t room = 0, len = 0;
	FILE *f = fopen(file, "re"), *kept = f != NULL ? open_memstream(&text, &len) : NULL;
	bool ok = false;

	snprintf(err, 200, "%.100s: %s", file, strerror(errno));
	while (kept != NULL && getline(&line, &room, f) > 0)
		if (is_believed(line))
			fputs(line, kept);
	if (kept != NULL)
		fclose(kept);
	if (f != NULL)
		fclose(f);
	if (f != NULL && kept != NULL && len == 0)
		snprintf(err, 200, "%.100s believes no key, as each has been revoked; remove it to "
			 "begin anew", file);
	f = len > 0 ? fmemopen(text, len, "r") : NULL;
	if (f != NULL) {
		ok = anchors_read(f, file, a, err);
		fclose(f);
	}
	free(text);
	free(line);
	return ok;
}

static bool
is_of_root_alone(const char *seed)
{
	struct anchors a = { 0 };
	char err[200];
	FILE *f = fopen(seed, "re");
	bool ok = f != NULL && anchors_read(f, seed, &a, err);

	if (f != NULL)
		fclose(f);
	return ok && strncmp(a.text, ". ", 2) == 0 && strcmp(a.last_owner, ".") == 0;
}

/* Whole or not at all; never through a link that somebody else has put there. */
static int
write_new(const char *path, struct span text)
{
	char temporary[PATH_LEN + 8];
	int fd, rc = 0;

	snprintf(temporary, sizeof(temporary), "%s.new", path);
	(void)unlink(temporary);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	errno = ENOSPC;	/* a write that is cut short says nothing */
	if (fchmod(fd, 0644) != 0 || write(fd, text.ptr, text.len) != (ssize_t)text.len || fsync(fd) != 0)
		rc = -errno;
	close(fd);
	if (rc == 0 && rename(temporary, path) != 0)
		rc = -errno;
	return rc;
}

/* FILE.seed is a copy of what it was begun from. */
static int
begin(const char *file, struct span seed, bool *begun)
{
	char copy[PATH_LEN + 8];
	struct chunk was = { .ptr = NULL };
	struct stat st;
	int rc;

	snprintf(copy, sizeof(copy), "%s.seed", file);
	if (lstat(file, &st) == 0 && S_ISREG(st.st_mode) && read_path(copy, &was) == 0
	    && span_eq(chunk_span(was), seed)) {
		chunk_free(&was);
		return 0;
	}
	chunk_free(&was);
	*begun = true;
	rc = write_new(file, seed);
	return rc != 0 ? rc : write_new(copy, seed);
}

bool
anchor_state_prepare(const char *file, const char *seed, uid_t uid, gid_t gid, bool *begun,
		     char err[200])
{
	bool root = geteuid() == 0;
	struct chunk text;
	int rc;

	*begun = false;
	snprintf(err, 200, "%.120s is not of the root alone", seed);
	if (strlen(file) >= PATH_LEN || !is_of_root_alone(seed) || read_path(seed, &text) != 0)
		return false;
	rc = state_folder_make(file, uid, gid);
	/* As the user: its folder may hold links by now. */
	if (rc == 0 && root && (setegid(gid) != 0 || seteuid(uid) != 0))
		rc = -errno;
	if (rc == 0)
		rc = begin(file, chunk_span(text), begun);
	if (root && (seteuid(0) != 0 || setegid(0) != 0))
		rc = -EPERM;
	chunk_free(&text);
	snprintf(err, 200, "%.120s: %s", file, strerror(-rc));
	return rc == 0;
}

static void
look(void *ctx)
{
	struct anchor_watch *w = ctx;
	struct anchors now = { 0 };
	char err[200];

	w->timer = loop_after(w->loop, w->every_ms, look, w);
	if (!anchor_state_read(w->file, &now, err))
		snprintf(now.text, sizeof(now.text), ". (none: each has been revoked)");
	if (strcmp(now.text, w->known) == 0)
		return;
	snprintf(w->known, sizeof(w->known), "%s", now.text);
	w->fn(w->ctx, &now);
}

void
anchor_watch(struct anchor_watch *w, struct loop *l, const char *file, const char *known,
	     uint32_t every_ms, anchor_state_fn *fn, void *ctx)
{
	*w = (struct anchor_watch){ .loop = l, .file = file, .every_ms = every_ms, .fn = fn,
		.ctx = ctx };
	snprintf(w->known, sizeof(w->known), "%s", known);
	if (file != NULL)
		w->timer = loop_after(l, every_ms, look, w);
}

void
anchor_watch_stop(struct anchor_watch *w)
{
	if (w->loop != NULL)
		loop_cancel(w->loop, &w->timer);
}
