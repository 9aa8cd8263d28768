/* Reads a frame of dnstap as far as we want it: an answer that a resolver has given to a
 * client, and the addresses in it. */
#include "adns/answer.h"
#include "adns/message.h"
#include "adns/tap_note.h"
#include "lib/rr_ipseckey.h"

enum { MAX_FIELDS = 64, CLASS_IN = 1 };
/* Protocol buffers: the kind of a field's value. */
enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };
/* dnstap.proto: numbers of fields, and values. */
enum { DNSTAP_MESSAGE = 14, DNSTAP_TYPE = 15, TYPE_IS_MESSAGE = 1 };
enum { MESSAGE_TYPE = 1, MESSAGE_RESPONSE = 14, CLIENT_RESPONSE = 6 };

/* Seven bits in each octet, the lowest first; the top bit says that more follow. */
static uint64_t
varint(struct wire_reader *r, const char *what)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t octet = wire_u8(r, what);

		v |= (uint64_t)(octet & 0x7f) << shift;
		if (octet < 0x80)
			return v;
	}
	wire_bad(r, what);
	return 0;
}

struct field {
	uint64_t number, value;
	struct span bytes;
};

/* The next field; numbers of a fixed size are left out. */
static struct field
next_field(struct wire_reader *r)
{
	uint64_t key = varint(r, "field"), len;
	struct field f = { .number = key >> 3 };

	switch (key & 7) {
	case VARINT:
		f.value = varint(r, "number");
		break;
	case BYTES:
		len = varint(r, "length");
		f.bytes = wire_bytes(r, len <= wire_left(r) ? (size_t)len : wire_left(r) + 1, "bytes");
		break;
	case FIXED64:
	case FIXED32:
		wire_skip(r, (key & 7) == FIXED64 ? 8 : 4, "fixed");
		break;
	default:
		wire_bad(r, "kind of field");
	}
	return f;
}

/* The last of each kind counts, as protocol buffers have it. */
static bool
two_fields(struct span all, uint64_t number, uint64_t *value, uint64_t bytes_number,
	   struct span *bytes)
{
	struct wire_reader r = wire_reader(all);

	*value = 0;
	*bytes = (struct span){ NULL, 0 };
	for (unsigned i = 0; i < MAX_FIELDS && wire_ok(&r) && wire_left(&r) > 0; i++) {
		struct field f = next_field(&r);

		if (f.number == number)
			*value = f.value;
		else if (f.number == bytes_number)
			*bytes = f.bytes;
	}
	return wire_done(&r);
}

/* The one question, when it is for addresses. */
static bool
read_question(struct span message, struct dns_name *qname, uint16_t *rrtype)
{
	struct msg_header h;
	struct msg_cursor c = msg_open(message, &h);
	struct msg_name name;
	struct wire_reader r = wire_reader(message), n;
	size_t end;

	if (!wire_ok(&c.r) || !h.response || h.rcode != 0 || h.n_questions != 1
	    || !msg_name_at(message, message.len - wire_left(&c.r), &name, &end))
		return false;
	wire_skip(&r, end, "name");
	*rrtype = wire_u16(&r, "type");
	if (wire_u16(&r, "class") != CLASS_IN || (*rrtype != RRTYPE_A && *rrtype != RRTYPE_AAAA))
		return false;
	n = wire_reader(span_of(name.bytes, name.len));
	return wire_ok(&r) && dns_name_read(&n, qname);
}

static int
read_response(struct span message, struct adns_notice *out)
{
	struct adns_answer a;
	uint16_t rrtype;
	size_t size;

	if (!read_question(message, &out->name, &rrtype))
		return 0;
	size = rrtype == RRTYPE_A ? 4 : 16;
	answer_read(message, &out->name, rrtype, &a);
	for (unsigned i = 0; i < a.n_rdata && out->n_addrs < ADNS_MAX_NOTED; i++)
		if (a.rdata[i].len == size)
			out->addrs[out->n_addrs++] = ip_addr_from(a.rdata[i]);
	return out->n_addrs > 0;
}

int
tap_dnstap_read(struct span frame, struct adns_notice *out)
{
	struct span message, response;
	uint64_t type, kind;

	*out = (struct adns_notice){ 0 };
	if (!two_fields(frame, DNSTAP_TYPE, &type, DNSTAP_MESSAGE, &message))
		return -1;
	if (type != TYPE_IS_MESSAGE)
		return 0;
	if (!two_fields(message, MESSAGE_TYPE, &kind, MESSAGE_RESPONSE, &response))
		return -1;
	return kind == CLIENT_RESPONSE ? read_response(response, out) : 0;
}
