/* Records between processes: values, tags, room, what is left over. */
#include "lib/test.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/ipc.h"

static struct ipc_writer
sample(void *buf, size_t max)
{
	struct ipc_writer m = ipc_begin(buf, max, 7);

	ipc_put_u64(&m, UINT64_MAX);
	ipc_put_bytes(&m, span_of("a\0b", 3));
	ipc_put_text(&m, "hello");
	return m;
}

static void
there(void **state)
{
	uint8_t out[64], in[64];
	struct ipc_writer m = sample(out, sizeof(out));
	struct ipc_reader r;
	char text[6];
	int fds[2], n;

	(void)state;
	assert_int_equal(ipc_pair(fds), 0);
	assert_int_equal(ipc_recv(fds[1], in, sizeof(in)), -EAGAIN);
	assert_int_equal(ipc_send(fds[0], &m), 0);
	n = ipc_recv(fds[1], in, sizeof(in));
	assert_true(n > 0);
	r = ipc_open(span_of(in, (size_t)n));
	assert_int_equal(r.type, 7);
	assert_true(ipc_u64(&r, "n") == UINT64_MAX);
	assert_true(span_eq(ipc_bytes(&r, "b"), span_of("a\0b", 3)));
	ipc_text(&r, text, sizeof(text), "t");
	assert_string_equal(text, "hello");
	assert_true(ipc_done(&r));
	assert_int_equal(ipc_send(fds[0], &m), 0);
	assert_int_equal(ipc_recv(fds[1], in, 4), -EMSGSIZE);
	close(fds[0]);
	assert_int_equal(ipc_recv(fds[1], in, sizeof(in)), 0);
	assert_int_equal(ipc_send(fds[1], &m), -EPIPE);
	close(fds[1]);
}

static bool
read_sample(struct span record)
{
	struct ipc_reader r = ipc_open(record);
	char text[8];

	ipc_u64(&r, "n");
	ipc_bytes(&r, "b");
	ipc_text(&r, text, sizeof(text), "t");
	return ipc_done(&r);
}

static void
cut_everywhere(void **state)
{
	uint8_t out[64];
	struct ipc_writer m = sample(out, sizeof(out));
	size_t len = wire_written(&m.w).len;

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		struct chunk c = chunk_copy(span_of(out, cut));

		assert_false(read_sample(chunk_span(c)));
		chunk_free(&c);
	}
	assert_true(read_sample(span_of(out, len)));
	assert_false(read_sample(span_of(out, len + 1)));
}

static void
wrong_tag(void **state)
{
	uint8_t out[64];
	struct ipc_writer m = sample(out, sizeof(out));
	struct ipc_reader r = ipc_open(wire_written(&m.w));

	(void)state;
	assert_int_equal(ipc_bytes(&r, "first").len, 0);
	assert_int_equal(r.r.err, WIRE_VALUE);
	assert_string_equal(r.r.what, "first");
}

static void
bad_text(void **state)
{
	static const char *const texts[] = { "a\nb", "a\x7f", "123456", "\x1b" };
	uint8_t out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct ipc_writer m = ipc_begin(out, sizeof(out), 1);
		struct ipc_reader r;
		char text[6];

		ipc_put_text(&m, texts[i]);
		r = ipc_open(wire_written(&m.w));
		ipc_text(&r, text, sizeof(text), "t");
		assert_string_equal(text, "");
		assert_false(ipc_done(&r));
	}
}

static void
no_room(void **state)
{
	static uint8_t big[IPC_MAX + 1];
	uint8_t out[10];
	struct ipc_writer m = ipc_begin(out, sizeof(out), 1);

	(void)state;
	ipc_put_u64(&m, 1);
	assert_false(wire_fits(&m.w));
	assert_int_equal(ipc_send(-1, &m), -EMSGSIZE);
	m = ipc_begin(big, sizeof(big), 1);
	ipc_put_bytes(&m, SPAN_OF(big));
	assert_false(wire_fits(&m.w));
}

static void
slow_reader(void **state)
{
	uint8_t out[4096] = { 0 };
	struct ipc_writer m = ipc_begin(out, sizeof(out), 1);
	int fds[2], rc = 0;

	(void)state;
	wire_put_zeros(&m.w, 4000);
	assert_int_equal(ipc_pair(fds), 0);
	for (int i = 0; rc == 0 && i < 10000; i++)
		rc = ipc_send(fds[0], &m);
	assert_int_equal(rc, -EAGAIN);
	close(fds[0]);
	close(fds[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there),
		cmocka_unit_test(cut_everywhere),
		cmocka_unit_test(wrong_tag),
		cmocka_unit_test(bad_text),
		cmocka_unit_test(no_room),
		cmocka_unit_test(slow_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
