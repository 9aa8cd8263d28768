/* The five policy files of a directory, and the entries said twice. */
#include "oe/group_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/read_file.h"

/* The bytes of NAME in DIRFD; -ENOENT when it is not there. */
static int
load(int dirfd, const char *name, struct chunk *out)
{
	int err, fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	*out = (struct chunk){ .ptr = NULL };
	if (fd < 0)
		return -errno;
	err = read_file(fd, GROUP_FILE_MAX_BYTES, out);
	close(fd);
	return err;
}

static int
read_one(int dirfd, const char *name, enum group_id id, struct group_entry **out, size_t *n,
	 group_complaint_fn *complain, void *ctx)
{
	struct chunk text;
	int err = load(dirfd, name, &text);

	if (err == 0) {
		group_file_parse(name, chunk_span(text), id, out, n, complain, ctx);
	} else if (err != -ENOENT) {
		char line[200];

		snprintf(line, sizeof(line), "%s: not read: %s", name, strerror(-err));
		complain(ctx, line);
	}
	chunk_free(&text);
	return err == -ENOENT ? 0 : err;
}

/* A descriptor of DIR, or -errno. */
static int
open_dir(const char *dir, group_complaint_fn *complain, void *ctx)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = -errno;
	char line[200];

	if (fd >= 0)
		return fd;
	snprintf(line, sizeof(line), "%.100s: %s", dir, strerror(-err));
	if (err != -ENOENT)
		complain(ctx, line);
	return err;
}

int
group_files_read(const char *dir, const bool skip[GROUP_ID_N], struct group_entry **out,
		 size_t *n, group_complaint_fn *complain, void *ctx)
{
	int dirfd = open_dir(dir, complain, ctx), err = dirfd < 0 ? dirfd : 0;

	*out = NULL;
	*n = 0;
	for (unsigned i = 0; dirfd >= 0 && i < GROUP_ID_N; i++) {
		int rc = skip != NULL && skip[i] ? 0
			: read_one(dirfd, policy_group((enum group_id)i)->name, (enum group_id)i,
				   out, n, complain, ctx);

		err = err != 0 ? err : rc;
	}
	if (dirfd >= 0)
		close(dirfd);
	group_entries_dedupe(*out, n, complain, ctx);
	return err;
}

int
group_file_add(const char *dir, const char *name, const struct group_entry *like,
	       struct group_entry **out, size_t *n, group_complaint_fn *complain, void *ctx)
{
	int dirfd = open_dir(dir, complain, ctx), err = dirfd;
	size_t first = *n;

	if (dirfd < 0)
		return err;
	err = read_one(dirfd, name, like->group, out, n, complain, ctx);
	close(dirfd);
	for (size_t i = first; i < *n; i++) {
		(*out)[i].clients = like->clients;
		(*out)[i].speaker = like->speaker;
		(*out)[i].by_hand = like->by_hand;
		(*out)[i].reject = like->reject;
	}
	return err;
}

static int
by_traffic(const struct group_entry *a, const struct group_entry *b)
{
	int c = ip_addr_cmp(&a->clients.addr, &b->clients.addr);

	if (c == 0)
		c = (int)a->clients.len - (int)b->clients.len;
	if (c == 0)
		c = ip_addr_cmp(&a->remote.addr, &b->remote.addr);
	if (c == 0)
		c = (int)a->remote.len - (int)b->remote.len;
	if (c == 0)
		c = (int)a->ip_proto - (int)b->ip_proto;
	if (c == 0)
		c = (int)a->sport - (int)b->sport;
	if (c == 0)
		c = (int)a->dport - (int)b->dport;
	return c;
}

/* Pointers into one array, so that equal entries keep the order of the files. */
static int
by_traffic_then_place(const void *va, const void *vb)
{
	struct group_entry *const *a = va, *const *b = vb;
	int c = by_traffic(*a, *b);

	if (c != 0)
		return c;
	return *a < *b ? -1 : *a > *b;
}

static void
tell_duplicate(const struct group_entry *second, const struct group_entry *first,
	       group_complaint_fn *complain, void *ctx)
{
	struct addr_buf b;
	char line[400];

	snprintf(line, sizeof(line), "%s: %s was said in %s, which counts", second->where,
		 ip_prefix_text(&second->remote, &b), first->where);
	complain(ctx, line);
}

void
group_entries_dedupe(struct group_entry *e, size_t *n, group_complaint_fn *complain, void *ctx)
{
	struct group_entry **order = *n > 1 ? calloc(*n, sizeof(struct group_entry *)) : NULL;
	const struct group_entry *first = NULL;
	size_t kept = 0;

	if (order == NULL)
		return;
	for (size_t i = 0; i < *n; i++)
		order[i] = &e[i];
	qsort(order, *n, sizeof(order[0]), by_traffic_then_place);
	for (size_t i = 0; i < *n; i++) {
		if (first == NULL || by_traffic(first, order[i]) != 0) {
			first = order[i];
			continue;
		}
		tell_duplicate(order[i], first, complain, ctx);
		order[i]->group = GROUP_ID_N;
	}
	for (size_t i = 0; i < *n; i++) {
		if (e[i].group != GROUP_ID_N)
			e[kept++] = e[i];
	}
	*n = kept;
	free(order);
}
