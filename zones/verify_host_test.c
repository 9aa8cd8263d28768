/* How steps of ipsec verify are told, as lines and as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "zones/verify_host.h"

static char *text;
static size_t len;

static struct verify
open_verify(bool json)
{
	return (struct verify){ .out = open_memstream(&text, &len), .json = json, .asked = "host" };
}

static void
expect(struct verify *v, enum verify_status worst, const char *want)
{
	fclose(v->out);
	assert_string_equal(text, want);
	assert_int_equal(v->worst, worst);
	free(text);
}

static void
what_is_well(void **state)
{
	struct verify v = open_verify(false);

	(void)state;
	verify_kernel(&v, true, true);
	verify_kernel(&v, false, true);
	verify_clock(&v, true);
	expect(&v, VERIFY_OK, "  kernel      ok      XFRM, TUN\n  kernel      ok      TUN\n"
	       "  clock       ok      is synchronised\n");
}

static void
what_is_not(void **state)
{
	struct verify v = open_verify(false);

	(void)state;
	verify_clock(&v, false);
	assert_int_equal(v.worst, VERIFY_WARNING);
	verify_kernel(&v, false, false);
	expect(&v, VERIFY_ERROR, "  clock       warning nobody says that it is right, and signatures have "
	       "dates (OE060 clock-not-synchronised, fix: run chrony or systemd-timesyncd)\n"
	       "  kernel      error   neither XFRM nor TUN can be used by this user (OE051 "
	       "no-data-plane, fix: modprobe xfrm_user esp4 esp6, or modprobe tun)\n");
}

static void
as_json(void **state)
{
	struct verify v = open_verify(true);

	(void)state;
	verify_kernel(&v, true, false);
	verify_find(&v, "key", FIND_HOST_KEY, "a \"quoted\" \x01 text");
	expect(&v, VERIFY_ERROR, "{\"event\":\"step\",\"name\":\"host\",\"step\":\"kernel\","
	       "\"status\":\"ok\",\"text\":\"XFRM\"}\n"
	       "{\"event\":\"step\",\"name\":\"host\",\"step\":\"key\",\"status\":\"error\","
	       "\"text\":\"a \\\"quoted\\\" \\u0001 text\",\"id\":\"OE056\","
	       "\"finding\":\"no-host-key\",\"fix\":\"ipsec newhostkey\"}\n");
}

static void
quiet(void **state)
{
	struct verify v = open_verify(false);

	(void)state;
	v.quiet = true;
	verify_clock(&v, false);
	expect(&v, VERIFY_WARNING, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_well),
		cmocka_unit_test(what_is_not),
		cmocka_unit_test(as_json),
		cmocka_unit_test(quiet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
