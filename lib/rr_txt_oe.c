/* TXT records that name a gateway: from the wire, to the wire, and as zone text. */
#include "lib/rr_txt_oe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/base64.h"

/* A key of 8192 bits is 1400 characters; so much is joined and no more. */
enum { TEXT_MAX = 4096, STRING_MAX = 250, TOKEN_MAX = 300, PRECEDENCE_DIGITS = 5 };

static const char attribute[] = "X-IPsec-Server";
/* RFC 4322 5.2: what may stand between two fields. */
static const char blanks[] = " \t\r\n";

struct text {
	char bytes[TEXT_MAX + 1];
	size_t at;
	const char *bad;	/* the first field that is wrong */
};

static const char *
rest(const struct text *t)
{
	return &t->bytes[t->at];
}

static void
skip_blanks(struct text *t)
{
	t->at += strspn(rest(t), blanks);
}

/* RFC 1035 3.3.14: one or more strings, each behind its length. What is longer
 * than TEXT_MAX is cut, and told. */
static bool
join(struct span rdata, struct text *t, const char **err)
{
	struct wire_reader r = wire_reader(rdata);
	struct wire_writer w = wire_writer(t->bytes, TEXT_MAX);

	t->at = 0;
	t->bad = NULL;
	do {
		uint8_t len = wire_u8(&r, "character-string");

		wire_put(&w, wire_bytes(&r, len, "character-string"));
	} while (wire_ok(&r) && wire_left(&r) > 0);
	t->bytes[wire_written(&w).len] = '\0';
	*err = !wire_ok(&r) ? r.what : !wire_fits(&w) ? "length"
		: strlen(t->bytes) != wire_written(&w).len ? "NUL octet" : NULL;
	return *err == NULL;
}

/* With or without blanks around it. */
static void
expect(struct text *t, char c, const char *what)
{
	skip_blanks(t);
	if (t->bad == NULL && *rest(t) != c)
		t->bad = what;
	if (t->bad == NULL)
		t->at++;
}

/* Decimal: 010 would be ten to one reader and eight to another. */
static uint16_t
take_precedence(struct text *t)
{
	size_t n;
	unsigned v = 0;

	skip_blanks(t);
	n = strspn(rest(t), "0123456789");
	if (n == 0 || n > PRECEDENCE_DIGITS || (n > 1 && *rest(t) == '0')) {
		t->bad = t->bad != NULL ? t->bad : "precedence";
		return 0;
	}
	for (; n > 0; n--)
		v = v * 10 + (unsigned)(t->bytes[t->at++] - '0');
	if (v > UINT16_MAX && t->bad == NULL)
		t->bad = "precedence";
	return (uint16_t)v;
}

static bool
read_gateway(const char *token, struct rr_txt_oe *out)
{
	if (token[0] == '@') {
		out->gateway_kind = GW_NAME;
		return dns_name_from_host(span_str(token + 1), &out->gateway_name);
	}
	if (!ip_addr_parse(token, &out->gateway) || ip_addr_is_any(&out->gateway))
		return false;
	out->gateway_kind = out->gateway.family == IP_V4 ? GW_ADDR4 : GW_ADDR6;
	return true;
}

static void
take_gateway(struct text *t, struct rr_txt_oe *out)
{
	char token[TOKEN_MAX];
	size_t n;

	skip_blanks(t);
	n = strcspn(rest(t), blanks);
	if (t->bad != NULL)
		return;
	if (n == 0 || n >= sizeof(token)) {
		t->bad = "gateway";
		return;
	}
	memcpy(token, rest(t), n);
	token[n] = '\0';
	if (!read_gateway(token, out))
		t->bad = "gateway";
	t->at += n;
}

static void
take_key(struct text *t, struct rr_txt_oe *out)
{
	skip_blanks(t);
	if (t->bad == NULL && *rest(t) != '\0' && base64_decode(rest(t), &out->key) != 0)
		t->bad = "public key";
}

/* Of a record that could not be joined, the first string says whose it is. */
static bool
is_ours(struct text *t)
{
	skip_blanks(t);
	if (strncasecmp(rest(t), attribute, sizeof(attribute) - 1) != 0)
		return false;
	t->at += sizeof(attribute) - 1;
	return strchr(" \t\r\n(", *rest(t)) != NULL;
}

enum txt_oe
rr_txt_oe_read(struct span rdata, struct rr_txt_oe *out, const char **err)
{
	struct rr_txt_oe rr = { .precedence = 0 };
	struct text t;
	bool joined = join(rdata, &t, err);

	if (!is_ours(&t))
		return TXT_OE_OTHER;
	if (!joined)
		return TXT_OE_BAD;
	expect(&t, '(', "precedence");
	rr.precedence = take_precedence(&t);
	expect(&t, ')', "precedence");
	expect(&t, '=', "gateway");
	take_gateway(&t, &rr);
	take_key(&t, &rr);
	if (t.bad != NULL) {
		*err = t.bad;
		rr_txt_oe_free(&rr);
		return TXT_OE_BAD;
	}
	*out = rr;
	return TXT_OE_GATEWAY;
}

void
rr_txt_oe_free(struct rr_txt_oe *rr)
{
	chunk_free(&rr->key);
}

/* The text of the record before it is cut into strings; malloc'd, or NULL. */
static char *
whole_text(const struct rr_txt_oe *rr)
{
	char *key = base64_encode(chunk_span(rr->key)), *out = NULL;
	struct addr_buf b;
	const char *at = rr->gateway_kind == GW_NAME ? "@" : "";
	const char *gateway = rr->gateway_kind == GW_NAME ? rr->gateway_name.text
		: ip_addr_text(&rr->gateway, &b);
	int n = key == NULL ? -1 : asprintf(&out, "%s(%u)=%s%.*s%s%s", attribute, rr->precedence,
		at, (int)(strlen(gateway) - (*at != '\0')), gateway,	/* no final dot */
		*key != '\0' ? " " : "", key);

	free(key);
	return n < 0 ? NULL : out;
}

void
rr_txt_oe_write(struct wire_writer *w, const struct rr_txt_oe *rr)
{
	char *text = whole_text(rr);
	size_t left = text == NULL ? 0 : strlen(text), at = 0;

	if (text == NULL)
		(void)wire_room(w, SIZE_MAX);	/* full: no memory */
	while (left > 0) {
		size_t n = left < STRING_MAX ? left : STRING_MAX;

		wire_put_u8(w, (uint8_t)n);
		wire_put(w, span_of(&text[at], n));
		at += n;
		left -= n;
	}
	free(text);
}

int
rr_txt_oe_text(const struct rr_txt_oe *rr, char *out, size_t outlen)
{
	char *text = whole_text(rr);
	size_t len = 0;
	int rc = text == NULL ? -ENOMEM : 0;

	for (size_t at = 0; rc == 0 && text[at] != '\0';) {
		size_t n = strnlen(&text[at], STRING_MAX);
		int put = snprintf(out + len, outlen - len, "%s\"%.*s\"", at > 0 ? " " : "", (int)n,
				   &text[at]);

		at += n;
		len += put > 0 ? (size_t)put : 0;
		if (put < 0 || len >= outlen)
			rc = -ENOSPC;
	}
	free(text);
	return rc;
}
