/* Reads names and records of a DNS message through the wire cursor. */
#include <string.h>

#include "adns/message.h"
#include "lib/revname.h"

enum { POINTER = 0xc0, LABEL_MAX = 63 };

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

static struct wire_reader
reader_at(struct span message, size_t at)
{
	struct wire_reader r = wire_reader(message);

	wire_skip(&r, at, "offset");
	return r;
}

/* One label, its length already read; false when the name is too long. */
static bool
take_label(struct wire_reader *r, uint8_t len, struct msg_name *out)
{
	struct span label = wire_bytes(r, len, "label");

	/* RFC 1035 3.1: 255 octets with the root's zero. */
	if (!wire_ok(r) || out->len + len + 2 > (int)sizeof(out->bytes))
		return false;
	out->bytes[out->len++] = len;
	for (size_t i = 0; i < label.len; i++)
		out->bytes[out->len++] = lower(label.ptr[i]);
	return true;
}

static size_t
offset_of(struct span message, const struct wire_reader *r)
{
	return message.len - wire_left(r);
}

bool
msg_name_at(struct span message, size_t at, struct msg_name *out, size_t *end)
{
	struct wire_reader r = reader_at(message, at);
	size_t lowest = at;
	bool jumped = false;

	out->len = 0;
	for (;;) {
		uint8_t len = wire_u8(&r, "label length");

		if (!wire_ok(&r))
			return false;
		if ((len & POINTER) == POINTER) {
			size_t to = (size_t)(len & ~POINTER) << 8 |
				wire_u8(&r, "name pointer");

			/* RFC 1035 4.1.4: a prior occurrence, so each jump
			 * goes below every place seen before. */
			if (!wire_ok(&r) || to >= lowest)
				return false;
			if (!jumped && end != NULL)
				*end = offset_of(message, &r);
			jumped = true;
			lowest = to;
			r = reader_at(message, to);
			continue;
		}
		if (len > LABEL_MAX)
			return false;
		if (len == 0)
			break;
		if (!take_label(&r, len, out))
			return false;
	}
	out->bytes[out->len++] = 0;
	if (!jumped && end != NULL)
		*end = offset_of(message, &r);
	return true;
}

static bool
take_name(struct msg_cursor *c, struct msg_name *out)
{
	size_t at = offset_of(c->all, &c->r), end = at;

	if (!wire_ok(&c->r) || !msg_name_at(c->all, at, out, &end)) {
		wire_bad(&c->r, "name");
		return false;
	}
	wire_skip(&c->r, end - at, "name");
	return wire_ok(&c->r);
}

struct msg_cursor
msg_open(struct span message, struct msg_header *h)
{
	struct msg_cursor c = { .all = message, .r = wire_reader(message) };
	uint16_t flags;

	wire_skip(&c.r, 2, "id");
	flags = wire_u16(&c.r, "flags");
	h->response = (flags & 0x8000) != 0;
	h->truncated = (flags & 0x0200) != 0;
	h->authentic = (flags & 0x0020) != 0;
	h->rcode = flags & 0x0f;
	h->n_questions = wire_u16(&c.r, "question count");
	h->n_answers = wire_u16(&c.r, "answer count");
	h->n_authority = wire_u16(&c.r, "authority count");
	wire_skip(&c.r, 2, "additional count");
	return c;
}

void
msg_skip_questions(struct msg_cursor *c, unsigned n)
{
	struct msg_name name;

	for (unsigned i = 0; i < n && take_name(c, &name); i++)
		wire_skip(&c->r, 4, "question");
}

bool
msg_next(struct msg_cursor *c, struct msg_record *rr)
{
	uint16_t len;

	if (!take_name(c, &rr->owner))
		return false;
	rr->type = wire_u16(&c->r, "type");
	rr->rrclass = wire_u16(&c->r, "class");
	rr->ttl_s = wire_u32(&c->r, "ttl");
	if (rr->ttl_s > INT32_MAX)
		rr->ttl_s = 0;
	len = wire_u16(&c->r, "rdata length");
	rr->rdata_at = offset_of(c->all, &c->r);
	rr->rdata = wire_bytes(&c->r, len, "rdata");
	return wire_ok(&c->r);
}

bool
msg_name_from_text(const char *text, struct msg_name *out)
{
	struct dns_name n = { 0 };
	struct wire_writer w = wire_writer(out->bytes, sizeof(out->bytes));
	size_t len = strnlen(text, sizeof(n.text));

	if (len >= sizeof(n.text))
		return false;
	memcpy(n.text, text, len);
	dns_name_write(&w, &n);
	if (!wire_fits(&w))
		return false;
	out->len = (uint8_t)w.len;
	for (unsigned i = 0; i < out->len; i++)
		out->bytes[i] = lower(out->bytes[i]);
	return true;
}

bool
msg_name_eq(const struct msg_name *a, const struct msg_name *b)
{
	return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}
