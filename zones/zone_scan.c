/* Reads zone files into records, word by word. */
#include "zones/zone_scan.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/number.h"

struct scan {
	FILE *f;
	const struct scan_calls *calls;
	void *arg;
	unsigned line;
	char origin[SCAN_NAME];
	uint32_t ttl;
	char text[SCAN_TEXT];	/* of one entry */
	size_t used;
	struct scan_word word[SCAN_WORDS];
	unsigned n_words, began;
	bool blank_first;	/* the owner is that of the entry before */
	bool overflow;
	struct scan_rr rr;
};

bool
scan_name(const char *text, const char *origin, char out[SCAN_NAME])
{
	size_t len = strlen(text);
	bool absolute = len > 0 && text[len - 1] == '.';
	int n;

	if (strcmp(text, "@") == 0)
		n = snprintf(out, SCAN_NAME, "%s", origin);
	else
		n = snprintf(out, SCAN_NAME, "%s%s%s", text, absolute ? "" : ".",
			     absolute || strcmp(origin, ".") == 0 ? "" : origin);
	if (n <= 0 || n >= SCAN_NAME)
		return false;
	for (char *at = out; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	return true;
}

static void
keep(struct scan *s, int c)
{
	if (s->used < SCAN_TEXT)
		s->text[s->used++] = (char)c;
	else
		s->overflow = true;
}

static void
begin_word(struct scan *s, bool quoted)
{
	if (s->n_words == SCAN_WORDS || s->used == SCAN_TEXT)
		s->overflow = true;
	else
		s->word[s->n_words++] = (struct scan_word){ s->text + s->used, quoted };
}

static int
next(struct scan *s)
{
	int c = getc(s->f);

	if (c == '\n')
		s->line++;
	return c;
}

static void
skip_comment(struct scan *s)
{
	int c;

	while ((c = getc(s->f)) != EOF && c != '\n')
		;
	if (c == '\n')
		ungetc(c, s->f);
}

static void
quoted_word(struct scan *s)
{
	int c;

	begin_word(s, true);
	while ((c = next(s)) != EOF && c != '"') {
		keep(s, c);
		if (c == '\\' && (c = next(s)) != EOF)
			keep(s, c);
	}
	keep(s, '\0');
}

/* A NUL octet, too, is of a word: strchr finds it at the end of any text. */
static bool
ends_word(int c)
{
	return c == EOF || isspace(c) || (c != '\0' && strchr("();\"", c) != NULL);
}

static void
plain_word(struct scan *s, int c)
{
	begin_word(s, false);
	for (; !ends_word(c); c = getc(s->f)) {
		keep(s, c);
		if (c == '\\' && (c = getc(s->f)) != EOF)
			keep(s, c);
	}
	if (c != EOF)
		ungetc(c, s->f);
	keep(s, '\0');
}

/* The words up to the end of a line outside of parentheses. False at the file's end. */
static bool
read_entry(struct scan *s)
{
	unsigned depth = 0;
	int c;

	s->used = 0;
	s->n_words = 0;
	s->overflow = false;
	s->began = s->line;
	for (bool first = true; (c = next(s)) != EOF; first = false) {
		if (first)
			s->blank_first = c == ' ' || c == '\t';
		if (c == '\n' && depth == 0)
			return true;
		if (c == ';')
			skip_comment(s);
		else if (c == '(')
			depth++;
		else if (c == ')')
			depth -= depth > 0;
		else if (c == '"')
			quoted_word(s);
		else if (!isspace(c))
			plain_word(s, c);
	}
	return s->n_words > 0;
}

static void
trouble(struct scan *s, const char *why)
{
	s->calls->trouble(s->arg, s->began, why);
}

/* "3600", or "1h30m" as BIND has it. False leaves *OUT as it was. */
static bool
parse_ttl(const char *text, uint32_t *out)
{
	static const struct { char unit; uint32_t seconds; } units[] = {
		{ 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };
	unsigned long n;
	uint64_t sum = 0;

	if (number_parse(text, INT32_MAX, &n)) {
		*out = (uint32_t)n;
		return true;
	}
	while (isdigit((unsigned char)*text)) {
		char *end;
		size_t i = 0;

		n = strtoul(text, &end, 10);
		while (i < 5 && units[i].unit != tolower((unsigned char)*end))
			i++;
		if (i == 5 || n > INT32_MAX || (sum += n * units[i].seconds) > INT32_MAX)
			return false;
		text = end + 1;
	}
	if (*text != '\0' || sum == 0)
		return false;
	*out = (uint32_t)sum;
	return true;
}

static void
directive(struct scan *s)
{
	const char *name = s->word[0].text, *value = s->n_words > 1 ? s->word[1].text : "";
	char origin[SCAN_NAME];

	if (strcasecmp(name, "$ORIGIN") == 0 && scan_name(value, s->origin, origin))
		strcpy(s->origin, origin);
	else if (strcasecmp(name, "$INCLUDE") == 0)
		s->calls->skipped(s->arg, s->began, "$INCLUDE is not followed: check that file too");
	else if (strcasecmp(name, "$GENERATE") == 0)
		s->calls->skipped(s->arg, s->began, "$GENERATE is of BIND alone: write its records out");
	else if (strcasecmp(name, "$TTL") != 0 || !parse_ttl(value, &s->ttl))
		trouble(s, "expected $ORIGIN NAME, $TTL SECONDS or a record");
}

static bool
is_class(const char *text)
{
	return strcasecmp(text, "IN") == 0 || strcasecmp(text, "CH") == 0 ||
	       strcasecmp(text, "HS") == 0;
}

/* RFC 1035 5.1: the time and the class stand before the type, in either order. */
static unsigned
before_type(struct scan *s, unsigned at)
{
	s->rr.ttl = s->ttl;
	for (unsigned i = 0; i < 2 && at < s->n_words; i++, at++)
		if (!is_class(s->word[at].text) && !parse_ttl(s->word[at].text, &s->rr.ttl))
			break;
	return at;
}

static void
record(struct scan *s)
{
	struct scan_rr *rr = &s->rr;
	unsigned at = s->blank_first ? 0 : 1;

	if (at == 1 && !scan_name(s->word[0].text, s->origin, rr->owner)) {
		trouble(s, "the name is too long");
		return;
	}
	at = before_type(s, at);
	if (at == s->n_words || rr->owner[0] == '\0' || strlen(s->word[at].text) >= sizeof(rr->type)) {
		trouble(s, "expected NAME [TTL] [IN] TYPE DATA");
		return;
	}
	for (size_t i = 0; i <= strlen(s->word[at].text); i++)
		rr->type[i] = (char)toupper((unsigned char)s->word[at].text[i]);
	rr->line = s->began;
	rr->origin = s->origin;
	rr->n_words = s->n_words - at - 1;
	memcpy(rr->word, s->word + at + 1, rr->n_words * sizeof(*rr->word));
	s->calls->record(s->arg, rr);
}

void
zone_scan(FILE *f, const char *origin, const struct scan_calls *calls, void *arg)
{
	struct scan *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		calls->trouble(arg, 0, "no memory");
		return;
	}
	*s = (struct scan){ .f = f, .calls = calls, .arg = arg, .line = 1, .ttl = 3600 };
	snprintf(s->origin, sizeof(s->origin), "%s", origin);
	while (read_entry(s)) {
		if (s->overflow)
			trouble(s, "the record is too long to be read");
		else if (s->n_words > 0 && s->word[0].text[0] == '$')
			directive(s);
		else if (s->n_words > 0)
			record(s);
	}
	free(s);
}
