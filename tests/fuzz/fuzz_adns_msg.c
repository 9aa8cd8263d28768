/* Fuzz target: what crosses the door of adns. The first octet chooses: a
 * record of the socket pair, or a DNS reply to an IPSECKEY question. */
#include <stdlib.h>
#include <string.h>

#include "adns/adns_proto.h"
#include "adns/answer.h"
#include "lib/rr_ipseckey.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was read can be written and read again. */
static void
check_answer(const struct adns_answer *a)
{
	static uint8_t buf[IPC_MAX + 1024];
	struct adns_answer again;
	struct ipc_writer w;
	struct ipc_reader r;

	if (!adns_answer_write(&w, buf, sizeof(buf), a))
		abort();
	r = ipc_open(wire_written(&w.w));
	if (!adns_answer_read(&r, &again) || again.n_rdata != a->n_rdata ||
	    again.ttl_s != a->ttl_s || strcmp(again.why, a->why) != 0)
		abort();
}

static void
read_record(struct span record)
{
	struct ipc_reader q = ipc_open(record), a = q, c = q, h = q;
	struct adns_query query;
	struct adns_answer answer;
	struct adns_hello hello;
	uint64_t id;

	if (adns_answer_read(&a, &answer))
		check_answer(&answer);
	adns_query_read(&q, &query);
	adns_cancel_read(&c, &id);
	adns_hello_read(&h, &hello);
}

static void
read_reply(struct span message)
{
	static const struct dns_name qname = { "1.2.1.192.in-addr.arpa." };
	struct adns_answer answer = { .id = 1 };

	answer_read(message, &qname, RRTYPE_IPSECKEY, &answer);
	if (answer.status == ADNS_ANSWERED && answer.n_rdata == 0)
		abort();
	if (answer.status == ADNS_FAILED && answer.why[0] == '\0')
		abort();
	check_answer(&answer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] % 2 == 0)
		read_record(span_of(data + 1, size - 1));
	else
		read_reply(span_of(data + 1, size - 1));
	return 0;
}
