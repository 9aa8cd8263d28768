/* Fuzz target: zone files, as oe-zone check and push read them. The first octet chooses the
 * form of the report, and for which server it is. What a rule prints is a line of text, or of JSON in ASCII. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "zones/lint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool what)
{
	if (!what)
		abort();
}

static void
check_record(void *arg, const struct scan_rr *rr)
{
	(void)arg;
	must(memchr(rr->owner, '\0', sizeof(rr->owner)) != NULL && rr->owner[0] != '\0');
	must(rr->ttl <= INT32_MAX && rr->n_words <= SCAN_WORDS && rr->line > 0);
	for (const char *at = rr->owner; *at != '\0'; at++)
		must(!isupper((unsigned char)*at));
	for (unsigned i = 0; i < rr->n_words; i++)
		must(strlen(rr->word[i].text) < SCAN_TEXT);
}

static void
check_line(void *arg, unsigned line, const char *why)
{
	(void)arg;
	must(line > 0 && why[0] != '\0');
}

static FILE *
opened(const uint8_t *data, size_t size)
{
	return fmemopen((void *)(uintptr_t)data, size, "r");
}

static void
report(const uint8_t *data, size_t size, uint8_t choice)
{
	static const char *const profiles[] = { "all", "bind", "knot", "nsd", "ldns", "pdns", "none" };
	const char *profile = profiles[choice / 2 % 7];
	bool json = choice % 2 == 1;
	char *text = NULL;
	size_t len = 0, lines = 0;
	FILE *f = opened(data, size);
	struct lint l = { .out = open_memstream(&text, &len), .file = "z", .json = json, .verbose = true,
		.profiles = PROFILE_ALL, .now_s = 1800000000 };

	must(lint_profile_parse(profile, &l.profiles) == (strcmp(profile, "none") != 0));
	must(f != NULL && l.out != NULL);
	lint_zone(&l, f, "2.1.192.in-addr.arpa.");
	fclose(f);
	fclose(l.out);
	for (size_t i = 0; i < len; i++) {
		lines += text[i] == '\n';
		must(!json || text[i] == '\n' || (text[i] >= ' ' && text[i] <= '~'));
	}
	must(lines >= (size_t)l.errors + l.warnings + l.notes);
	must(!json || lines == (size_t)l.errors + l.warnings + l.notes);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct scan_calls calls = { check_record, check_line, check_line };
	FILE *f;

	if (size < 2)
		return 0;
	f = opened(data + 1, size - 1);
	must(f != NULL);
	zone_scan(f, ".", &calls, NULL);
	fclose(f);
	report(data + 1, size - 1, data[0]);
	return 0;
}
