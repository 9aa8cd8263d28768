/* Appends a key's line to ipsec.secrets, once, and removes it. */
#include "zones/secrets_line.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

/* All lines of FROM but LINE. */
static int
copy_without(FILE *from, const char *line, FILE *to)
{
	size_t len = 0, n = strlen(line);
	char *text = NULL;

	while (getline(&text, &len, from) >= 0)
		if (strncmp(text, line, n) != 0 || (text[n] != '\n' && text[n] != '\0'))
			fputs(text, to);
	if (text != NULL)
		explicit_bzero(text, len);
	free(text);
	return ferror(from) || fflush(to) != 0 || fsync(fileno(to)) != 0 ? -EIO : 0;
}

/* A new file beside FILE, which nobody else may read meanwhile. */
static FILE *
open_beside(const char *file, FILE *like, char fresh[PATH_MAX])
{
	struct stat st;
	int fd;

	if ((size_t)snprintf(fresh, PATH_MAX, "%s.XXXXXX", file) >= PATH_MAX)
		return NULL;
	fd = mkostemp(fresh, O_CLOEXEC);
	if (fd < 0)
		return NULL;
	if (fstat(fileno(like), &st) == 0 && fchown(fd, st.st_uid, st.st_gid) == 0)
		fchmod(fd, st.st_mode & 0777);
	return fdopen(fd, "w");
}

int
secrets_line_remove(const char *file, const char *key)
{
	char line[PATH_MAX + 16], fresh[PATH_MAX] = "";
	FILE *from, *to;
	int rc;

	if (!format_line(key, line, sizeof(line)))
		return -EINVAL;
	from = fopen(file, "re");
	if (from == NULL)
		return -errno;
	to = open_beside(file, from, fresh);
	rc = to == NULL ? -errno : copy_without(from, line, to);
	if (to != NULL && fclose(to) != 0 && rc == 0)
		rc = -errno;
	if (rc == 0 && rename(fresh, file) != 0)
		rc = -errno;
	if (rc != 0 && fresh[0] != '\0')
		unlink(fresh);
	fclose(from);
	return rc;
}
