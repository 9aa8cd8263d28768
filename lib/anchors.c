/* Reads DS and DNSKEY lines far enough to know owner and key tag. */
#include "lib/anchors.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "lib/number.h"

enum { MAX_ENTRY = 4096, MAX_BYTES = 1 << 20, MAX_WORDS = 512 };

/* The sum of RFC 4034 appendix B, fed octet by octet. */
struct tag_sum {
	uint32_t ac;
	unsigned n;
};

static void
tag_octet(struct tag_sum *t, uint8_t octet)
{
	t->ac += (t->n++ & 1) ? octet : (uint32_t)octet << 8;
}

static uint16_t
tag_value(const struct tag_sum *t)
{
	return (uint16_t)((t->ac + (t->ac >> 16)) & 0xffff);
}

static int
base64_digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)(at - digits);
}

/* One word of base64, carried over in *BITS and *N_BITS from the word before. */
static bool
tag_base64(struct tag_sum *t, const char *word, uint32_t *bits, unsigned *n_bits)
{
	for (; *word != '\0' && *word != '='; word++) {
		int digit = base64_digit(*word);

		if (digit < 0)
			return false;
		*bits = (*bits << 6 | (uint32_t)digit) & 0xffff;
		*n_bits += 6;
		if (*n_bits >= 8) {
			*n_bits -= 8;
			tag_octet(t, (uint8_t)(*bits >> *n_bits & 0xff));
		}
	}
	return true;
}

/* DNSKEY: flags, protocol, algorithm, key in base64 words. */
static bool
dnskey_tag(char **word, unsigned n, uint16_t *tag)
{
	struct tag_sum t = { 0 };
	unsigned long flags, proto, alg;
	uint32_t bits = 0;
	unsigned n_bits = 0;

	if (n < 4 || !number_parse(word[0], UINT16_MAX, &flags) ||
	    !number_parse(word[1], UINT8_MAX, &proto) ||
	    !number_parse(word[2], UINT8_MAX, &alg))
		return false;
	tag_octet(&t, (uint8_t)(flags >> 8));
	tag_octet(&t, (uint8_t)(flags & 0xff));
	tag_octet(&t, (uint8_t)proto);
	tag_octet(&t, (uint8_t)alg);
	for (unsigned i = 3; i < n; i++)
		if (!tag_base64(&t, word[i], &bits, &n_bits))
			return false;
	*tag = tag_value(&t);
	return true;
}

static bool
ds_tag(char **word, unsigned n, uint16_t *tag)
{
	unsigned long v;

	if (n < 4 || !number_parse(word[0], UINT16_MAX, &v))
		return false;
	*tag = (uint16_t)v;
	return true;
}

static void
note(struct anchors *a, const char *owner, uint16_t tag)
{
	size_t len = strlen(a->text);
	bool same = strcmp(a->last_owner, owner) == 0;

	snprintf(a->text + len, sizeof(a->text) - len, "%s%s%s%u",
		 len > 0 ? " " : "", same ? "" : owner, same ? "" : " ", tag);
	snprintf(a->last_owner, sizeof(a->last_owner), "%s", owner);
	a->has_root = a->has_root || strcmp(owner, ".") == 0;
	a->n++;
}

/* OWNER [TTL] [IN] DS|DNSKEY ... */
static bool
take_words(struct anchors *a, char **word, unsigned n)
{
	unsigned i = 1;
	unsigned long ttl;
	uint16_t tag;

	while (i < n && (number_parse(word[i], UINT32_MAX, &ttl) ||
	    strcasecmp(word[i], "IN") == 0))
		i++;
	if (i == n)
		return false;
	if (strcasecmp(word[i], "DNSKEY") == 0 ?
	    !dnskey_tag(word + i + 1, n - i - 1, &tag) :
	    strcasecmp(word[i], "DS") != 0 ||
	    !ds_tag(word + i + 1, n - i - 1, &tag))
		return false;
	note(a, word[0], tag);
	return true;
}

/* One entry without comments, parentheses joined; its length, or -1 at the end. */
static int
next_entry(FILE *f, char out[MAX_ENTRY], long *left, unsigned *line)
{
	bool comment = false, open = false;
	int len = 0, c = EOF;

	while (--*left > 0 && (c = getc(f)) != EOF) {
		*line += c == '\n';
		if (c == '\n') {
			comment = false;
			if (!open)
				break;
		}
		comment = comment || c == ';' || c == '#';
		if (comment)
			continue;
		if (c == '(' || c == ')')
			open = c == '(';
		if (len < MAX_ENTRY - 1)
			out[len++] = (char)(strchr("()\t\r\n", c) || c == 0 ? ' ' : c);
	}
	out[len] = '\0';
	return len == 0 && c == EOF ? -1 : len;
}

bool
anchors_read(FILE *f, const char *name, struct anchors *a, char err[200])
{
	char entry[MAX_ENTRY], *word[MAX_WORDS];
	long left = MAX_BYTES;
	unsigned line = 0, before = a->n;

	while (next_entry(f, entry, &left, &line) >= 0 && left > 0) {
		char *save = NULL, *w = strtok_r(entry, " ", &save);
		unsigned n = 0;

		for (; w != NULL && n < MAX_WORDS; w = strtok_r(NULL, " ", &save))
			word[n++] = w;
		if (n == 0 || take_words(a, word, n))
			continue;
		snprintf(err, 200, "%s:%u: expected a DS or DNSKEY record", name, line);
		return false;
	}
	if (a->n == before)
		snprintf(err, 200, "%s holds no DS or DNSKEY record", name);
	return a->n > before;
}
