/* Tests of --perpeerlog: where a peer's file is, and what is in it. */
#include "lib/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pluto/peer_log.h"

static void
path(const char *addr, const char *want)
{
	char out[PATH_MAX];
	struct ip_addr a;

	assert_true(ip_addr_parse(addr, &a));
	assert_true(peer_log_path("/b", &a, out));
	assert_string_equal(out, want);
}

static void
test_paths(void **state)
{
	(void)state;
	path("192.1.2.23", "/b/192/1/2/23.log");
	path("2001:db8:1:2:3:4:5:6", "/b/2001/db8/1/2/3/4/5/6.log");
	path("2001:db8::45", "/b/2001/db8/-/45.log");
	path("2001:db8:45::", "/b/2001/db8/45/-/.log");
	path("::1", "/b/-/1.log");
}

static void
test_lines(void **state)
{
	char base[] = "/tmp/peer-log.XXXXXX", name[PATH_MAX], line[200] = "";
	struct ip_addr a;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(base));
	assert_true(ip_addr_parse("192.0.2.7", &a));
	assert_int_equal(peer_log(base, &a, "one %s", "a\nb"), 0);
	assert_int_equal(peer_log(base, &a, "two"), 0);
	assert_true(peer_log_path(base, &a, name));
	f = fopen(name, "re");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	assert_string_equal(line + 20, "one a?b\n");
	assert_non_null(fgets(line, sizeof(line), f));
	assert_string_equal(line + 20, "two\n");
	assert_null(fgets(line, sizeof(line), f));
	fclose(f);
	assert_int_equal(peer_log("/proc/nowhere", &a, "three"), -ENOENT);
	for (int i = 0; i < 5; i++) {
		char *slash = strrchr(name, '/');

		assert_int_equal(remove(name), 0);
		*slash = '\0';
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
