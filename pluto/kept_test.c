/* What connections keep closed is the same when it is read again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "pluto/kept.h"

static char dir[] = "/tmp/kept.XXXXXX";
static char file[64];

static struct ip_prefix
prefix(const char *text)
{
	struct ip_prefix p;

	assert_true(ip_prefix_parse(text, &p));
	return p;
}

static struct selector
conn(const char *local, const char *remote, uint8_t proto, uint16_t port)
{
	struct ip_prefix l = prefix(local), r = prefix(remote);
	struct selector s = { ts_prefix(&l), ts_prefix(&r) };

	s.local.ip_proto = s.remote.ip_proto = proto;
	if (port != 0)
		s.remote.port_lo = s.remote.port_hi = port;
	return s;
}

static void
write_file(const char *text)
{
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
test_written_and_read(void **state)
{
	struct group_entry g[2] = {
		{ .clients = prefix("10.1.0.0/24"), .remote = prefix("0.0.0.0/0") },
		{ .remote = prefix("2001:db8::/32"), .ip_proto = 6, .sport = 1, .dport = 443 },
	};
	struct selector c[2] = { conn("10.1.0.0/24", "10.2.0.0/24", 0, 0),
		conn("2001:db8::1", "2001:db8::2", 17, 53) };
	struct kept out = { .groups = g, .n_groups = 2, .conns = c, .n_conns = 1 };
	struct kept in = { .read = false };

	(void)state;
	assert_int_equal(kept_write(&out, file), 0);
	assert_int_equal(kept_append(file, &c[1]), 0);
	kept_read(&in, file);
	assert_true(in.read);
	assert_int_equal(in.n_groups, 2);
	assert_int_equal(in.n_conns, 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_true(kept_same_group(&in.groups[i], &g[i]));
		assert_int_equal(in.groups[i].group, GROUP_ID_BLOCK);
		assert_true(in.groups[i].by_hand);
		assert_true(ts_eq(&in.conns[i].local, &c[i].local));
		assert_true(ts_eq(&in.conns[i].remote, &c[i].remote));
	}
	kept_clear(&in);
	assert_int_equal(in.n_groups + in.n_conns, 0);
	assert_true(in.read);
	assert_int_equal(kept_write(&in, file), 0);
	assert_int_equal(access(file, F_OK), -1);
}

static void
test_no_file_and_bad_lines(void **state)
{
	struct kept k = { .read = false };

	(void)state;
	unlink(file);
	kept_read(&k, file);
	assert_true(k.read);
	write_file("group - 192.0.2.0/24 0 0 0\ngroup - nothing 0 0 0\nconn 0 192.0.2.1\n"
		   "conn 0 192.0.2.1 2001:db8::1 0 65535 192.0.2.2 192.0.2.2 0 65535\n"
		   "group - 192.0.2.0/24 256 0 0\nconn 0 a a 0 1 b b 0 1\nwhat else\n\n");
	kept_read(&k, file);
	assert_int_equal(k.n_groups, 1);
	assert_int_equal(k.n_conns, 0);
	kept_clear(&k);
}

/* Nobody draws us to a file of his by a link. */
static void
test_links_are_not_followed(void **state)
{
	struct selector c = conn("10.1.0.0/24", "10.2.0.0/24", 0, 0);
	struct kept k = { .conns = &c, .n_conns = 1 };
	char other[80];

	(void)state;
	snprintf(other, sizeof(other), "%s.other", file);
	unlink(file);
	assert_int_equal(symlink(other, file), 0);
	assert_true(kept_append(file, &c) < 0);
	assert_int_equal(access(other, F_OK), -1);
	assert_int_equal(kept_write(&k, file), 0);
	assert_int_equal(access(other, F_OK), -1);
}

static int
begin(void **state)
{
	(void)state;
	log_set_level(LOG_LEVEL_ERROR);
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(file, sizeof(file), "%s/pluto.kept", dir);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	unlink(file);
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_written_and_read),
		cmocka_unit_test(test_no_file_and_bad_lines),
		cmocka_unit_test(test_links_are_not_followed),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
