/* Whole files: the bytes, the bounds, and what is not a file. */
#include "lib/test.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/read_file.h"

static int
file_of(const char *text)
{
	int fd = memfd_create("read_file_test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void
test_whole(void **state)
{
	struct chunk c;
	int fd = file_of("seven b");

	(void)state;
	assert_int_equal(read_file(fd, 6, &c), -EFBIG);
	assert_null(c.ptr);
	assert_int_equal(read_file(fd, 7, &c), 0);
	assert_true(span_eq(chunk_span(c), span_str("seven b")));
	chunk_free(&c);
	/* Nothing is left of it: as if it had shrunk. */
	assert_int_equal(read_file(fd, 7, &c), -EIO);
	assert_null(c.ptr);
	close(fd);
}

static void
test_not_files(void **state)
{
	struct chunk c;
	int fd = file_of(""), ends[2];

	(void)state;
	assert_int_equal(read_file(fd, 7, &c), 0);
	assert_null(c.ptr);
	close(fd);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(read_file(ends[0], 7, &c), -EINVAL);
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(read_file(ends[0], 7, &c), -EBADF);
}

static void
test_full(void **state)
{
	uint8_t bytes[4];
	int fd = file_of("abcdef");

	(void)state;
	assert_int_equal(read_full(fd, (struct chunk){ bytes, 4 }), 4);
	assert_int_equal(read_full(fd, (struct chunk){ bytes, 4 }), 2);
	assert_int_equal(read_full(fd, (struct chunk){ bytes, 4 }), 0);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_not_files),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
