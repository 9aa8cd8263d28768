/* Transactions of Knot DNS through knotc. */
#include <stdlib.h>
#include <string.h>

#include "zones/child.h"
#include "zones/push.h"

enum { WORDS_MAX = 300 };	/* of one command: a TXT record has at most 256 strings */

/* One run per command: fed to one knotc, the commands behind one that fails still run. */
static bool
command(const struct push *p, char **words, size_t n, char *err, size_t errlen)
{
	const char *argv[WORDS_MAX + 8] = { "knotc", "-x", "-t", "10" };
	size_t at = 4;
	char said[CHILD_SAID];
	int rc;

	if (p->dry) {
		for (size_t i = 0; i < n; i++)
			printf("%s%s", i > 0 ? " " : "", words[i]);
		putchar('\n');
		return true;
	}
	if (p->socket != NULL) {
		argv[at++] = "-s";
		argv[at++] = p->socket;
	}
	memcpy(argv + at, words, n * sizeof(*words));
	rc = child_run(argv, NULL, said);
	if (rc < 0)
		snprintf(err, errlen, "knotc: %s: is knot installed?", strerror(-rc));
	else if (rc > 0)
		snprintf(err, errlen, "knotc %s: %s: does knotd run here, and may this user use its "
			 "control socket (--socket)?", words[0], said);
	return rc == 0;
}

static bool
simple(const struct push *p, const char *name, char *err, size_t errlen)
{
	char *words[] = { (char *)(uintptr_t)name, (char *)(uintptr_t)p->zone.text };

	return command(p, words, 2, err, errlen);
}

/* LINE is "OWNER TTL IN TYPE DATA", apart by tabs up to the data, as libldns prints it:
 * zone-set takes the time to live, and zone-unset takes none. */
static bool
record(const struct push *p, bool add, char *line, char *err, size_t errlen)
{
	char *words[WORDS_MAX] = { (char *)(uintptr_t)(add ? "zone-set" : "zone-unset"),
		(char *)(uintptr_t)p->zone.text }, *rest = NULL;
	size_t n = 2, field = 0;

	line[strcspn(line, "\n")] = '\0';
	for (char *w = strtok_r(line, "\t", &rest); w != NULL && n < WORDS_MAX;
	     w = strtok_r(NULL, field < 4 ? "\t" : "", &rest), field++)
		if (field != 2 && (field != 1 || add))	/* the class; the time */
			words[n++] = w;
	return command(p, words, n, err, errlen);
}

static bool
each(const struct push *p, bool add, const ldns_rr_list *list, char *err, size_t errlen)
{
	bool ok = true;

	for (size_t i = 0; ok && i < ldns_rr_list_rr_count(list); i++) {
		char *line = ldns_rr2str_fmt(ldns_output_format_nocomments, ldns_rr_list_rr(list, i));

		ok = line != NULL && record(p, add, line, err, errlen);
		free(line);
	}
	return ok;
}

bool
push_by_knotc(const struct push *p, const struct server *s, const struct zone_diff *d, char *err,
	      size_t errlen)
{
	char ignored[600];

	(void)s;
	if (!simple(p, "zone-begin", err, errlen))
		return false;
	if (each(p, false, d->extra, err, errlen) && each(p, true, d->missing, err, errlen) &&
	    simple(p, "zone-commit", err, errlen))
		return true;
	if (!p->dry)
		simple(p, "zone-abort", ignored, sizeof(ignored));
	return false;
}
