/* The file that remembers which connections came from ipsec.conf. */
#include "conf/loaded.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool
path_of(const char *ctlbase, const char *end, char path[PATH_MAX])
{
	int n = snprintf(path, PATH_MAX, "%s.conns%s", ctlbase, end);

	return n >= 0 && n < PATH_MAX;
}

bool
loaded_add(struct loaded *l, const char *name, uint64_t hash)
{
	struct loaded_conn *more = realloc(l->c, (l->n + 1) * sizeof(*more));

	if (more == NULL)
		return false;
	l->c = more;
	more[l->n] = (struct loaded_conn){ .hash = hash, .kept = true };
	snprintf(more[l->n].name, sizeof(more[l->n].name), "%s", name);
	l->n++;
	return true;
}

/* The daemon's process id, or 0. */
static long
daemon_pid(const char *ctlbase)
{
	char path[PATH_MAX];
	long pid = 0;
	FILE *f;

	if (snprintf(path, sizeof(path), "%s.pid", ctlbase) >= (int)sizeof(path)
	    || (f = fopen(path, "re")) == NULL)
		return 0;
	if (fscanf(f, "%18ld", &pid) != 1)
		pid = 0;
	fclose(f);
	return pid;
}

struct loaded
loaded_read(const char *ctlbase)
{
	struct loaded l = { NULL, 0 };
	char path[PATH_MAX], name[64];
	bool ours;
	uint64_t hash;
	long pid;
	FILE *f;

	if (!path_of(ctlbase, "", path) || (f = fopen(path, "re")) == NULL)
		return l;
	ours = fscanf(f, "pid %18ld", &pid) == 1 && pid == daemon_pid(ctlbase);
	while (ours && fscanf(f, "%16" SCNx64 " %63s", &hash, name) == 2 && loaded_add(&l, name, hash))
		l.c[l.n - 1].kept = false;
	fclose(f);
	return l;
}

struct loaded_conn *
loaded_find(struct loaded *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->c[i].name, name) == 0)
			return &l->c[i];
	return NULL;
}

int
loaded_write(const struct loaded *l, const char *ctlbase)
{
	char path[PATH_MAX], new[PATH_MAX];
	bool ok = true;
	FILE *f;

	if (!path_of(ctlbase, "", path) || !path_of(ctlbase, ".new", new))
		return -ENAMETOOLONG;
	f = fopen(new, "we");
	if (f == NULL)
		return -errno;
	ok = fprintf(f, "pid %ld\n", daemon_pid(ctlbase)) > 0;
	for (size_t i = 0; i < l->n; i++)
		if (l->c[i].kept)
			ok = fprintf(f, "%016" PRIx64 " %s\n", l->c[i].hash, l->c[i].name) > 0 && ok;
	ok = fclose(f) == 0 && ok && rename(new, path) == 0;
	return ok ? 0 : -EIO;
}

void
loaded_forget(const char *ctlbase)
{
	char path[PATH_MAX];

	if (path_of(ctlbase, "", path))
		unlink(path);
}

void
loaded_free(struct loaded *l)
{
	free(l->c);
	*l = (struct loaded){ NULL, 0 };
}
