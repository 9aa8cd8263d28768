/* Fuzz target: whole DNS messages, as any server may send them. The first octet chooses
 * the type that was asked; the name is that of the message's own question, where it has
 * one. What is made of it goes through the door of adns and back. */
#include <stdlib.h>
#include <string.h>

#include "adns/answer.h"
#include "adns/message.h"
#include "lib/rr_ipseckey.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADER = 12, TTL_MAX = INT32_MAX };

static void
must(bool what)
{
	if (!what)
		abort();
}

static bool
is_within(struct span part, struct span whole)
{
	return part.len == 0 || (part.ptr >= whole.ptr && part.len <= whole.len &&
				 (size_t)(part.ptr - whole.ptr) <= whole.len - part.len);
}

/* Labels of their lengths, lower case, and the root at the end: what names are compared by. */
static void
check_name(const struct msg_name *n)
{
	struct wire_reader r = wire_reader(span_of(n->bytes, n->len));
	uint8_t len;

	do {
		len = wire_u8(&r, "label");
		must(len < 64);
		for (uint8_t i = 0; i < len; i++) {
			uint8_t c = wire_u8(&r, "letter");

			must(c < 'A' || c > 'Z');
		}
	} while (len > 0);
	must(wire_done(&r) && msg_name_eq(n, n));
}

static void
walk(struct span message)
{
	struct msg_header h;
	struct msg_cursor c = msg_open(message, &h);
	struct msg_record rr;

	msg_skip_questions(&c, h.n_questions);
	while (msg_next(&c, &rr)) {
		struct msg_name target;
		size_t end = 0;

		check_name(&rr.owner);
		must(rr.ttl_s <= TTL_MAX && is_within(rr.rdata, message));
		must(rr.rdata_at + rr.rdata.len <= message.len);
		if (msg_name_at(message, rr.rdata_at, &target, &end)) {
			check_name(&target);
			must(end > rr.rdata_at && end <= message.len);
		}
	}
}

static void
through_the_door(const struct adns_answer *a)
{
	static uint8_t buf[IPC_MAX + 1024];
	struct adns_answer again;
	struct ipc_writer w;
	struct ipc_reader r;

	must(adns_answer_write(&w, buf, sizeof(buf), a));
	r = ipc_open(wire_written(&w.w));
	must(r.type == ADNS_MSG_ANSWER && adns_answer_read(&r, &again));
	must(again.id == a->id && again.status == a->status && again.security == a->security);
	must(again.ttl_s == a->ttl_s && strcmp(again.why, a->why) == 0);
	must(again.n_rdata == a->n_rdata);
	for (unsigned i = 0; i < a->n_rdata; i++)
		must(span_eq(again.rdata[i], a->rdata[i]));
}

static struct dns_name
asked(struct span message)
{
	struct wire_reader r = wire_reader(message);
	struct dns_name name;

	wire_skip(&r, HEADER, "header");
	return dns_name_read(&r, &name) ? name : (struct dns_name){ "1.2.1.192.in-addr.arpa." };
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t types[] = { RRTYPE_IPSECKEY, RRTYPE_TXT, RRTYPE_KEY, RRTYPE_A,
		RRTYPE_AAAA };
	uint16_t type;
	struct adns_answer a = { .id = 7, .security = ADNS_SECURE };
	struct span message;
	struct dns_name name;

	if (size == 0)
		return 0;
	message = span_of(data + 1, size - 1);
	walk(message);
	name = asked(message);
	type = types[data[0] % (sizeof(types) / sizeof(*types))];
	must(answer_type_known(type));
	answer_read(message, &name, type, &a);
	must(a.n_rdata <= ADNS_MAX_RDATA && (a.status == ADNS_ANSWERED) == (a.n_rdata > 0));
	must(a.status != ADNS_FAILED || a.why[0] != '\0');
	for (unsigned i = 0; i < a.n_rdata; i++)
		must(is_within(a.rdata[i], message));
	through_the_door(&a);
	return 0;
}
