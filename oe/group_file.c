/* The text of a policy file to entries; a bad line voids itself only. */
#include "oe/group_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/names.h"

static const struct name_row proto_rows[] = {
	{ 0, "any" }, { 1, "icmp" }, { 6, "tcp" }, { 17, "udp" }, { 33, "dccp" },
	{ 58, "icmpv6" }, { 58, "ipv6-icmp" }, { 132, "sctp" }, { 136, "udplite" },
};
static const struct name_table protos = NAME_TABLE("protocol", proto_rows);

/* One file being read. */
struct parse {
	const char *name;
	unsigned line, complaints;
	enum group_id group;
	struct group_entry **out;
	size_t *n;
	group_complaint_fn *complain;
	void *ctx;
};

enum { MAX_WORDS = 5 };			/* one more than any line may have */

struct words {
	char text[GROUP_FILE_MAX_LINE + 1];	/* blanks made NUL */
	char *word[MAX_WORDS];
	unsigned n;
};

static void __attribute__((format(printf, 2, 3)))
bad_line(struct parse *p, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	if (p->complaints++ > GROUP_FILE_MAX_COMPLAINTS)
		return;
	int n = snprintf(text, sizeof(text), "%s:%u: ", p->name, p->line);

	if (n < 0 || (size_t)n >= sizeof(text))
		return;
	if (p->complaints > GROUP_FILE_MAX_COMPLAINTS) {
		snprintf(text + n, sizeof(text) - (size_t)n,
			 "more bad lines from here on are not told");
	} else {
		va_start(ap, fmt);
		vsnprintf(text + n, sizeof(text) - (size_t)n, fmt, ap);
		va_end(ap);
	}
	p->complain(p->ctx, text);
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The line without its comment, cut into words. False, told, when it cannot be
 * a line of ours. */
static bool
split(struct parse *p, struct span line, struct words *w)
{
	bool in_word = false;
	size_t i;

	w->n = 0;
	for (i = 0; i < line.len && line.ptr[i] != '#'; i++) {
		uint8_t c = line.ptr[i];

		if (i == GROUP_FILE_MAX_LINE) {
			bad_line(p, "longer than %d characters", GROUP_FILE_MAX_LINE);
			return false;
		}
		if (!is_blank(c) && (c <= ' ' || c > '~')) {
			bad_line(p, "character 0x%02x is not allowed", c);
			return false;
		}
		w->text[i] = (char)(is_blank(c) ? '\0' : c);
		if (!is_blank(c) && !in_word && w->n < MAX_WORDS)
			w->word[w->n++] = &w->text[i];
		in_word = !is_blank(c);
	}
	w->text[i <= GROUP_FILE_MAX_LINE ? i : GROUP_FILE_MAX_LINE] = '\0';
	return true;
}

/* A decimal number of at most MAX, and nothing else. */
static bool
number(const char *text, unsigned max, unsigned *out)
{
	unsigned v = 0;

	if (*text == '\0' || strlen(text) > 5)
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return false;
		v = v * 10 + (unsigned)(*text - '0');
	}
	*out = v;
	return v <= max;
}

static bool
read_proto(const char *text, uint8_t *out)
{
	unsigned v;
	int64_t named = name_number(&protos, text);

	if (named >= 0) {
		*out = (uint8_t)named;
		return true;
	}
	if (!number(text, UINT8_MAX, &v))
		return false;
	*out = (uint8_t)v;
	return true;
}

static bool
read_port(const char *text, uint16_t *out)
{
	unsigned v;

	if (!number(text, UINT16_MAX, &v))
		return false;
	*out = (uint16_t)v;
	return true;
}

/* The words after the prefix. */
static bool
read_narrowing(struct parse *p, const struct words *w, struct group_entry *e)
{
	if (w->n == 1)
		return true;
	if (w->n != 4) {
		bad_line(p, "expected a prefix, or a prefix, protocol, "
			 "source port and destination port");
		return false;
	}
	if (!read_proto(w->word[1], &e->ip_proto)) {
		bad_line(p, "\"%.40s\" is not a protocol (0 to 255, or tcp, udp, ...)",
			 w->word[1]);
		return false;
	}
	if (!read_port(w->word[2], &e->sport) || !read_port(w->word[3], &e->dport)) {
		bad_line(p, "\"%.40s %.40s\" are not two ports (0 to 65535)",
			 w->word[2], w->word[3]);
		return false;
	}
	if (e->ip_proto == 0 && (e->sport != 0 || e->dport != 0)) {
		bad_line(p, "ports need a protocol");
		return false;
	}
	return true;
}

/* The array always has room for the next power of two. */
bool
group_entry_add(struct group_entry **out, size_t *n, const struct group_entry *e)
{
	if ((*n & (*n - 1)) == 0) {
		size_t room = *n == 0 ? 1 : *n * 2;
		struct group_entry *bigger = reallocarray(*out, room, sizeof(**out));

		if (bigger == NULL)
			return false;
		*out = bigger;
	}
	(*out)[(*n)++] = *e;
	return true;
}

static void
read_line(struct parse *p, struct span line)
{
	struct words w;
	struct group_entry e = { .group = p->group };

	if (!split(p, line, &w) || w.n == 0)
		return;
	if (!ip_prefix_parse(w.word[0], &e.remote)) {
		bad_line(p, "\"%.60s\" is not an address or prefix", w.word[0]);
		return;
	}
	if (!read_narrowing(p, &w, &e))
		return;
	if (*p->n >= GROUP_FILE_MAX_ENTRIES) {
		bad_line(p, "more than %d entries", GROUP_FILE_MAX_ENTRIES);
		return;
	}
	snprintf(e.where, sizeof(e.where), "%.48s:%u", p->name, p->line);
	if (!group_entry_add(p->out, p->n, &e))
		bad_line(p, "out of memory");
}

void
group_file_parse(const char *name, struct span text, enum group_id group,
		 struct group_entry **out, size_t *n,
		 group_complaint_fn *complain, void *ctx)
{
	struct parse p = {
		.name = name,
		.group = group,
		.out = out,
		.n = n,
		.complain = complain,
		.ctx = ctx,
	};

	for (size_t at = 0; at < text.len;) {
		const uint8_t *eol = memchr(&text.ptr[at], '\n', text.len - at);
		size_t end = eol == NULL ? text.len : (size_t)(eol - text.ptr);

		p.line++;
		read_line(&p, span_of(&text.ptr[at], end - at));
		at = end + 1;
	}
}
