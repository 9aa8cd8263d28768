/* Addresses, prefixes and endpoints: from text and to text. */
#include "lib/addr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { LITERAL_MAX = 46 };	/* the longest IPv6 literal and its NUL */

/* The first LEN characters of TEXT as an address. */
static bool
parse_literal(const char *text, size_t len, struct ip_addr *out)
{
	char copy[LITERAL_MAX];
	uint8_t bytes[16];

	if (len == 0 || len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (inet_pton(AF_INET, copy, bytes) == 1)
		*out = ip_addr_from(span_of(bytes, 4));
	else if (inet_pton(AF_INET6, copy, bytes) == 1)
		*out = ip_addr_from(span_of(bytes, 16));
	else
		return false;
	return true;
}

/* A decimal number that is the whole of TEXT, without sign or blanks. */
static bool
parse_number(const char *text, unsigned max, unsigned *out)
{
	unsigned v = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return false;
		v = 10 * v + (unsigned)(*text - '0');
		if (v > max)
			return false;
	}
	*out = v;
	return true;
}

bool
ip_addr_parse(const char *text, struct ip_addr *out)
{
	return parse_literal(text, strlen(text), out);
}

static void
clear_host_bits(struct ip_prefix *p)
{
	size_t size = ip_addr_size(p->addr.family), whole = p->len / 8;

	if (whole < size && p->len % 8 != 0) {
		unsigned mask = 0xff00U >> (p->len % 8);

		p->addr.bytes[whole++] &= (uint8_t)mask;
	}
	memset(p->addr.bytes + whole, 0, size - whole);
}

bool
ip_prefix_parse(const char *text, struct ip_prefix *out)
{
	const char *slash = strchr(text, '/');
	struct ip_prefix p;
	unsigned len;

	if (slash == NULL) {
		if (!ip_addr_parse(text, &p.addr))
			return false;
		*out = ip_prefix_host(&p.addr);
		return true;
	}
	if (!parse_literal(text, (size_t)(slash - text), &p.addr) ||
	    !parse_number(slash + 1, ip_addr_bits(p.addr.family), &len))
		return false;
	p.len = (uint8_t)len;
	clear_host_bits(&p);
	*out = p;
	return true;
}

/* Splits "ADDR@PORT", "[ADDR]:PORT", "V4:PORT": where the address ends and the
 * port begins (NULL: none). */
static bool
split_endpoint(const char **addr, size_t *len, const char **port)
{
	const char *at = strchr(*addr, '@'), *colon = strchr(*addr, ':');
	const char *close = strchr(*addr, ']');

	*port = NULL;
	*len = strlen(*addr);
	if (**addr == '[') {
		if (close == NULL || (close[1] != '\0' && close[1] != ':'))
			return false;
		*port = close[1] == ':' ? close + 2 : NULL;
		(*addr)++;
		*len = (size_t)(close - *addr);
		/* Brackets are for IPv6 only. */
		return colon != NULL && colon < close;
	}
	if (at == NULL && colon != NULL && strchr(colon + 1, ':') == NULL)
		at = colon;
	if (at != NULL) {
		*len = (size_t)(at - *addr);
		*port = at + 1;
	}
	return true;
}

bool
endpoint_parse(const char *text, uint16_t default_port, struct endpoint *out)
{
	struct endpoint e = { .port = default_port };
	unsigned port = default_port;
	const char *port_text;
	size_t len;

	if (!split_endpoint(&text, &len, &port_text) ||
	    !parse_literal(text, len, &e.addr) ||
	    (port_text != NULL && !parse_number(port_text, 65535, &port)))
		return false;
	e.port = (uint16_t)port;
	*out = e;
	return true;
}

const char *
ip_addr_text(const struct ip_addr *a, struct addr_buf *b)
{
	int family = a->family == IP_V4 ? AF_INET : AF_INET6;

	if (a->family == IP_NONE ||
	    inet_ntop(family, a->bytes, b->text, sizeof(b->text)) == NULL)
		snprintf(b->text, sizeof(b->text), "none");
	return b->text;
}

const char *
ip_prefix_text(const struct ip_prefix *p, struct addr_buf *b)
{
	struct addr_buf a;

	snprintf(b->text, sizeof(b->text), "%.50s/%u",
		 ip_addr_text(&p->addr, &a), p->len);
	return b->text;
}

const char *
endpoint_text(const struct endpoint *e, struct addr_buf *b)
{
	struct addr_buf a;

	if (e->addr.family == IP_V6)
		snprintf(b->text, sizeof(b->text), "[%.50s]:%u",
			 ip_addr_text(&e->addr, &a), e->port);
	else
		snprintf(b->text, sizeof(b->text), "%.50s:%u",
			 ip_addr_text(&e->addr, &a), e->port);
	return b->text;
}
