/* whack --whackrecord: the requests of whack as they come, into a file from which
 * whack --whackreplay sends them again. */
#include "pluto/daemon_commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/fault.h"
#include "lib/log.h"

enum { RECORD_VERSION = 1 };

/* A line each; the file is as good as what has been written of it. */
static bool
write_line(FILE *f, json_t *o)
{
	bool ok = o != NULL && json_dumpf(o, f, JSON_COMPACT) == 0 && fputc('\n', f) != EOF
		&& fflush(f) == 0;

	json_decref(o);
	return ok;
}

static void
stop(struct daemon *d)
{
	if (d->record.f != NULL)
		fclose(d->record.f);
	d->record.f = NULL;
}

void
daemon_record_end(struct daemon *d)
{
	stop(d);
}

/* Only a new file, that nobody else can read: requests may hold passwords. */
static int
start(struct daemon *d, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	stop(d);
	d->record.f = fdopen(fd, "w");
	d->record.since_ms = monotonic_ms();
	if (d->record.f != NULL
	    && write_line(d->record.f, json_pack("{s:i,s:I}", "whackrecord", RECORD_VERSION,
						 "time", (json_int_t)wall_s())))
		return 0;
	if (d->record.f == NULL)
		close(fd);
	stop(d);
	return -EIO;
}

void
daemon_record(struct daemon *d, const json_t *request)
{
	const char *name = json_string_value(json_object_get(request, "command"));
	json_t *copy;

	if (d->record.f == NULL || strncmp(name, "whack", 5) == 0)
		return;
	copy = json_deep_copy(request);
	if (write_line(d->record.f, json_pack("{s:I,s:o}", "at_ms",
		       (json_int_t)(monotonic_ms() - d->record.since_ms), "request", copy)))
		return;
	log_warn(NULL, "--whackrecord: %s; no longer recorded", strerror(errno));
	stop(d);
}

/* The daemon writes as root what somebody else names: for root alone. */
void
cmd_whackrecord(struct daemon *d, ctl_client c, const json_t *request)
{
	const char *path = json_string_value(json_object_get(request, "file"));
	int rc;

	if (!ctl_is_root(d->ctl, c)) {
		ctl_result(d->ctl, c, NULL, RC_WHACK_PROBLEM, "--whackrecord: only root may name a file");
		return;
	}
	rc = *path == '/' ? start(d, path) : -EINVAL;
	if (rc != 0)
		ctl_result(d->ctl, c, NULL, RC_WHACK_PROBLEM, "--whackrecord %.200s: %s", path,
			   rc == -EINVAL ? "not an absolute path" : strerror(-rc));
	else
		ctl_result(d->ctl, c, NULL, RC_COMMENT, "recording to %.200s; whack --whackreplay "
			   "sends it again", path);
}

void
cmd_whackstoprecord(struct daemon *d, ctl_client c, const json_t *request)
{
	bool was = d->record.f != NULL;

	(void)request;
	stop(d);
	ctl_result(d->ctl, c, NULL, RC_COMMENT, was ? "no longer recording" : "nothing was recorded");
}
