/* Identities: IDi and IDr as values. */
#include "pluto/wire/ident.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct ident
ident_from_addr(const struct ip_addr *a)
{
	struct ident id = { .type = a->family == IP_V4 ? ID_IPV4_ADDR
		: a->family == IP_V6 ? ID_IPV6_ADDR : 0, .len = (uint8_t)ip_addr_size(a->family) };

	memcpy(id.data, a->bytes, id.len);
	return id;
}

static bool
is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
		|| c == '-' || c == '.' || c == '_' || c == '+';
}

static bool
from_name(uint8_t type, const char *text, struct ident *out, char *err, size_t errlen)
{
	size_t len = strlen(text);

	if (len == 0 || len > sizeof(out->data)) {
		snprintf(err, errlen, "an identity has 1 to 255 characters");
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		if (!is_name_char(text[i]) && !(type == ID_RFC822_ADDR && text[i] == '@')) {
			snprintf(err, errlen, "identity \"%.60s\" has a character that no name has",
				 text);
			return false;
		}
	}
	*out = (struct ident){ .type = type, .len = (uint8_t)len };
	memcpy(out->data, text, len);
	return true;
}

bool
ident_parse(const char *text, struct ident *out, char *err, size_t errlen)
{
	struct ip_addr a;

	if (strcmp(text, "%any") == 0 || strcmp(text, "%none") == 0) {
		*out = (struct ident){ .type = 0 };
		return true;
	}
	if (ip_addr_parse(text, &a)) {
		*out = ident_from_addr(&a);
		return true;
	}
	if (text[0] == '@')
		return from_name(ID_FQDN, text + 1, out, err, errlen);
	return from_name(strchr(text, '@') != NULL ? ID_RFC822_ADDR : ID_FQDN, text, out, err, errlen);
}

static bool
length_fits(uint8_t type, size_t len)
{
	switch (type) {
	case ID_IPV4_ADDR:
		return len == 4;
	case ID_IPV6_ADDR:
		return len == 16;
	case ID_NULL:
		return len == 0;
	default:
		return len > 0 && len <= 255;
	}
}

bool
ident_read(struct span body, struct ident *out, struct parse_error *e)
{
	struct wire_reader r = wire_reader(body);
	struct span data;

	*out = (struct ident){ .type = wire_u8(&r, "ID type") };
	wire_skip(&r, 3, "ID reserved");
	data = wire_rest(&r);
	if (wire_ok(&r) && (out->type == 0 || !length_fits(out->type, data.len)))
		wire_bad(&r, "ID length");
	if (!wire_done(&r)) {
		*e = (struct parse_error){ .what = r.what, .err = r.err,
			.notify = N_INVALID_SYNTAX };
		return false;
	}
	out->len = (uint8_t)data.len;
	if (data.len > 0)
		memcpy(out->data, data.ptr, data.len);
	return true;
}

size_t
ident_body(const struct ident *id, uint8_t out[259])
{
	memset(out, 0, 4);
	out[0] = id->type;
	memcpy(&out[4], id->data, id->len);
	return 4 + (size_t)id->len;
}

void
ident_write(struct ike_build *b, uint8_t payload, const struct ident *id)
{
	uint8_t body[259];

	ike_build_payload(b, payload, span_of(body, ident_body(id, body)));
}

bool
ident_eq(const struct ident *a, const struct ident *b)
{
	if (a->type != b->type || a->len != b->len)
		return false;
	if (a->type == ID_FQDN || a->type == ID_RFC822_ADDR)
		return strncasecmp((const char *)a->data, (const char *)b->data, a->len) == 0;
	return memcmp(a->data, b->data, a->len) == 0;
}

bool
ident_addr(const struct ident *id, struct ip_addr *out)
{
	if (id->type != ID_IPV4_ADDR && id->type != ID_IPV6_ADDR)
		return false;
	*out = ip_addr_from(span_of(id->data, id->len));
	return out->family != IP_NONE;
}

const char *
ident_text(const struct ident *id, char *out, size_t outlen)
{
	struct name_buf nb;
	struct addr_buf ab;
	struct ip_addr a;
	size_t at = 0;

	if (ident_addr(id, &a)) {
		snprintf(out, outlen, "%s", ip_addr_text(&a, &ab));
		return out;
	}
	if (id->type != ID_FQDN && id->type != ID_RFC822_ADDR) {
		snprintf(out, outlen, "%s", id->type == 0 ? "%any"
			 : name_of(&id_type_names, id->type, &nb));
		return out;
	}
	if (id->type == ID_FQDN && outlen > 1)
		out[at++] = '@';
	for (unsigned i = 0; i < id->len && at + 1 < outlen; i++)
		out[at++] = id->data[i] > 0x20 && id->data[i] < 0x7f ? (char)id->data[i] : '?';
	out[at] = '\0';
	return out;
}
