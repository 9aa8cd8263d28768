/* The table of ipsec top. */
#include "whack/top_table.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define ROW "%-26.26s %-16.16s %-9.9s %-9.9s %-4.4s %5s %6s %6s %6s %6s  %s"

const char top_heads[] = "PEER                       GROUP            STATE     DNS       AUTH  "
	"TIME   IN/s  OUT/s     IN    OUT  WHY";

void
top_sample_clear(struct top_sample *s)
{
	json_decref(s->pairs);
	json_decref(s->sum);
	*s = (struct top_sample){ .pairs = NULL };
}

const char *
top_number(uint64_t n, char out[8])
{
	static const char units[] = "kMGTP";
	double v = (double)n;
	int u = -1;

	while (v >= 1000 && u < 4) {
		v /= 1000;
		u++;
	}
	if (u < 0)
		snprintf(out, 8, "%u", (unsigned)n);
	else
		snprintf(out, 8, v < 9.95 ? "%.1f%c" : "%.0f%c", v < 9999 ? v : 9999, units[u]);
	return out;
}

const char *
top_seconds(uint64_t s, char out[8])
{
	static const struct { uint64_t s; char unit; } units[] = {
		{ 86400, 'd' }, { 3600, 'h' }, { 60, 'm' },
	};
	unsigned i = 0;

	while (i < 3 && s < 2 * units[i].s)
		i++;
	if (i == 3)
		snprintf(out, 8, "%us", (unsigned)s);
	else
		snprintf(out, 8, "%u%c", (unsigned)(s / units[i].s < 999 ? s / units[i].s : 999),
			 units[i].unit);
	return out;
}

static const char *
text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

static uint64_t
number(const json_t *o, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(o, key));

	return n > 0 ? (uint64_t)n : 0;
}

void
top_summary(const struct top_sample *s, char *out, size_t len)
{
	snprintf(out, len, "%ju encrypted, %ju clear, %ju blocked, %ju pending; %ju Child SAs, "
		 "%ju attempts so far", (uintmax_t)number(s->sum, "encrypted"),
		 (uintmax_t)number(s->sum, "clear"), (uintmax_t)number(s->sum, "blocked"),
		 (uintmax_t)number(s->sum, "pending"), (uintmax_t)number(s->sum, "child_sas"),
		 (uintmax_t)number(s->sum, "attempts"));
}

static bool
same_pair(const json_t *a, const json_t *b)
{
	return strcmp(text(a, "there"), text(b, "there")) == 0
		&& strcmp(text(a, "here"), text(b, "here")) == 0
		&& strcmp(text(a, "connection"), text(b, "connection")) == 0;
}

/* "" where there is nothing to compare with. */
static const char *
rate(const struct top_sample *s, const struct top_sample *before, const json_t *o, const char *key,
     char out[8])
{
	const json_t *was;
	size_t i;

	out[0] = '\0';
	json_array_foreach(before->pairs, i, was) {
		uint64_t ms = s->at_ms - before->at_ms, now = number(o, key), then = number(was, key);

		if (!same_pair(o, was))
			continue;
		if (ms > 0 && now >= then)
			top_number((now - then) * 1000 / ms, out);
		break;
	}
	return out;
}

/* IKE's word when it was tried, else DNS's; an encrypted pair needs none. */
static const char *
why(const json_t *o, char out[64])
{
	const char *ike = text(o, "ike"), *state = text(o, "state");

	out[0] = '\0';
	if (strcmp(state, "PENDING") == 0)
		snprintf(out, 64, "%ju held", (uintmax_t)number(o, "held"));
	else if (strcmp(state, "ENCRYPTED") == 0)
		snprintf(out, 64, "%s", text(o, "connection"));
	else if (ike[0] != '\0' && strcmp(ike, "none") != 0)
		snprintf(out, 64, "IKE %s", ike);
	else
		snprintf(out, 64, "DNS %s", text(o, "dnssec"));
	return out;
}

void
top_row(const struct top_sample *s, const struct top_sample *before, size_t i, char *out, size_t len)
{
	const json_t *o = json_array_get(s->pairs, i);
	bool up = strcmp(text(o, "state"), "ENCRYPTED") == 0;
	char in[8], sent[8], in_s[8], sent_s[8], time[8], reason[64];

	snprintf(out, len, ROW, text(o, "there"), text(o, "group"), text(o, "state"),
		 text(o, "dnssec"), !up ? "-" : json_is_true(json_object_get(o, "authenticated"))
		 ? "yes" : "NULL", top_seconds(number(o, up ? "age_s" : "expires_s"), time),
		 rate(s, before, o, "bytes_in", in_s), rate(s, before, o, "bytes_out", sent_s),
		 up ? top_number(number(o, "bytes_in"), in) : "",
		 up ? top_number(number(o, "bytes_out"), sent) : "", why(o, reason));
	for (size_t n = strlen(out); n > 0 && out[n - 1] == ' '; n--)
		out[n - 1] = '\0';
}
