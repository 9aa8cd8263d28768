/* The file of a roll-over, a word and a value a line, and its dates. */
#include "zones/roll_state.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/number.h"

enum { MARGIN_MAX_S = 3600 };

static const struct {
	const char *word;
	enum { TEXT, NUMBER } kind;
	size_t at, size;
} rows[] = {
	{ "key", TEXT, offsetof(struct roll, key), ROLL_PATH },
	{ "next", TEXT, offsetof(struct roll, next), ROLL_PATH },
	{ "secrets", TEXT, offsetof(struct roll, secrets), ROLL_PATH },
	{ "old", TEXT, offsetof(struct roll, old_print), ROLL_PRINT },
	{ "new", TEXT, offsetof(struct roll, new_print), ROLL_PRINT },
	{ "started", NUMBER, offsetof(struct roll, started_s), 0 },
	{ "seen", NUMBER, offsetof(struct roll, seen_s), 0 },
	{ "activated", NUMBER, offsetof(struct roll, activated_s), 0 },
	{ "wait", NUMBER, offsetof(struct roll, wait_s), 0 },
	{ "margin", NUMBER, offsetof(struct roll, margin_s), 0 },
	{ "sa-life", NUMBER, offsetof(struct roll, sa_life_s), 0 },
};

static bool
take(struct roll *r, size_t i, const char *value)
{
	unsigned long n;

	if (rows[i].kind == TEXT) {
		if (strlen(value) >= rows[i].size)
			return false;
		strcpy((char *)r + rows[i].at, value);
		return true;
	}
	if (!number_parse(value, LONG_MAX, &n))
		return false;
	*(uint64_t *)(void *)((char *)r + rows[i].at) = n;
	return true;
}

static bool
add_name(struct roll *r, const char *value)
{
	if (r->n_names == ROLL_NAMES || strlen(value) >= ROLL_NAME)
		return false;
	strcpy(r->name[r->n_names++], value);
	return true;
}

static bool
line_ok(struct roll *r, char *line)
{
	char *value = strchr(line, ' ');

	if (line[0] == '#' || line[0] == '\0')
		return true;
	if (value == NULL)
		return false;
	*value++ = '\0';
	if (strcmp(line, "name") == 0)
		return add_name(r, value);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strcmp(rows[i].word, line) == 0)
			return take(r, i, value);
	return false;
}

bool
roll_read(const char *path, struct roll *out, char *err, size_t errlen)
{
	FILE *f = fopen(path, "re");
	char line[ROLL_PATH + 32];
	unsigned n = 0;
	bool ok = f != NULL;

	*out = (struct roll){ .started_s = 0 };
	if (f == NULL) {
		snprintf(err, errlen, "%s: %s", path, strerror(errno));
		return false;
	}
	while (ok && fgets(line, sizeof(line), f) != NULL) {
		n++;
		line[strcspn(line, "\n")] = '\0';
		ok = line_ok(out, line);
	}
	fclose(f);
	if (ok && out->key[0] != '\0' && out->next[0] != '\0' && out->started_s > 0 && out->n_names > 0)
		return true;
	snprintf(err, errlen, "%s:%u: is not the file of a roll-over, or not all of it", path, n);
	errno = EINVAL;
	return false;
}

static void
put(FILE *f, const struct roll *r)
{
	fputs("# oe-zone roll keeps this file; see oe-zone(1)\n", f);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *at = (const char *)r + rows[i].at;

		if (rows[i].kind == TEXT)
			fprintf(f, "%s %s\n", rows[i].word, at);
		else
			fprintf(f, "%s %" PRIu64 "\n", rows[i].word, *(const uint64_t *)(const void *)at);
	}
	for (unsigned i = 0; i < r->n_names; i++)
		fprintf(f, "name %s\n", r->name[i]);
}

bool
roll_write(const char *path, const struct roll *r, char *err, size_t errlen)
{
	char fresh[PATH_MAX];
	FILE *f = NULL;
	bool ok;

	if ((size_t)snprintf(fresh, sizeof(fresh), "%s.new", path) < sizeof(fresh))
		f = fopen(fresh, "we");
	ok = f != NULL;
	if (ok) {
		put(f, r);
		ok = fflush(f) == 0 && fsync(fileno(f)) == 0;
		ok = fclose(f) == 0 && ok && rename(fresh, path) == 0;
	}
	if (!ok)
		snprintf(err, errlen, "%s: %s", path, strerror(errno));
	return ok;
}

void
roll_note(struct roll *r, const struct roll_seen *seen, uint64_t now)
{
	bool everywhere = seen->both + seen->new > 0 && seen->old + seen->none + seen->silent == 0;

	if (seen->longest_s > r->wait_s)
		r->wait_s = seen->longest_s;
	if (!everywhere)
		r->seen_s = 0;
	else if (r->seen_s == 0)
		r->seen_s = now;
}

uint64_t
roll_margin(const struct roll *r)
{
	if (r->margin_s > 0)
		return r->margin_s;
	return r->wait_s < MARGIN_MAX_S ? r->wait_s : MARGIN_MAX_S;
}

uint64_t
roll_ready(const struct roll *r)
{
	return r->seen_s == 0 ? 0 : r->seen_s + r->wait_s + roll_margin(r);
}

uint64_t
roll_over(const struct roll *r)
{
	return r->activated_s == 0 ? 0 : r->activated_s + r->sa_life_s + roll_margin(r);
}
