/* Compares the records of a file with those of a server. */
#include "zones/zone_diff.h"

#include <stdlib.h>
#include <string.h>

#include "zones/zone_scan.h"

enum { WANTED_MAX = 65536 };

struct reading {
	const char *file;
	ldns_rr_list *wanted;	/* owned */
	char *err;
	size_t errlen;
	bool failed;
};

static void
fail(struct reading *r, unsigned line, const char *why)
{
	if (!r->failed)
		snprintf(r->err, r->errlen, "%s:%u: %s: see oe-zone check", r->file, line, why);
	r->failed = true;
}

/* The data as ldns reads it: the gateway's name absolute, the key in one piece. */
static bool
data_of(const struct scan_rr *rr, char *out, size_t len)
{
	bool ipseckey = strcmp(rr->type, "IPSECKEY") == 0;
	size_t at = 0;

	for (unsigned i = 0; i < rr->n_words; i++) {
		const char *text = rr->word[i].text, *quote = rr->word[i].quoted ? "\"" : "";
		bool glued = (ipseckey && i > 4) || (strcmp(rr->type, "KEY") == 0 && i > 3);
		char name[SCAN_NAME];
		int n;

		if (ipseckey && i == 3 && strcmp(rr->word[1].text, "3") == 0) {
			if (!scan_name(text, rr->origin, name))
				return false;
			text = name;
		}
		n = snprintf(out + at, len - at, "%s%s%s%s", glued ? "" : " ", quote, text, quote);
		if (n < 0 || (size_t)n >= len - at)
			return false;
		at += (size_t)n;
	}
	return true;
}

static bool
is_ours(const ldns_rr *rr)
{
	char *text;
	bool ours;

	if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_TXT)
		return true;
	text = ldns_rr2str(rr);
	ours = text != NULL && strstr(text, "\"X-IPsec-Server") != NULL;
	free(text);
	return ours;
}

static void
want(struct reading *r, const struct scan_rr *rr, const char *text)
{
	ldns_rr *record = NULL;

	if (ldns_rr_new_frm_str(&record, text, 3600, NULL, NULL) != LDNS_STATUS_OK) {
		fail(r, rr->line, "the record cannot be read");
		return;
	}
	if (ldns_rr_list_rr_count(r->wanted) == WANTED_MAX)
		fail(r, rr->line, "too many records");
	if (r->failed || !is_ours(record) || !ldns_rr_list_push_rr(r->wanted, record))
		ldns_rr_free(record);
}

static void
on_record(void *arg, const struct scan_rr *rr)
{
	static const char *const types[] = { "IPSECKEY", "TYPE45", "KEY", "TXT" };
	static char data[SCAN_TEXT], text[SCAN_TEXT + SCAN_NAME + 64];
	struct reading *r = arg;

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (strcmp(types[i], rr->type) != 0)
			continue;
		if (!data_of(rr, data, sizeof(data))) {
			fail(r, rr->line, "the record is too long");
			return;
		}
		snprintf(text, sizeof(text), "%s %u IN %s%s", rr->owner, rr->ttl, rr->type, data);
		want(r, rr, text);
	}
}

static void
on_trouble(void *arg, unsigned line, const char *why)
{
	fail(arg, line, why);
}

/* ldns_rr_compare says nothing of the time to live. */
static bool
holds(const ldns_rr_list *list, const ldns_rr *rr)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++)
		if (ldns_rr_compare(ldns_rr_list_rr(list, i), rr) == 0 &&
		    ldns_rr_ttl(ldns_rr_list_rr(list, i)) == ldns_rr_ttl(rr))
			return true;
	return false;
}

/* What A has of NAME and TYPE and B has not goes to OUT. */
static void
subtract(const ldns_rr_list *a, const ldns_rr_list *b, const ldns_rr *like, ldns_rr_list *out)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(a); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(a, i);

		if (ldns_rr_get_type(rr) == ldns_rr_get_type(like) && is_ours(rr) &&
		    ldns_dname_compare(ldns_rr_owner(rr), ldns_rr_owner(like)) == 0 &&
		    !holds(b, rr) && !holds(out, rr))
			ldns_rr_list_push_rr(out, ldns_rr_clone(rr));
	}
}

static bool
compare_set(const ldns_rr_list *wanted, const ldns_rr *like, const struct server *s,
	    struct zone_diff *out, char *err, size_t errlen)
{
	ldns_rr_list *found = server_ask(s, ldns_rr_owner(like), ldns_rr_get_type(like), err, errlen);

	if (found == NULL)
		return false;
	subtract(wanted, found, like, out->missing);
	subtract(found, wanted, like, out->extra);
	ldns_rr_list_deep_free(found);
	return true;
}

static bool
compare(ldns_rr_list *wanted, const struct server *s, struct zone_diff *out, char *err, size_t errlen)
{
	const ldns_rr *before = NULL;

	ldns_rr_list_sort(wanted);
	for (size_t i = 0; i < ldns_rr_list_rr_count(wanted); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(wanted, i);
		bool same_set = before != NULL && ldns_rr_get_type(before) == ldns_rr_get_type(rr) &&
			ldns_dname_compare(ldns_rr_owner(before), ldns_rr_owner(rr)) == 0;

		if (!same_set && !compare_set(wanted, rr, s, out, err, errlen))
			return false;
		before = rr;
	}
	return true;
}

bool
zone_diff_make(FILE *f, const char *file, const char *origin, const struct server *s,
	       struct zone_diff *out, char *err, size_t errlen)
{
	static const struct scan_calls calls = { on_record, on_trouble, on_trouble };
	struct reading r = { .file = file, .wanted = ldns_rr_list_new(), .err = err, .errlen = errlen };
	bool ok;

	*out = (struct zone_diff){ ldns_rr_list_new(), ldns_rr_list_new() };
	zone_scan(f, origin, &calls, &r);
	ok = !r.failed && compare(r.wanted, s, out, err, errlen);
	ldns_rr_list_deep_free(r.wanted);
	if (!ok)
		zone_diff_free(out);
	return ok;
}

static void
print(char sign, const ldns_rr_list *list)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		char *text = ldns_rr2str(ldns_rr_list_rr(list, i));

		if (text != NULL)
			printf("%c%s", sign, text);
		free(text);
	}
}

void
zone_diff_print(const struct zone_diff *d)
{
	print('-', d->extra);
	print('+', d->missing);
}

void
zone_diff_free(struct zone_diff *d)
{
	ldns_rr_list_deep_free(d->missing);
	ldns_rr_list_deep_free(d->extra);
	*d = (struct zone_diff){ 0 };
}
