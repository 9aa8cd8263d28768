/* Settings of the network namespace under which acquires work. */
#include "pluto/kernel/xfrm_settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/number.h"

enum { N_SETTINGS = 2, LARVAL_DROP = 0, ACQ_EXPIRES = 1, TEXT = 128 };

static const char *const names[N_SETTINGS] = {
	[LARVAL_DROP] = "xfrm_larval_drop", [ACQ_EXPIRES] = "xfrm_acq_expires" };

/* One line of the file: NAME BEFORE OURS. */
struct change {
	bool known;
	unsigned long before, ours;
};

static int
open_setting(int which, int flags)
{
	char path[TEXT];

	snprintf(path, sizeof(path), "/proc/sys/net/core/%s", names[which]);
	return open(path, flags | O_CLOEXEC);
}

static bool
read_setting(int which, unsigned long *value)
{
	int fd = open_setting(which, O_RDONLY);
	char text[TEXT];
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return number_parse(text, UINT32_MAX, value);
}

static int
write_setting(int which, unsigned long value)
{
	int fd = open_setting(which, O_WRONLY);
	int rc = fd < 0 || dprintf(fd, "%lu\n", value) < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return rc;
}

/* A line that is not understood counts as none. */
static void
read_line(char *line, struct change c[N_SETTINGS])
{
	char *rest = NULL, *name = strtok_r(line, " \n", &rest);
	const char *before = strtok_r(NULL, " \n", &rest), *ours = strtok_r(NULL, " \n", &rest);
	struct change x = { .known = true };

	if (name == NULL || before == NULL || ours == NULL
	    || !number_parse(before, UINT32_MAX, &x.before)
	    || !number_parse(ours, UINT32_MAX, &x.ours))
		return;
	for (int i = 0; i < N_SETTINGS; i++)
		if (strcmp(names[i], name) == 0)
			c[i] = x;
}

static bool
read_changes(const char *file, struct change c[N_SETTINGS])
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	char line[TEXT];

	if (f == NULL) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	for (int i = 0; i < N_SETTINGS && fgets(line, sizeof(line), f) != NULL; i++)
		read_line(line, c);
	fclose(f);
	return true;
}

static int
write_changes(const char *file, const struct change c[N_SETTINGS])
{
	enum { ONLY_OURS = 0600 };
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, ONLY_OURS);
	int rc = fd < 0 ? -errno : 0;

	for (int i = 0; i < N_SETTINGS && rc == 0; i++)
		if (c[i].known && dprintf(fd, "%s %lu %lu\n", names[i], c[i].before, c[i].ours) < 0)
			rc = -errno;
	if (fd >= 0)
		close(fd);
	return rc;
}

/* What a setting was before any of us: what the file says, unless somebody else
 * changed it after that run. */
static void
note(int which, unsigned long ours, struct change *c)
{
	unsigned long now;

	if (!read_setting(which, &now)) {
		c->known = false;
		return;
	}
	if (!c->known || c->ours != now)
		c->before = now;
	c->known = true;
	c->ours = ours;
}

int
xfrm_settings_change(const char *file, uint32_t wait_s)
{
	struct change c[N_SETTINGS] = { { .known = false } };
	int rc = 0;

	(void)read_changes(file, c);
	note(LARVAL_DROP, 0, &c[LARVAL_DROP]);
	note(ACQ_EXPIRES, wait_s, &c[ACQ_EXPIRES]);
	for (int i = 0; i < N_SETTINGS && rc == 0; i++)
		rc = c[i].known ? 0 : -ENOENT;
	if (rc == 0)
		rc = write_changes(file, c);
	for (int i = 0; i < N_SETTINGS && rc == 0; i++)
		rc = write_setting(i, c[i].ours);
	if (rc != 0)
		log_warn(NULL, "trap: net.core.xfrm_larval_drop and net.core.xfrm_acq_expires "
			 "cannot be set: %s; first packets are lost", strerror(-rc));
	return rc;
}

void
xfrm_settings_restore(const char *file)
{
	struct change c[N_SETTINGS] = { { .known = false } };
	unsigned long now;

	if (!read_changes(file, c))
		return;
	for (int i = 0; i < N_SETTINGS; i++) {
		int rc = c[i].known && read_setting(i, &now) && now == c[i].ours
			? write_setting(i, c[i].before) : 0;

		if (rc != 0)
			log_warn(NULL, "net.core.%s could not be put back to %lu: %s", names[i],
				 c[i].before, strerror(-rc));
	}
	unlink(file);
}
