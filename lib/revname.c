/* Names in DNS: of addresses, of hosts, and on the wire. */
#include "lib/revname.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/wire.h"

enum {
	HOST_MAX = 253,		/* without the final dot */
	LABEL_MAX = 63,
	WIRE_NAME_MAX = 255,
};

struct dns_name
revname_of(const struct ip_addr *a)
{
	static const char digits[] = "0123456789abcdef";
	struct dns_name n = { "" };
	size_t at = 0;

	if (a->family == IP_V4)
		snprintf(n.text, sizeof(n.text), "%u.%u.%u.%u.in-addr.arpa.",
			 a->bytes[3], a->bytes[2], a->bytes[1], a->bytes[0]);
	if (a->family != IP_V6)
		return n;
	for (size_t i = 16; i > 0; i--) {
		n.text[at++] = digits[a->bytes[i - 1] & 15];
		n.text[at++] = '.';
		n.text[at++] = digits[a->bytes[i - 1] >> 4];
		n.text[at++] = '.';
	}
	snprintf(n.text + at, sizeof(n.text) - at, "ip6.arpa.");
	return n;
}

/* The octets of "4.3.2.1.in-addr.arpa", loosely read. */
static struct ip_addr
guess_v4(const char *name)
{
	unsigned o[4];
	uint8_t bytes[4];

	if (sscanf(name, "%3u.%3u.%3u.%3u.", &o[3], &o[2], &o[1], &o[0]) != 4)
		return (struct ip_addr){ 0 };
	for (size_t i = 0; i < 4; i++)
		bytes[i] = (uint8_t)o[i];
	return ip_addr_from(SPAN_OF(bytes));
}

/* The nibbles of "f.e. ... .ip6.arpa", loosely read. */
static struct ip_addr
guess_v6(const char *name)
{
	uint8_t bytes[16];
	char octet[3] = "";

	if (strlen(name) < 64)
		return (struct ip_addr){ 0 };
	for (size_t i = 0; i < 16; i++) {
		octet[0] = name[4 * (15 - i) + 2];
		octet[1] = name[4 * (15 - i)];
		if (span_unhex(octet, bytes + i, 1) != 1)
			return (struct ip_addr){ 0 };
	}
	return ip_addr_from(SPAN_OF(bytes));
}

bool
revname_parse(const char *name, struct ip_addr *out)
{
	size_t len = strlen(name);
	struct ip_addr a = len > 64 ? guess_v6(name) : guess_v4(name);
	struct dns_name exact = revname_of(&a);
	size_t want = strlen(exact.text);

	/* The guess counts only when its own name is the one that was given,
	 * with or without the final dot. */
	if (want == 0 || (len != want && len + 1 != want) ||
	    strncasecmp(exact.text, name, len) != 0)
		return false;
	*out = a;
	return true;
}

/* The lower-case form of a character that host names may have, or 0. */
static char
host_char(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	    c == '_')
		return (char)c;
	return '\0';
}

bool
dns_name_from_host(struct span host, struct dns_name *out)
{
	struct dns_name n = { "" };
	size_t label = 0;

	if (host.len != 0 && host.ptr[host.len - 1] == '.')
		host.len--;
	if (host.len == 0 || host.len > HOST_MAX)
		return false;
	for (size_t i = 0; i < host.len; i++) {
		bool dot = host.ptr[i] == '.';

		n.text[i] = dot ? '.' : host_char(host.ptr[i]);
		if (n.text[i] == '\0' || (dot && label == 0))
			return false;
		label = dot ? 0 : label + 1;
		if (label > LABEL_MAX)
			return false;
	}
	if (label == 0)
		return false;
	n.text[host.len] = '.';
	*out = n;
	return true;
}

bool
dns_name_read(struct wire_reader *r, struct dns_name *out)
{
	struct dns_name n = { "" };
	size_t at = 0;
	uint8_t len;

	/* RFC 1035 3.1: each label costs its length octet, which is where the
	 * text has a dot, so the text is as long as the wire form less one. */
	while ((len = wire_u8(r, "name")) != 0) {
		struct span label;

		if (len > LABEL_MAX || at + len + 2 > WIRE_NAME_MAX) {
			wire_bad(r, "name");
			return false;
		}
		label = wire_bytes(r, len, "name");
		for (size_t i = 0; i < label.len; i++) {
			n.text[at] = host_char(label.ptr[i]);
			if (n.text[at++] == '\0')
				wire_bad(r, "name");
		}
		n.text[at++] = '.';
	}
	if (!wire_ok(r))
		return false;
	if (at == 0)
		n.text[0] = '.';
	*out = n;
	return true;
}

void
dns_name_write(struct wire_writer *w, const struct dns_name *n)
{
	const char *label = n->text;
	size_t len = strcspn(label, ".");

	for (; len != 0; len = strcspn(label, ".")) {
		wire_put_u8(w, (uint8_t)len);
		wire_put(w, span_of(label, len));
		label += len;
		if (*label == '.')
			label++;
	}
	wire_put_u8(w, 0);
}
