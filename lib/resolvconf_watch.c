/* Looks at a resolv.conf again and again: it may be a link to a file in any folder, or
 * be replaced, so its times and number tell more surely than events do. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/resolvconf_watch.h"

/* What tells one state of the file from another; all zero: it is not there. */
struct stamp {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec written, changed;
};

struct resolvconf_watch {
	struct loop *loop;
	const char *file;
	struct endpoint now[RESOLVCONF_MAX];
	size_t n;
	uint32_t every_ms;
	struct stamp last, read;	/* seen at the last look; whose content is known */
	loop_id timer;
	loop_timer_fn *fn;
	void *ctx;
};

static struct stamp
stamp_of(const char *file)
{
	struct stamp s;
	struct stat st;

	memset(&s, 0, sizeof(s));
	if (stat(file, &st) != 0)
		return s;
	s.dev = st.st_dev;
	s.ino = st.st_ino;
	s.size = st.st_size;
	s.written = st.st_mtim;
	s.changed = st.st_ctim;
	return s;
}

static bool
same(const struct stamp *a, const struct stamp *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static size_t
read_names(const char *file, struct endpoint found[RESOLVCONF_MAX])
{
	FILE *f = fopen(file, "re");
	size_t n = 0;

	memset(found, 0, RESOLVCONF_MAX * sizeof(*found));
	if (f != NULL) {
		n = resolvconf_read(f, found, RESOLVCONF_MAX);
		fclose(f);
	}
	return n;
}

static bool
names_others(const struct resolvconf_watch *w)
{
	struct endpoint found[RESOLVCONF_MAX];
	size_t n = read_names(w->file, found);

	if (n != w->n)
		return n > 0;
	for (size_t i = 0; i < n; i++)
		if (!endpoint_eq(&found[i], &w->now[i]))
			return true;
	return false;
}

static void
look(void *ctx)
{
	struct resolvconf_watch *w = ctx;
	struct stamp s = stamp_of(w->file);
	bool settled = same(&s, &w->last) && !same(&s, &w->read);

	w->last = s;
	w->timer = loop_after(w->loop, w->every_ms, look, w);
	if (!settled)
		return;
	w->read = s;
	if (!names_others(w))
		return;
	loop_cancel(w->loop, &w->timer);
	w->fn(w->ctx);
}

struct resolvconf_watch *
resolvconf_watch_new(struct loop *l, const char *file, uint32_t every_ms,
		     loop_timer_fn *fn, void *ctx)
{
	struct resolvconf_watch *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->loop = l;
	w->file = file;
	w->n = read_names(file, w->now);
	w->every_ms = every_ms;
	w->fn = fn;
	w->ctx = ctx;
	/* It may have changed since it was read: the first look reads it again. */
	w->last = stamp_of(file);
	w->timer = loop_after(l, every_ms, look, w);
	return w;
}

void
resolvconf_watch_free(struct resolvconf_watch *w)
{
	if (w == NULL)
		return;
	loop_cancel(w->loop, &w->timer);
	free(w);
}
