/* Values of ipsec.conf: from what people write to what whack and pluto take. */
#include "conf/keywords.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/number.h"

static bool
expected(char *err, size_t errlen, const char *what, const char *found)
{
	snprintf(err, errlen, "expected %s, found \"%.60s\"", what, found);
	return false;
}

static bool
is_one_of(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

static bool
boolean(const char *text, char *out, size_t outlen)
{
	static const char *const yes[] = { "yes", "on", "true", "1", NULL };
	static const char *const no[] = { "no", "off", "false", "0", NULL };
	bool is_yes = is_one_of(text, yes);

	snprintf(out, outlen, "%s", is_yes ? "yes" : "no");
	return is_yes || is_one_of(text, no);
}

/* The number at the start of TEXT; *REST is what is behind it. */
static bool
leading_number(const char *text, unsigned long *n, const char **rest)
{
	char digits[12];
	size_t len = strspn(text, "0123456789");

	if (len == 0 || len >= sizeof(digits))
		return false;
	snprintf(digits, sizeof(digits), "%.*s", (int)len, text);
	*rest = text + len;
	return number_parse(digits, 100000000, n);
}

static const struct { const char *unit; unsigned seconds; } units[] = {
	{ "", 1 }, { "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 },
};

/* Behind a point: up to four digits, as so many of ten thousand parts. */
static bool
fraction(const char **text, unsigned long *parts)
{
	unsigned long unit = 1000;

	*parts = 0;
	if (**text != '.')
		return true;
	for (++*text; isdigit((unsigned char)**text) && unit > 0; ++*text, unit /= 10)
		*parts += unit * (unsigned long)(**text - '0');
	return unit < 1000;
}

/* 1.5h, too. */
static bool
duration(const char *text, char *out, size_t outlen)
{
	unsigned long n, parts;
	const char *rest;

	if (!leading_number(text, &n, &rest) || !fraction(&rest, &parts))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (strcmp(rest, units[i].unit) != 0)
			continue;
		snprintf(out, outlen, "%llu", (unsigned long long)n * units[i].seconds
			 + (unsigned long long)parts * units[i].seconds / 10000);
		return true;
	}
	return false;
}

static bool
number(const char *text, const char *behind, char *out, size_t outlen)
{
	const char *rest;
	unsigned long n;

	if (!leading_number(text, &n, &rest) || (*rest != '\0' && strcmp(rest, behind) != 0))
		return false;
	snprintf(out, outlen, "%lu", n);
	return true;
}

static const struct { const char *name; unsigned number; } protocols[] = {
	{ "icmp", 1 }, { "tcp", 6 }, { "udp", 17 }, { "gre", 47 }, { "icmpv6", 58 },
	{ "ipv6-icmp", 58 }, { "sctp", 132 },
};

/* "tcp/80" is 6/80, "udp" is 17/0; numbers stay as they are. */
static bool
protoport(const char *text, char *out, size_t outlen)
{
	const char *slash = strchr(text, '/');
	int len = slash != NULL ? (int)(slash - text) : (int)strlen(text);
	const char *port = slash != NULL ? slash + 1 : "0";

	for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++) {
		if ((int)strlen(protocols[i].name) != len
		    || strncmp(text, protocols[i].name, (size_t)len) != 0)
			continue;
		snprintf(out, outlen, "%u/%s", protocols[i].number, port);
		return true;
	}
	snprintf(out, outlen, "%.*s/%s", len, text, port);
	return len > 0 && isdigit((unsigned char)*text);
}

static bool
not_a_word(const struct conf_keyword *k, const char *text, char *err, size_t errlen)
{
	char list[300];
	size_t n = 0;

	for (const struct conf_word *w = k->words; w->word != NULL && n < sizeof(list); w++)
		n += (size_t)snprintf(&list[n], sizeof(list) - n, "%s%s",
				      w == k->words ? "" : w[1].word == NULL ? " or " : ", ", w->word);
	return expected(err, errlen, list, text);
}

/* Of a list, each word; of any keyword with an option that takes a number, that. */
static bool
words(const struct conf_keyword *k, const char *text, char *err, size_t errlen)
{
	char copy[4096], *save = NULL;

	if (k->words == NULL)
		return true;
	snprintf(copy, sizeof(copy), "%s", text);
	for (char *w = strtok_r(copy, " \t,", &save); w != NULL; w = strtok_r(NULL, " \t,", &save))
		if (conf_word_find(k->words, w) == NULL)
			return not_a_word(k, w, err, errlen);
	return true;
}

static bool
one_word(const struct conf_keyword *k, const char *text, char *out, size_t outlen, char *err,
	 size_t errlen)
{
	if (conf_word_find(k->words, text) != NULL)
		return true;
	/* keyingtries: a number, too. */
	if (k->option != NULL && number(text, "", out, outlen))
		return true;
	return not_a_word(k, text, err, errlen);
}

bool
conf_value(const struct conf_keyword *k, struct span in, char *out, size_t outlen, char *err,
	   size_t errlen)
{
	char text[4096];

	if (in.len >= sizeof(text) || in.len >= outlen) {
		snprintf(err, errlen, "expected a shorter value");
		return false;
	}
	snprintf(text, sizeof(text), "%.*s", (int)in.len, (const char *)in.ptr);
	if (*text == '\0' && k->type != CONF_REFUSED)
		return expected(err, errlen, "a value", "");
	snprintf(out, outlen, "%s", text);
	switch (k->type) {
	case CONF_TEXT:
		return true;
	case CONF_BOOL:
		return boolean(text, out, outlen) || expected(err, errlen, "yes or no", text);
	case CONF_NUMBER:
		return number(text, "", out, outlen) || expected(err, errlen, "a number", text);
	case CONF_TIME:
		return duration(text, out, outlen)
			|| expected(err, errlen, "a time such as 30, 30s, 5m, 8h or 1d", text);
	case CONF_PERCENT:
		return number(text, "%", out, outlen) || expected(err, errlen, "a percentage", text);
	case CONF_PROTOPORT:
		return protoport(text, out, outlen)
			|| expected(err, errlen, "PROTOCOL/PORT such as tcp/80 or 17/1701", text);
	case CONF_WORD:
		return one_word(k, text, out, outlen, err, errlen);
	case CONF_LIST:
		return words(k, text, err, errlen);
	case CONF_REFUSED:
		snprintf(err, errlen, "%s", k->story);
		return false;
	}
	return false;
}
