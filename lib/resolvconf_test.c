/* Checks which lines of a resolv.conf become resolvers. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "lib/resolvconf.h"
#include "lib/log.h"

static struct endpoint got[3];

static size_t
read_text(const char *text)
{
	char copy[1024];
	FILE *f;
	size_t n;

	strcpy(copy, text);
	f = fmemopen(copy, strlen(copy), "r");
	assert_non_null(f);
	n = resolvconf_read(f, got, 3);
	fclose(f);
	return n;
}

static void
nameservers(void **state)
{
	struct addr_buf b;

	(void)state;
	assert_int_equal(read_text("# nameserver 1.1.1.1\nsearch oe.lab\n"
				   "nameserver 192.1.2.254\n\tnameserver\t2001:db8:1:2::254 \n"
				   "options edns0\nnameservers 9.9.9.9\n"), 2);
	assert_string_equal(endpoint_text(&got[0], &b), "192.1.2.254:53");
	assert_string_equal(endpoint_text(&got[1], &b), "[2001:db8:1:2::254]:53");
}

static void
odd_lines(void **state)
{
	(void)state;
	assert_int_equal(read_text("nameserver\nnameserver dns.example\n"
				   "nameserver fe80::1%eth0\nnameserver 192.1.2.254"), 1);
	assert_int_equal(read_text("\n"), 0);
}

static void
no_more_than_asked_for(void **state)
{
	(void)state;
	assert_int_equal(read_text("nameserver 1.1.1.1\nnameserver 1.1.1.2\n"
				   "nameserver 1.1.1.3\nnameserver 1.1.1.4\n"), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nameservers),
		cmocka_unit_test(odd_lines),
		cmocka_unit_test(no_more_than_asked_for),
	};

	log_to_stderr(false);
	return cmocka_run_group_tests_name("resolvconf", tests, NULL, NULL);
}
