/* Zone files (RFC 1035 5.1) as they are written: records with the words of their
 * data still as somebody typed them, and the line where each began. */
#ifndef ZONES_ZONE_SCAN_H
#define ZONES_ZONE_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { SCAN_WORDS = 256, SCAN_TEXT = 16384, SCAN_NAME = 512 };

struct scan_word {
	const char *text;	/* escapes as they stand */
	bool quoted;
};

struct scan_rr {
	unsigned line;
	char owner[SCAN_NAME];	/* absolute, lower case, with its final dot */
	uint32_t ttl;
	char type[24];		/* upper case */
	const char *origin;	/* for relative names in the data */
	struct scan_word word[SCAN_WORDS];	/* of the data; borrowed */
	unsigned n_words;
};

/* What it calls; ARG is handed through. */
struct scan_calls {
	void (*record)(void *arg, const struct scan_rr *rr);
	/* A line that cannot be read. */
	void (*trouble)(void *arg, unsigned line, const char *why);
	/* A directive that is not followed. */
	void (*skipped)(void *arg, unsigned line, const char *why);
};

/* Reads F to its end. ORIGIN, with its final dot, is of names before any $ORIGIN. */
void zone_scan(FILE *f, const char *origin, const struct scan_calls *calls, void *arg);
/* TEXT as an absolute name in lower case; false when it is too long. */
bool scan_name(const char *text, const char *origin, char out[SCAN_NAME]);

#endif
