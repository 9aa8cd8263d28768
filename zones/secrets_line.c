/* Appends a key's line to ipsec.secrets, once. */
#include "zones/secrets_line.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Looks for LINE; *BROKEN tells that the last line has no newline. */
static bool
has_line(FILE *f, const char *line, bool *broken)
{
	char text[PATH_MAX + 32];
	bool whole = true;

	*broken = false;
	while (fgets(text, sizeof(text), f)) {
		size_t n = strlen(text);
		bool began_here = whole;

		whole = n > 0 && text[n - 1] == '\n';
		if (whole)
			text[n - 1] = '\0';
		*broken = !whole;
		if (began_here && strcmp(text, line) == 0)
			return true;
	}
	return false;
}

static int
append(FILE *f, const char *line, bool broken)
{
	if (fseek(f, 0, SEEK_END) < 0 ||
	    fprintf(f, "%s%s\n", broken ? "\n" : "", line) < 0 ||
	    fflush(f) != 0)
		return -errno;
	return 0;
}

/* Strings there have no escapes, so a name cannot hold quotes or newlines. */
static bool
format_line(const char *key, char *line, size_t len)
{
	int n;

	if (key[0] != '/' || strpbrk(key, "\"\n"))
		return false;
	n = snprintf(line, len, ": PUBKEY \"%s\"", key);
	return n > 0 && (size_t)n < len;
}

int
secrets_line_add(const char *file, const char *key)
{
	char line[PATH_MAX + 16];
	bool broken;
	int fd, rc;
	FILE *f;

	if (!format_line(key, line, sizeof(line)))
		return -EINVAL;
	fd = open(file, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	f = fdopen(fd, "r+");
	if (!f) {
		rc = -errno;
		close(fd);
		return rc;
	}
	rc = has_line(f, line, &broken) ? 0 : append(f, line, broken);
	if (fclose(f) != 0 && rc == 0)
		rc = -errno;
	return rc;
}
