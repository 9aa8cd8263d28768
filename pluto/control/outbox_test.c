/* Bytes for a slow reader: order, the bound, room that comes back. */
#include "lib/test.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pluto/control/outbox.h"

enum { MOST = 1 << 20, PIECE = 1000 };

static uint8_t counter;

/* Every octet is one more than the one before, whatever came between. */
static bool
add_piece(struct outbox *o)
{
	static uint8_t piece[PIECE];

	for (unsigned i = 0; i < PIECE; i++)
		piece[i] = (uint8_t)(counter + i);
	if (!outbox_add(o, SPAN_OF(piece), MOST))
		return false;
	counter = (uint8_t)(counter + PIECE);
	return true;
}

static size_t
read_some(int fd, uint8_t *next)
{
	uint8_t got[7000];
	ssize_t n = recv(fd, got, sizeof(got), MSG_DONTWAIT);

	for (ssize_t i = 0; i < n; i++)
		assert_int_equal(got[i], (*next)++);
	return n > 0 ? (size_t)n : 0;
}

static void
test_slow_reader(void **state)
{
	struct outbox o = { .at = 0 };
	uint8_t next = 0;
	size_t added = 0, got = 0, sent;
	int fd[2];

	(void)state;
	counter = 0;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	while (add_piece(&o)) {
		added += PIECE;
		assert_int_not_equal(outbox_flush(&o, fd[0], &sent), OUTBOX_BROKEN);
	}
	assert_true(outbox_waiting(&o) <= MOST && outbox_waiting(&o) > MOST - PIECE);
	/* As he reads there is room again, and the memory stays what it was. */
	for (unsigned i = 0; i < 2000; i++) {
		got += read_some(fd[1], &next);
		(void)outbox_flush(&o, fd[0], &sent);
		added += add_piece(&o) ? PIECE : 0;
	}
	assert_true(o.room.len <= 2 * MOST);
	while (got < added) {
		got += read_some(fd[1], &next);
		(void)outbox_flush(&o, fd[0], &sent);
	}
	assert_int_equal(outbox_waiting(&o), 0);
	close(fd[1]);
	assert_true(add_piece(&o));
	assert_int_equal(outbox_flush(&o, fd[0], &sent), OUTBOX_BROKEN);
	close(fd[0]);
	outbox_clear(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_slow_reader) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
