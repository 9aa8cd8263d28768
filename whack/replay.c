/* whack --whackreplay: the requests of a file of --whackrecord. */
#include "whack/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/read_file.h"

enum { MAX_RECORD = 64 << 20, RECORD_VERSION = 1 };

static struct span
next_line(struct span *rest)
{
	size_t n = 0;
	struct span line;

	while (n < rest->len && rest->ptr[n] != '\n')
		n++;
	line = span_of(rest->ptr, n);
	*rest = n < rest->len ? span_of(&rest->ptr[n + 1], rest->len - n - 1) : span_of(NULL, 0);
	return line;
}

/* The first line says what it is; each other has a request. */
static bool
take_line(json_t *into, struct span line, unsigned number, char *err, size_t errlen)
{
	json_t *o = json_loadb((const char *)line.ptr, line.len, JSON_REJECT_DUPLICATES, NULL);
	json_t *request = json_object_get(o, "request");
	bool ok = number == 1
		? json_integer_value(json_object_get(o, "whackrecord")) == RECORD_VERSION
		: json_is_object(request) && json_array_append(into, request) == 0;

	json_decref(o);
	if (!ok)
		snprintf(err, errlen, "line %u is not of a --whackrecord of this version", number);
	return ok;
}

static bool
take_all(json_t *into, struct span text, char *err, size_t errlen)
{
	unsigned number = 0;
	bool ok = text.len > 0;

	if (!ok)
		snprintf(err, errlen, "it is empty");
	while (ok && text.len > 0)
		ok = take_line(into, next_line(&text), ++number, err, errlen);
	return ok;
}

bool
replay_read(const char *path, json_t *into, char *err, size_t errlen)
{
	struct chunk text = { NULL, 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = fd < 0 ? -errno : read_file(fd, MAX_RECORD, &text);
	bool ok = rc == 0 && take_all(into, chunk_span(text), err, errlen);

	if (rc != 0)
		snprintf(err, errlen, "%s", strerror(-rc));
	if (fd >= 0)
		close(fd);
	chunk_free(&text);
	return ok;
}
