/* Fuzz target: records of the socket pair between pluto and adns, in both directions. What
 * one reads it writes in one way, which reads as the same. */
#include <stdlib.h>
#include <string.h>

#include "adns/adns_proto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BUF = IPC_MAX + 1024 };

/* Reads M and writes it into BUF, as its type has it; empty: it does not read. */
static struct span
rewrite(struct ipc_reader m, uint8_t buf[BUF])
{
	struct adns_query q;
	struct adns_answer a;
	struct adns_hello h;
	struct ipc_writer w;
	uint64_t id;
	bool read = false, written = false;

	switch (m.type) {
	case ADNS_MSG_QUERY:
		read = adns_query_read(&m, &q);
		written = read && adns_query_write(&w, buf, BUF, &q);
		break;
	case ADNS_MSG_ANSWER:
		read = adns_answer_read(&m, &a);
		written = read && adns_answer_write(&w, buf, BUF, &a);
		break;
	case ADNS_MSG_CANCEL:
		read = adns_cancel_read(&m, &id);
		written = read && adns_cancel_write(&w, buf, BUF, id);
		break;
	case ADNS_MSG_HELLO:
		read = adns_hello_read(&m, &h);
		written = read && adns_hello_write(&w, buf, BUF, &h);
		break;
	default:
		break;
	}
	if (read != written)
		abort();
	return read ? wire_written(&w.w) : span_of(NULL, 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t first[BUF], second[BUF];
	struct span once = rewrite(ipc_open(span_of(data, size)), first), twice;

	if (once.len == 0)
		return 0;
	twice = rewrite(ipc_open(once), second);
	if (!span_eq(once, twice))
		abort();
	return 0;
}
