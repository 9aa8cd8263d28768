/* Prefixes to the zones that hold their reverse names. */
#include "zones/revzone.h"

#include <stdio.h>
#include <string.h>

#include "zones/output.h"

static unsigned
unit(const struct ip_prefix *p)
{
	return p->addr.family == IP_V4 ? 8 : 4;
}

static bool
is_classless(const struct ip_prefix *p)
{
	return p->addr.family == IP_V4 && p->len > 24 && p->len < 32;
}

/* The length of the prefixes whose names are zones. */
static unsigned
cut_of(const struct ip_prefix *p)
{
	return (p->len + unit(p) - 1) / unit(p) * unit(p);
}

unsigned
revzone_count(const struct ip_prefix *p)
{
	return is_classless(p) ? 1 : 1U << (cut_of(p) - p->len);
}

/* NAME without its first N labels. */
static struct dns_name
above(const struct dns_name *name, unsigned n)
{
	const char *at = name->text;
	struct dns_name out = { "" };

	for (const char *dot; n > 0 && (dot = strchr(at, '.')) != NULL && dot[1] != '\0'; n--)
		at = dot + 1;
	strcpy(out.text, at);
	return out;
}

uint8_t
revzone_first(const struct revzone *z)
{
	return z->prefix.addr.bytes[3];
}

uint8_t
revzone_last(const struct revzone *z)
{
	return (uint8_t)(z->prefix.addr.bytes[3] | (0xff >> (z->prefix.len - 24)));
}

/* One letter behind a % of the pattern, as text. */
static int
expand(const struct revzone *z, char letter, char *out, size_t len)
{
	switch (letter) {
	case 'f':
		return snprintf(out, len, "%u", revzone_first(z));
	case 'l':
		return snprintf(out, len, "%u", revzone_last(z));
	case 'n':
		return snprintf(out, len, "%u", z->prefix.len);
	default:
		return -1;
	}
}

static bool
label_of(const struct revzone *z, const char *pattern, char *out, size_t len)
{
	size_t at = 0;

	for (; *pattern != '\0'; pattern++) {
		int n = 1;

		if (at + 4 >= len)
			return false;
		if (*pattern == '%')
			n = expand(z, *++pattern, out + at, len - at);
		else
			out[at] = *pattern;
		if (n < 0)
			return false;
		at += (size_t)n;
	}
	out[at] = '\0';
	return at > 0;
}

static bool
name_classless(struct revzone *z, const struct dns_name *full, const char *pattern)
{
	char label[64], text[sizeof(z->name.text)];
	int n;

	z->parent = above(full, 1);
	if (!label_of(z, pattern, label, sizeof(label)))
		return false;
	n = snprintf(text, sizeof(text), "%s.%s", label, z->parent.text);
	return n > 0 && (size_t)n < sizeof(text) && output_zone_parse(text, &z->name);
}

bool
revzone_nth(const struct ip_prefix *p, unsigned i, const char *pattern, struct revzone *out)
{
	unsigned cut = cut_of(p);
	struct dns_name full;

	*out = (struct revzone){ .prefix = *p, .classless = is_classless(p) };
	if (!out->classless) {
		out->prefix.len = (uint8_t)cut;
		if (cut > 0)
			out->prefix.addr.bytes[(cut - 1) / 8] |= (uint8_t)(i << (8 - cut % 8) % 8);
	}
	full = revname_of(&out->prefix.addr);
	if (out->classless)
		return name_classless(out, &full, pattern);
	out->name = above(&full, (ip_addr_bits(p->addr.family) - cut) / unit(p));
	out->parent = above(&out->name, 1);
	return true;
}

struct dns_name
revzone_owner(const struct revzone *z, const struct ip_addr *a)
{
	struct dns_name n = revname_of(a);

	if (z->classless)
		snprintf(n.text, sizeof(n.text), "%u.%.*s", a->bytes[3],
			 (int)sizeof(n.text) - 5, z->name.text);
	return n;
}

bool
revzone_wildcard(const struct revzone *z, struct dns_name *out)
{
	int n = snprintf(out->text, sizeof(out->text), "*.%s", z->name.text);

	return n > 0 && (size_t)n < sizeof(out->text);
}
