/* Fuzz target: records of the socket pair between pluto and adns, in both directions. What
 * one reads it writes in one way, which reads as the same. */
#include <stdlib.h>
#include <string.h>

#include "adns/adns_proto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BUF = IPC_MAX + 1024 };

/* What was let through has a name. */
static void
has_words(const char *text)
{
	if (text[0] == '\0')
		abort();
}

static bool
fail(void)
{
	abort();
}

/* Reads M as its type has it, and writes it into BUF. False: it does not read. */
typedef bool rewrite_fn(struct ipc_reader *m, struct ipc_writer *w, uint8_t buf[BUF]);

static bool
query(struct ipc_reader *m, struct ipc_writer *w, uint8_t buf[BUF])
{
	struct adns_query q;

	return adns_query_read(m, &q) && (adns_query_write(w, buf, BUF, &q) || fail());
}

static bool
answer(struct ipc_reader *m, struct ipc_writer *w, uint8_t buf[BUF])
{
	struct adns_answer a;

	if (!adns_answer_read(m, &a))
		return false;
	has_words(adns_status_name(a.status));
	has_words(adns_security_name(a.security));
	return adns_answer_write(w, buf, BUF, &a) || fail();
}

static bool
cancel(struct ipc_reader *m, struct ipc_writer *w, uint8_t buf[BUF])
{
	uint64_t id;

	return adns_cancel_read(m, &id) && (adns_cancel_write(w, buf, BUF, id) || fail());
}

static bool
hello(struct ipc_reader *m, struct ipc_writer *w, uint8_t buf[BUF])
{
	struct adns_hello h;

	if (!adns_hello_read(m, &h))
		return false;
	has_words(adns_health_text(h.health));
	return adns_hello_write(w, buf, BUF, &h) || fail();
}

static bool
notice(struct ipc_reader *m, struct ipc_writer *w, uint8_t buf[BUF])
{
	struct adns_notice n;

	if (!adns_notice_read(m, &n))
		return false;
	if (n.n_addrs == 0 || n.n_addrs > ADNS_MAX_NOTED)
		abort();
	return adns_notice_write(w, buf, BUF, &n) || fail();
}

static bool
tap_counts(struct ipc_reader *m, struct ipc_writer *w, uint8_t buf[BUF])
{
	struct adns_tap_counts c;

	return adns_tap_counts_read(m, &c) &&
		(adns_tap_counts_write(w, buf, BUF, &c) || fail());
}

static rewrite_fn *const types[] = { [ADNS_MSG_QUERY] = query, [ADNS_MSG_ANSWER] = answer,
	[ADNS_MSG_CANCEL] = cancel, [ADNS_MSG_HELLO] = hello, [ADNS_MSG_NOTICE] = notice,
	[ADNS_MSG_TAP_COUNTS] = tap_counts };

/* Empty: it does not read. */
static struct span
rewrite(struct ipc_reader m, uint8_t buf[BUF])
{
	struct ipc_writer w;

	if (m.type == 0 || m.type >= sizeof(types) / sizeof(*types) || !types[m.type](&m, &w, buf))
		return span_of(NULL, 0);
	return wire_written(&w.w);
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
