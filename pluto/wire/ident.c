/* Identities: IDi and IDr as values, as text, and compared. */
#include "pluto/wire/ident.h"

#include <stdio.h>
#include <string.h>

#include "pluto/wire/parse.h"

static bool
is_printable(uint8_t c)
{
	return c > ' ' && c <= '~';
}

static struct ident
make(uint8_t type, struct span data)
{
	struct ident id = { .type = type, .len = (uint8_t)data.len };
	struct wire_writer w = wire_writer(id.data, sizeof(id.data));

	wire_put(&w, data);
	return id;
}

struct ident
ident_from_addr(const struct ip_addr *a)
{
	switch (a->family) {
	case IP_V4:
		return make(ID_IPV4_ADDR, ip_addr_span(a));
	case IP_V6:
		return make(ID_IPV6_ADDR, ip_addr_span(a));
	case IP_NONE:
		break;
	}
	return (struct ident){ 0 };
}

/* A name of printable characters: a host, or user@host. */
static bool
parse_name(const char *text, uint8_t type, struct ident *out, char *err,
	   size_t errlen)
{
	size_t len = strlen(text);

	if (type == ID_FQDN && len > 1 && text[len - 1] == '.')
		len--;
	if (len == 0 || len > sizeof(out->data)) {
		snprintf(err, errlen, "an identity has 1 to 255 characters");
		return false;
	}
	for (size_t i = 0; i < len; i++)
		if (!is_printable((uint8_t)text[i]) || text[i] == '=') {
			snprintf(err, errlen, "%.80s: expected an address, "
			    "@name, name or user@host", text);
			return false;
		}
	*out = make(type, span_of(text, len));
	return true;
}

/* "@#0123ab": octets that only the two ends understand. */
static bool
parse_key_id(const char *hex, struct ident *out, char *err, size_t errlen)
{
	uint8_t data[sizeof(out->data)];
	int n = span_unhex(hex, data, sizeof(data));

	if (n <= 0) {
		snprintf(err, errlen, "@#%.80s: expected hexadecimal digits", hex);
		return false;
	}
	*out = make(ID_KEY_ID, span_of(data, (size_t)n));
	return true;
}

bool
ident_parse(const char *text, struct ident *out, char *err, size_t errlen)
{
	struct ip_addr a;

	*out = (struct ident){ 0 };
	if (strcmp(text, "%any") == 0 || strcmp(text, "%none") == 0)
		return true;
	if (strcmp(text, "%null") == 0) {
		out->type = ID_NULL;
		return true;
	}
	if (ip_addr_parse(text, &a)) {
		*out = ident_from_addr(&a);
		return true;
	}
	if (strncmp(text, "@#", 2) == 0)
		return parse_key_id(text + 2, out, err, errlen);
	if (text[0] == '@')
		return parse_name(text + 1, ID_FQDN, out, err, errlen);
	if (text[0] == '%') {
		snprintf(err, errlen, "%.80s: expected %%any, %%none or %%null",
		    text);
		return false;
	}
	return parse_name(text, strchr(text, '@') ? ID_RFC822_ADDR : ID_FQDN,
	    out, err, errlen);
}

/* The length that a type asks for is the length there is; RFC 7619 2.2 has the
 * receiver pass over what an ID_NULL carries. */
static bool
length_fits(uint8_t type, size_t len)
{
	switch (type) {
	case ID_IPV4_ADDR:
		return len == 4;
	case ID_IPV6_ADDR:
		return len == 16;
	case ID_NULL:
		return len <= 255;
	default:
		return len >= 1 && len <= 255;
	}
}

bool
ident_read(struct span body, struct ident *out, struct parse_error *e)
{
	struct wire_reader r = wire_reader(body);
	uint8_t type = wire_u8(&r, "ID type");
	struct span data;

	wire_skip(&r, 3, "ID reserved");
	data = wire_rest(&r);
	if (type == 0)
		wire_bad(&r, "ID type");
	if (!length_fits(type, data.len))
		wire_bad(&r, "ID length");
	*out = (struct ident){ 0 };
	if (!parse_done(e, &r))
		return false;
	*out = make(type, data);
	return true;
}

size_t
ident_body(const struct ident *id, uint8_t out[259])
{
	struct wire_writer w = wire_writer(out, 259);

	wire_put_u8(&w, id->type);
	wire_put_zeros(&w, 3);
	wire_put(&w, span_of(id->data, id->len));
	return w.len;
}

void
ident_write(struct ike_build *b, uint8_t payload, const struct ident *id)
{
	uint8_t body[259];
	size_t len = ident_body(id, body);

	ike_build_payload(b, payload, span_of(body, len));
}

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

bool
ident_eq(const struct ident *a, const struct ident *b)
{
	bool name = a->type == ID_FQDN || a->type == ID_RFC822_ADDR;

	if (a->type != b->type)
		return false;
	if (a->type == ID_NULL)
		return true;
	if (a->len != b->len)
		return false;
	for (unsigned i = 0; i < a->len; i++)
		if (name ? lower(a->data[i]) != lower(b->data[i])
			 : a->data[i] != b->data[i])
			return false;
	return true;
}

bool
ident_addr(const struct ident *id, struct ip_addr *out)
{
	if (id->type != ID_IPV4_ADDR && id->type != ID_IPV6_ADDR)
		return false;
	*out = ip_addr_from(span_of(id->data, id->len));
	return out->family != IP_NONE;
}

/* PREFIX and the name, with a question mark for what cannot be printed. */
static void
name_text(const char *prefix, const struct ident *id, char *out, size_t outlen)
{
	char name[sizeof(id->data) + 1];

	for (unsigned i = 0; i < id->len; i++)
		name[i] = is_printable(id->data[i]) ? (char)id->data[i] : '?';
	name[id->len] = '\0';
	snprintf(out, outlen, "%s%s", prefix, name);
}

static void
hex_text(const char *prefix, const struct ident *id, char *out, size_t outlen)
{
	char hex[2 * sizeof(id->data) + 1];

	snprintf(out, outlen, "%s%s", prefix,
	    span_hex(span_of(id->data, id->len), hex, sizeof(hex)));
}

const char *
ident_text(const struct ident *id, char *out, size_t outlen)
{
	struct addr_buf ab;
	struct ip_addr a;
	char type[16];

	if (ident_addr(id, &a)) {
		snprintf(out, outlen, "%s", ip_addr_text(&a, &ab));
	} else if (id->type == 0) {
		snprintf(out, outlen, "%%any");
	} else if (id->type == ID_NULL) {
		snprintf(out, outlen, "%%null");
	} else if (id->type == ID_FQDN || id->type == ID_RFC822_ADDR) {
		name_text(id->type == ID_FQDN ? "@" : "", id, out, outlen);
	} else if (id->type == ID_KEY_ID) {
		hex_text("@#", id, out, outlen);
	} else {
		snprintf(type, sizeof(type), "type%u:", id->type);
		hex_text(type, id, out, outlen);
	}
	return out;
}
