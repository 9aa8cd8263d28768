/* Rules about TXT records: the length of their strings, and what RFC 4322 puts there. */
#include <ctype.h>
#include <string.h>

#include "lib/rr_txt_oe.h"
#include "zones/lint.h"

enum { STRING_MAX = 255 };

/* RFC 1035 5.1: \DDD is an octet, \X is X. */
static size_t
unescape(const char *text, char *out, size_t max)
{
	size_t n = 0;

	while (*text != '\0' && n < max) {
		unsigned octet = (unsigned char)*text++;

		if (octet == '\\' && isdigit((unsigned char)text[0]) &&
		    isdigit((unsigned char)text[1]) && isdigit((unsigned char)text[2])) {
			octet = (unsigned)((text[0] - '0') * 100 + (text[1] - '0') * 10 + text[2] - '0');
			text += 3;
		} else if (octet == '\\' && *text != '\0') {
			octet = (unsigned char)*text++;
		}
		out[n++] = (char)octet;
	}
	return n;
}

/* As many strings as it takes, so that one that is too long is still understood. */
static void
put_strings(struct wire_writer *w, const char *text, size_t len)
{
	do {
		size_t part = len < STRING_MAX ? len : STRING_MAX;

		wire_put_u8(w, (uint8_t)part);
		wire_put(w, span_of(text, part));
		text += part;
		len -= part;
	} while (len > 0);
}

static void
rfc4322(struct lint *l, const struct scan_rr *rr, struct span rdata, struct lint_member *m)
{
	struct rr_txt_oe txt;
	const char *err = "";
	enum txt_oe what = rr_txt_oe_read(rdata, &txt, &err);

	l->about += what != TXT_OE_OTHER;
	if (what == TXT_OE_BAD)
		lint_say(l, rr->line, FIND_BAD_TXT, "%s", err);
	if (what != TXT_OE_GATEWAY) {
		lint_set_add(l, rr->owner, m);
		return;
	}
	m->kind = LINT_IS_TXT;
	m->key = chunk_span(txt.key);
	if (txt.key.len > 0)
		lint_public_key(l, rr->line, IPSECKEY_RSA, m->key);
	lint_set_add(l, rr->owner, m);
	rr_txt_oe_free(&txt);
}

void
lint_txt(struct lint *l, const struct scan_rr *rr)
{
	static char text[SCAN_TEXT];
	static uint8_t rdata[SCAN_TEXT + SCAN_WORDS + SCAN_TEXT / STRING_MAX + 1];
	struct wire_writer w = wire_writer(rdata, sizeof(rdata));
	struct lint_member m = { .line = rr->line };

	for (unsigned i = 0; i < rr->n_words; i++) {
		size_t len = unescape(rr->word[i].text, text, sizeof(text));

		if (len > STRING_MAX)
			lint_say(l, rr->line, FIND_LONG_STRING, "a string of %zu octets", len);
		put_strings(&w, text, len);
	}
	m.rdata = wire_written(&w).len;
	rfc4322(l, rr, wire_written(&w), &m);
}
