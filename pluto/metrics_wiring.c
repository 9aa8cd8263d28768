/* --metrics: an address, a socket, or a file that is written anew every few seconds;
 * and what is counted as it happens. */
#include "pluto/daemon_ike.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"
#include "pluto/metrics.h"

enum { FILE_MS = 15000, MOST_READ = 256 };

struct metrics {
	struct daemon *d;
	const char *path;		/* of the file; NULL: HTTP */
	struct metrics_http *http;
	loop_id timer;
};

/* Whole or not at all: a reader never sees half of it. */
static int
write_file(const char *path, struct span text)
{
	char beside[4096];
	int rc = 0, fd, n = snprintf(beside, sizeof(beside), "%s.new", path);

	if (n < 0 || (size_t)n >= sizeof(beside))
		return -ENAMETOOLONG;
	fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return -errno;
	if (fchmod(fd, 0644) != 0 || write(fd, text.ptr, text.len) != (ssize_t)text.len)
		rc = -EIO;
	close(fd);
	if (rc == 0 && rename(beside, path) != 0)
		rc = -errno;
	if (rc != 0)
		unlink(beside);
	return rc;
}

static void
write_due(void *ctx)
{
	static struct log_limit limit;
	struct metrics *m = ctx;
	struct chunk text = metrics_text(m->d);
	int rc = text.len == 0 ? -ENOMEM : write_file(m->path, chunk_span(text));

	chunk_free(&text);
	if (rc != 0)
		log_limited(&limit, LOG_LEVEL_WARN, NULL, "metrics: %s was not written: %s", m->path,
			    strerror(-rc));
	m->timer = loop_after(m->d->loop, FILE_MS, write_due, m);
}

static bool
is_file(const char *where)
{
	size_t len = strlen(where);

	return where[0] == '/' && len > 5 && strcmp(where + len - 5, ".prom") == 0;
}

int
daemon_open_metrics(struct daemon *d)
{
	const char *where = d->opt.metrics;
	char err[200];

	if (where == NULL)
		return 0;
	d->metrics = calloc(1, sizeof(*d->metrics));
	if (d->metrics == NULL)
		return EXIT_INTERNAL;
	d->metrics->d = d;
	if (is_file(where)) {
		d->metrics->path = where;
		d->metrics->timer = loop_after(d->loop, 0, write_due, d->metrics);
		return 0;
	}
	d->metrics->http = metrics_http_open(d, where, err, sizeof(err));
	if (d->metrics->http != NULL)
		return 0;
	log_error(NULL, "--metrics %s: %s", where, err);
	return EXIT_NO_CONTROL;
}

void
daemon_close_metrics(struct daemon *d)
{
	if (d->metrics == NULL)
		return;
	loop_cancel(d->loop, &d->metrics->timer);
	metrics_http_close(d->metrics->http);
	if (d->metrics->path != NULL)
		unlink(d->metrics->path);	/* numbers of nobody */
	free(d->metrics);
	d->metrics = NULL;
}

static enum tally_auth
auth_of(const struct ike_event *e)
{
	return e->anonymous ? TALLY_AUTH_NULL : e->conn != NULL && e->conn->oe ? TALLY_AUTH_SECURE
		: TALLY_AUTH_PINNED;
}

static void
move(uint64_t *n, int by)
{
	if (by > 0 || *n > 0)
		*n += by > 0 ? 1 : UINT64_MAX;	/* down by one */
}

void
daemon_tally_event(struct daemon *d, const struct ike_event *e)
{
	switch (e->kind) {
	case IKE_EV_IKE_UP:
	case IKE_EV_IKE_DOWN:
		move(&d->tally.ike_sas[auth_of(e)], e->kind == IKE_EV_IKE_UP ? 1 : -1);
		break;
	case IKE_EV_CHILD_UP:
	case IKE_EV_CHILD_DOWN:
		move(&d->tally.child_sas[auth_of(e)], e->kind == IKE_EV_CHILD_UP ? 1 : -1);
		break;
	case IKE_EV_LINE:
	case IKE_EV_CHILD_REKEYED:
	case IKE_EV_ANSWERS:
	case IKE_EV_MOVED:
	case IKE_EV_FAILED:
		break;
	}
}

/* The engines delete through this, so that what an SA has carried is not forgotten. */
int
daemon_tally_del_sa(struct daemon *d, enum sa_direction dir, uint32_t spi,
		    const struct ip_addr *remote)
{
	struct sa_counters c;

	if (d->kernel.ops->counters(d->kernel.k, dir, spi, remote, &c))
		d->tally.bytes_gone[dir] += c.bytes;
	return d->kernel.ops->del_sa(d->kernel.k, dir, spi, remote);
}

struct live { uint64_t bytes[2]; };

static bool
add_live(void *ctx, const struct child_sa_info *i)
{
	struct live *l = ctx;

	l->bytes[SA_IN] += i->in.bytes;
	l->bytes[SA_OUT] += i->out.bytes;
	return true;
}

/* With too many SAs to ask after each, those that have ended count alone. A counter
 * never goes back. */
void
daemon_count_bytes(struct daemon *d)
{
	struct live l = { .bytes = { 0 } };

	if (engines_children(d) <= MOST_READ)
		engines_each_child(d, add_live, &l);
	for (int dir = SA_IN; dir <= SA_OUT; dir++) {
		uint64_t now = d->tally.bytes_gone[dir] + l.bytes[dir];

		if (now > d->tally.bytes_shown[dir])
			d->tally.bytes_shown[dir] = now;
	}
}
