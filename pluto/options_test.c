/* Tests of pluto's command line: every row, good and bad values. */
#include "lib/test.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/fault.h"
#include "pluto/impair.h"
#include "pluto/options.h"
#include "pluto/options_dns.h"

static char said[4096];

/* Parses ARGS (ended by NULL) with stdout and stderr caught in SAID. */
static enum options_result
parse(struct pluto_options *o, const char *const *args)
{
	int fd = memfd_create("said", MFD_CLOEXEC), out = dup(1), err = dup(2), argc = 1;
	char prog[] = "pluto", room[20][100];
	char *argv[22] = { prog };
	enum options_result r;
	ssize_t n;

	for (; args[argc - 1] != NULL; argc++) {
		snprintf(room[argc - 1], sizeof(room[0]), "%s", args[argc - 1]);
		argv[argc] = room[argc - 1];
	}
	fflush(NULL);
	dup2(fd, 1);
	dup2(fd, 2);
	r = pluto_options_parse(o, argc, argv);
	fflush(NULL);
	dup2(out, 1);
	dup2(err, 2);
	n = pread(fd, said, sizeof(said) - 1, 0);
	said[n > 0 ? n : 0] = '\0';
	close(fd);
	close(out);
	close(err);
	return r;
}

#define PARSE(o, ...) parse((o), (const char *const[]){ __VA_ARGS__, NULL })

/* Exactly one sentence on one line that names the option. */
static void
assert_one_sentence(const char *name)
{
	const char *end = strchr(said, '\n');

	if (end == NULL || end[1] != '\0' || strstr(said, name) == NULL)
		fail_msg("--%s said: \"%s\"", name, said);
}

static void
test_rows(void **state)
{
	(void)state;
	for (unsigned i = 0; i < n_pluto_option_rows; i++) {
		const struct option_row *r = &pluto_option_rows[i];

		if (strlen(r->story) < 10)
			fail_msg("--%s has no story", r->name);
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(r->name, pluto_option_rows[j].name);
		if (r->fate == OPTION_WORKS && i > 2)
			assert_non_null(r->set);
		if (r->fate != OPTION_WORKS)
			assert_null(r->set);
	}
}

static void
test_fates(void **state)
{
	struct pluto_options o;
	char arg[64];

	(void)state;
	for (unsigned i = 0; i < n_pluto_option_rows; i++) {
		const struct option_row *r = &pluto_option_rows[i];

		snprintf(arg, sizeof(arg), "--%s%s", r->name, r->arg == ARG_NONE ? "" : "=7");
		if (r->fate == OPTION_REFUSED) {
			assert_int_equal(PARSE(&o, arg), OPTIONS_EXIT_BAD);
			assert_one_sentence(r->name);
			assert_non_null(strstr(said, r->story));
		} else if (r->fate == OPTION_IMPLIED) {
			assert_int_equal(PARSE(&o, arg), OPTIONS_RUN);
			assert_string_equal(said, "");
		}
	}
}

static void
test_defaults(void **state)
{
	struct pluto_options o;

	(void)state;
	assert_int_equal(parse(&o, (const char *const[]){ NULL }), OPTIONS_RUN);
	assert_int_equal(o.stack, STACK_AUTO);
	assert_string_equal(o.ctlbase, "/run/pluto/pluto");
	assert_string_equal(o.secretsfile, "/etc/ipsec.secrets");
	assert_string_equal(o.ipsecdir, "/etc/ipsec.d");
	assert_string_equal(o.tun_name, "ipsec0");
	assert_int_equal(o.ikeport, 500);
	assert_int_equal(o.nhelpers, -1);
	assert_int_equal(o.oe_deadline_ms, 3000);
	assert_int_equal(o.oe_idle_s, 900);
	assert_int_equal(o.listen.family, IP_NONE);
	assert_false(o.nofork || o.stderrlog || o.no_oe || o.debug);
}

static void
test_good(void **state)
{
	struct pluto_options o;

	(void)state;
	assert_int_equal(PARSE(&o, "--resolver", "192.0.2.1", "--resolver=2001:db8::1@5353",
			       "--interface", "eth0", "--nofork", "--use-klips"), OPTIONS_RUN);
	assert_int_equal(o.n_resolvers, 2);
	assert_int_equal(o.resolvers[0].port, 53);
	assert_int_equal(o.resolvers[1].port, 5353);
	assert_int_equal(o.resolvers[1].addr.family, IP_V6);
	assert_string_equal(o.interfaces[0], "eth0");
	assert_true(o.nofork);
	assert_int_equal(o.stack, STACK_TUN);
	assert_int_equal(PARSE(&o, "--negative-anchor", "corp.example@2030-01-31"), OPTIONS_RUN);
	assert_int_equal(o.n_negative, 1);
	assert_string_equal(o.negative[0], "corp.example@2030-01-31");
	assert_int_equal(PARSE(&o, "--dns-tap=/run/x", "--dns-tap-user", "_unbound"), OPTIONS_RUN);
	assert_string_equal(o.dns_tap, "/run/x");
	assert_string_equal(o.dns_tap_user, "_unbound");
	assert_int_equal(PARSE(&o, "--rootkey-state", "/x/root.key"), OPTIONS_RUN);
	assert_string_equal(options_rootkey_state(&o), "/x/root.key");
	assert_int_equal(PARSE(&o, "--rootkey-state=none"), OPTIONS_RUN);
	assert_null(options_rootkey_state(&o));
	/* An anchor file that is named stays as it is, unless its state is named too. */
	assert_int_equal(PARSE(&o, "--rootkey-file", "/y"), OPTIONS_RUN);
	assert_null(options_rootkey_state(&o));
	assert_int_equal(PARSE(&o, "--nofork"), OPTIONS_RUN);
	assert_non_null(options_rootkey_state(&o));
	assert_false(o.dns_stub);
	assert_int_equal(PARSE(&o, "--adns-backend", "stub"), OPTIONS_RUN);
	assert_true(o.dns_stub);
	assert_int_equal(PARSE(&o, "--adns-backend=stub", "--adns-backend=validator"), OPTIONS_RUN);
	assert_false(o.dns_stub);
	assert_int_equal(PARSE(&o, "--use-klips", "--noklips", "--nhelpers=0", "--ikeport", "65535",
				"--virtual_private", "%v4:10.0.0.0/8,%v4:!10.1.0.0/16",
			       "--oe-deadline=100", "--oe-idle=0"), OPTIONS_RUN);
	assert_int_equal(o.stack, STACK_NONE);
	assert_int_equal(o.nhelpers, 0);
	assert_int_equal(o.ikeport, 65535);
	assert_true(o.virtual_private.n == 2 && o.virtual_private.net[1].excluded);
	assert_int_equal(o.oe_deadline_ms, 100);
	assert_int_equal(o.oe_idle_s, 0);
	assert_int_equal(PARSE(&o, "--keep_alive=0", "--listen", "2001:db8::1", "--tun-name",
			       "fifteen-letters"), OPTIONS_RUN);
	assert_int_equal(o.keep_alive_s, 20);
	assert_int_equal(o.listen.family, IP_V6);
	assert_string_equal(o.tun_name, "fifteen-letters");
	assert_int_equal(o.catch_by, CATCH_EITHER);
	assert_int_equal(PARSE(&o, "--trap=queue", "--use-netkey", "--trap", "acquire"), OPTIONS_RUN);
	assert_int_equal(o.catch_by, CATCH_ACQUIRE);
	assert_null(o.xauthcheck);
	assert_int_equal(PARSE(&o, "--xauthcheck=/usr/bin/judge"), OPTIONS_RUN);
	assert_string_equal(o.xauthcheck, "/usr/bin/judge");
	assert_int_equal(PARSE(&o, "--xauthcheck=judge"), OPTIONS_EXIT_BAD);
	assert_int_equal(PARSE(&o, "--trap=queue"), OPTIONS_RUN);
	assert_false(o.uniqueids);
	assert_int_equal(PARSE(&o, "--oe-legacy"), OPTIONS_RUN);
	assert_true(o.oe_legacy);
	assert_int_equal(PARSE(&o, "--uniqueids", "--trap=queue"), OPTIONS_RUN);
	assert_true(o.uniqueids);
	assert_int_equal(o.catch_by, CATCH_QUEUE);
	assert_false(o.offload);
	assert_int_equal(PARSE(&o, "--offload=auto", "--use-mast"), OPTIONS_RUN);
	assert_true(o.offload && o.offload_dev == NULL);
	assert_int_equal(o.stack, STACK_MAST);
	assert_int_equal(PARSE(&o, "--offload", "eth0"), OPTIONS_RUN);
	assert_true(o.offload && o.offload_dev != NULL);
	assert_int_equal(PARSE(&o, "--offload", "none"), OPTIONS_RUN);
	assert_false(o.offload);
}

static void
test_other_names(void **state)
{
	struct pluto_options o;

	(void)state;
	assert_int_equal(PARSE(&o, "--use-none"), OPTIONS_RUN);
	assert_int_equal(o.stack, STACK_NONE);
	assert_int_equal(PARSE(&o, "--ipsec_dir", "/x"), OPTIONS_RUN);
	assert_string_equal(o.ipsecdir, "/x");
	assert_int_equal(PARSE(&o, "--perpeerlog"), OPTIONS_RUN);
	assert_true(o.perpeerlog && !o.noretransmits && !o.noseccomp);
	assert_string_equal(o.perpeerlogbase, "/var/log/pluto/peer");
	assert_int_equal(PARSE(&o, "--perpeerlogbase=/x", "--noretransmits",
			       "--noseccomp"), OPTIONS_RUN);
	assert_true(!o.perpeerlog && o.noretransmits && o.noseccomp);
	assert_string_equal(o.perpeerlogbase, "/x");
	assert_int_equal(PARSE(&o, "--foodgroupsdir=/y"), OPTIONS_RUN);
	assert_string_equal(o.ipsecdir, "/y");
}

static void
test_debug(void **state)
{
	static const char *const words[] = {
		"--debug-all", "--debug-raw", "--debug-crypt", "--debug-parsing", "--debug-emitting",
		"--debug-control", "--debug-controlmore", "--debug-lifecycle", "--debug-klips",
		"--debug-pfkey", "--debug-nat-t", "--debug-natt", "--debug-dpd", "--debug-dns",
		"--debug-oppo", "--debug-oppoinfo", "--debug-whackwatch", "--debug-private",
	};
	struct pluto_options o;

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		assert_int_equal(PARSE(&o, words[i]), OPTIONS_RUN);
		assert_int_equal(o.debug, log_class_named(words[i] + 8));
		assert_int_not_equal(o.debug, 0);
	}
	assert_int_equal(PARSE(&o, "--debug-dns", "--debug-control"), OPTIONS_RUN);
	assert_int_equal(o.debug, LOG_DNS | LOG_CONTROL);
	assert_int_equal(PARSE(&o, "--debug-all", "--debug-none", "--debug-natt"), OPTIONS_RUN);
	assert_int_equal(o.debug, LOG_NATT);
}

static void
test_impair(void **state)
{
	static const char *const words[] = {
		"--impair-delay-adns-key-answer", "--impair-delay-adns-txt-answer", "--impair-bust-mi2",
		"--impair-bust-mr2", "--impair-sa-fail", "--impair-die-oninfo", "--impair-jacob-two-two",
		"--impair-netlink-refuses", "--impair-netlink-overrun", "--impair-no-memory",
		"--impair-adns-stalls", "--impair-log-full", "--impair-clock-forward",
		"--impair-clock-back",
	};
	struct pluto_options o;
	char text[200];

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		assert_int_equal(PARSE(&o, words[i]), OPTIONS_RUN);
		assert_string_equal(impair_text(o.impair, text, sizeof(text)), words[i] + 9);
	}
	assert_int_equal(PARSE(&o, "--impair-sa-fail", "--impair-bust-mr2"), OPTIONS_RUN);
	assert_string_equal(impair_text(o.impair, text, sizeof(text)), "bust-mr2 sa-fail");
	assert_string_equal(impair_text(0, text, sizeof(text)), "none");
	assert_int_equal(impair_faults(IMPAIR_SA_FAIL | IMPAIR_LOG_FULL | IMPAIR_CLOCK_BACK),
			 FAULT_LOG_FULL | FAULT_CLOCK_BACK);
}

static void
test_bad(void **state)
{
	static const struct { const char *arg, *name; } rows[] = {
		{ "--virtual_private=10.0.0.0/8", "virtual_private" },
		{ "--virtual_private=%v4:10.0.0.0/8,%v4:x", "virtual_private" },
		{ "--ikeport=0", "ikeport" }, { "--ikeport=65536", "ikeport" },
		{ "--ikeport=x", "ikeport" }, { "--ikeport=", "ikeport" },
		{ "--ikeport=500x", "ikeport" }, { "--ikeport=99999999999999999999", "ikeport" },
		{ "--nhelpers=-2", "nhelpers" }, { "--nhelpers=65", "nhelpers" },
		{ "--keep_alive=-1", "keep_alive" }, { "--keep_alive=86401", "keep_alive" },
		{ "--oe-idle=-1", "oe-idle" }, { "--oe-idle=86401", "oe-idle" },
		{ "--oe-deadline=99", "oe-deadline" }, { "--oe-deadline=60001", "oe-deadline" },
		{ "--listen=host.example", "listen" }, { "--listen=192.0.2.1/24", "listen" },
		{ "--resolver=192.0.2.1@0x35", "resolver" }, { "--resolver=x", "resolver" },
		{ "--resolver=192.0.2.1@65536", "resolver" },
		{ "--adns-backend=both", "adns-backend" }, { "--adns-backend=", "adns-backend" },
		{ "--dns-tap=x", "dns-tap" }, { "--dns-tap-user=", "dns-tap-user" },
		{ "--rootkey-state=relative", "rootkey-state" },
		{ "--negative-anchor=corp.example", "negative-anchor" },
		{ "--negative-anchor=.@2030-01-31", "negative-anchor" },
		{ "--trap=", "trap" }, { "--trap=Queue", "trap" }, { "--trap", "trap" },
		{ "--offload=", "offload" }, { "--offload=sixteen-letters-", "offload" },
		{ "--tun-name=sixteen-letters-", "tun-name" }, { "--tun-name=", "tun-name" },
		{ "--no-such-option", "no-such-option" }, { "--ikeport", "ikeport" },
		{ "--nofork=yes", "nofork" }, { "surplus", "surplus" },
		{ "--optionsfrom=/nonexistent", "/nonexistent" }, { "--optionsfrom", "optionsfrom" },
	};
	struct pluto_options o;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (PARSE(&o, rows[i].arg) != OPTIONS_EXIT_BAD)
			fail_msg("%s was taken", rows[i].arg);
		assert_one_sentence(rows[i].name);
	}
}

static void
test_too_many(void **state)
{
	static const struct { const char *arg, *name; int max; } rows[] = {
		{ "--resolver=192.0.2.1", "resolver", MAX_RESOLVERS },
		{ "--interface=e", "interface", MAX_INTERFACES },
		{ "--negative-anchor=a@2030-01-31", "negative-anchor", MAX_NEGATIVE },
		{ "--dnssec-trusted=f", "dnssec-trusted", MAX_ANCHORS },
	};
	struct pluto_options o;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *args[MAX_INTERFACES + 2] = { NULL };

		for (int n = 0; n < rows[i].max; n++)
			args[n] = rows[i].arg;
		assert_int_equal(parse(&o, args), OPTIONS_RUN);
		args[rows[i].max] = rows[i].arg;
		assert_int_equal(parse(&o, args), OPTIONS_EXIT_BAD);
		assert_one_sentence(rows[i].name);
	}
}

static void
test_help(void **state)
{
	struct pluto_options o;

	(void)state;
	assert_int_equal(PARSE(&o, "--help"), OPTIONS_EXIT_OK);
	assert_non_null(strstr(said, "Usage: pluto"));
	assert_int_equal(PARSE(&o, "--version"), OPTIONS_EXIT_OK);
	assert_memory_equal(said, "pluto ", 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_fates),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_other_names),
		cmocka_unit_test(test_debug),
		cmocka_unit_test(test_impair),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
