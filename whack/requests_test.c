/* Tests of whack's command line: the table, and the requests it stands for. */
#include "lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "whack/options.h"

static char said[8192];

/* Parses LINE, split at blanks, with stdout and stderr caught in SAID. */
static enum whack_parse_result
parse(struct whack_run *run, const char *line)
{
	int fd = memfd_create("said", MFD_CLOEXEC), out = dup(1), err = dup(2), argc = 1;
	char prog[] = "whack", copy[600], *save = NULL, *argv[40] = { prog };
	enum whack_parse_result r;
	ssize_t n;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *w = strtok_r(copy, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	fflush(NULL);
	dup2(fd, 1);
	dup2(fd, 2);
	r = whack_options_parse(argc, argv, run);
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

static void
refuse(const char *line, const char *why)
{
	struct whack_run run;

	assert_int_equal(parse(&run, line), WHACK_EXIT_BAD);
	if (strstr(said, why) == NULL || strchr(said, '\n') != strrchr(said, '\n'))
		fail_msg("%s: \"%s\" does not hold \"%s\"", line, said, why);
	json_decref(run.requests);
}

/* LINE stands for these requests, which pluto would take. */
static void
expect(const char *line, const char *want)
{
	struct whack_run run;
	json_t *w = json_loads(want, 0, NULL), *r;
	size_t i;

	if (parse(&run, line) != WHACK_RUN)
		fail_msg("%s: %s", line, said);
	json_array_foreach(run.requests, i, r) {
		struct chunk f = whack_frame(r);
		char err[200];
		json_t *back = whack_parse(span_of(f.ptr + 4, f.len - 4), err, sizeof(err));

		if (back == NULL)
			fail_msg("%s: %s", line, err);
		json_decref(back);
		chunk_free(&f);
		json_object_del(r, "version");
	}
	assert_non_null(w);
	if (!json_equal(run.requests, w))
		fail_msg("%s: %s", line, json_dumps(run.requests, JSON_COMPACT));
	json_decref(w);
	json_decref(run.requests);
}

static void
test_rows(void **state)
{
	(void)state;
	for (unsigned i = 0; i < n_whack_options; i++) {
		const struct whack_option *o = &whack_options[i];

		if (strlen(o->story) < 3)
			fail_msg("--%s has no story", o->name);
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(o->name, whack_options[j].name);
		if (o->place == PLACE_ACTION)
			assert_non_null(whack_command_find(o->key));
	}
}

static void
test_refused(void **state)
{
	char line[80];

	(void)state;
	for (unsigned i = 0; i < n_whack_options; i++) {
		const struct whack_option *o = &whack_options[i];

		snprintf(line, sizeof(line), "--%s%s", o->name, o->arg == WA_NONE ? "" : "=7");
		if (o->place == PLACE_REFUSED)
			refuse(line, o->story);
	}
}

static void
test_actions(void **state)
{
	(void)state;
	expect("--listen", "[{\"command\":\"listen\"}]");
	expect("--shutdown --status --listen",
	       "[{\"command\":\"listen\"},{\"command\":\"status\"},{\"command\":\"shutdown\"}]");
	expect("--name x --initiate --route",
	       "[{\"command\":\"route\",\"name\":\"x\"},{\"command\":\"initiate\",\"name\":\"x\"}]");
	expect("--name x --initiate --asynchronous",
	       "[{\"command\":\"initiate\",\"name\":\"x\",\"async\":true}]");
	expect("--debug-control --debug-dns --impair-sa-fail --listen",
	       "[{\"command\":\"debug\",\"debug\":\"control dns\",\"impair\":\"sa-fail\"},"
	       "{\"command\":\"listen\"}]");
	expect("--name x --debug-all",
	       "[{\"command\":\"debug\",\"debug\":\"all\",\"name\":\"x\"}]");
	expect("--name x --initiate --xauthuser u --xauthpass p",
	       "[{\"command\":\"initiate\",\"name\":\"x\",\"xauthuser\":\"u\",\"xauthpass\":\"p\"}]");
	expect("--name x --terminate --xauthuser u --xauthpass p --asynchronous",	/* a classic form */
	       "[{\"command\":\"terminate\",\"name\":\"x\"}]");
	refuse("--name x --route --xauthuser u", "belong to --initiate");
	expect("--deletestate 17", "[{\"command\":\"deletestate\",\"serial\":17}]");
	expect("--crash 192.0.2.2", "[{\"command\":\"crash\",\"peer\":\"192.0.2.2\"}]");
	expect("--rekeystate 18", "[{\"command\":\"rekeystate\",\"serial\":18}]");
	expect("--keyid @a --pubkeyrsa 0sAQ== --addkey",
	       "[{\"command\":\"key\",\"id\":\"@a\",\"rsa\":\"0sAQ==\",\"add\":true}]");
	expect("--keyid @a --pubkeyecdsa 0xaa",
	       "[{\"command\":\"key\",\"id\":\"@a\",\"ecdsa\":\"0xaa\"}]");
	expect("--keyid @a --pubkeyeddsa 0xaa",
	       "[{\"command\":\"key\",\"id\":\"@a\",\"eddsa\":\"0xaa\"}]");
	expect("--keyid @a --delkey", "[{\"command\":\"key\",\"id\":\"@a\",\"del\":true}]");
	expect("--keyid @a", "[{\"command\":\"key\",\"id\":\"@a\"}]");
	refuse("--keyid @a --delkey --pubkeyrsa 0sAQ==", "leave out the key");
	refuse("--keyid @a --pubkeyeddsa 0xaa --pubkeyecdsa 0xaa", "one key at a time");
}

static void
test_trials(void **state)
{
	(void)state;
	expect("--oppohere 192.0.2.1 --oppothere 192.0.2.2 --oppoproto 6 --oppodport 80",
	       "[{\"command\":\"oppo\",\"here\":\"192.0.2.1\",\"there\":\"192.0.2.2\","
	       "\"proto\":6,\"dport\":80}]");
	expect("--explain 192.0.2.1 192.0.2.2",
	       "[{\"command\":\"explain\",\"here\":\"192.0.2.1\",\"there\":\"192.0.2.2\"}]");
	expect("--explain 192.0.2.1 192.0.2.2 --oppoproto 17",
	       "[{\"command\":\"explain\",\"here\":\"192.0.2.1\",\"there\":\"192.0.2.2\","
	       "\"proto\":17}]");
	refuse("--oppohere 192.0.2.1", "must be used together");
	refuse("--oppoproto 6", "must be used together");
	refuse("--explain 192.0.2.1", "needs two addresses");
}

static void
test_connection(void **state)
{
	(void)state;
	expect("--listen --myid @gw.example",
	       "[{\"command\":\"myid\",\"id\":\"@gw.example\"},{\"command\":\"listen\"}]");
	expect("--name c --host 192.0.2.1 --id %myid --client 10.1.0.0/24 --to --host %opportunistic "
	       "--rsasig --encrypt --pfs --failpass",
	       "[{\"command\":\"add\",\"name\":\"c\",\"left\":{\"host\":\"192.0.2.1\",\"id\":\"%myid\","
	       "\"client\":\"10.1.0.0/24\"},\"right\":{\"host\":\"%opportunistic\"},"
	       "\"options\":{\"auth\":\"pubkey\",\"encrypt\":true,\"pfs\":true,\"failure\":\"pass\"}}]");
	expect("--name c --host 192.0.2.1 --id @w --to --host %any --ikeport 4500 --psk "
	       "--ikelifetime 600 --pfs --listen",
	       "[{\"command\":\"add\",\"name\":\"c\",\"left\":{\"host\":\"192.0.2.1\",\"id\":\"@w\"},"
	       "\"right\":{\"host\":\"%any\",\"ikeport\":4500},"
	       "\"options\":{\"auth\":\"psk\",\"ikelifetime\":600,\"pfs\":true}},"
	       "{\"command\":\"listen\"}]");
	expect("--name c --host 192.0.2.1 --auth null --to --host 192.0.2.2 --auth pubkey",
	       "[{\"command\":\"add\",\"name\":\"c\",\"left\":{\"host\":\"192.0.2.1\",\"auth\":\"null\"},"
	       "\"right\":{\"host\":\"192.0.2.2\",\"auth\":\"pubkey\"},\"options\":{}}]");
	expect("--name c --host 192.0.2.1 --to --host 192.0.2.2 --null",
	       "[{\"command\":\"add\",\"name\":\"c\",\"left\":{\"host\":\"192.0.2.1\"},"
	       "\"right\":{\"host\":\"192.0.2.2\"},\"options\":{\"auth\":\"null\"}}]");
	expect("--name c --host 192.0.2.1 --to --host 192.0.2.2 --client 10.2.0.0/24 --drop",
	       "[{\"command\":\"add\",\"name\":\"c\",\"left\":{\"host\":\"192.0.2.1\"},"
	       "\"right\":{\"host\":\"192.0.2.2\",\"client\":\"10.2.0.0/24\"},"
	       "\"options\":{\"shunt\":\"drop\"}}]");
	expect("--name c --host 192.0.2.1 --to --host 192.0.2.2 --psk --initiateontraffic --failpass",
	       "[{\"command\":\"add\",\"name\":\"c\",\"left\":{\"host\":\"192.0.2.1\"},"
	       "\"right\":{\"host\":\"192.0.2.2\"},"
	       "\"options\":{\"auth\":\"psk\",\"shunt\":\"trap\",\"failure\":\"pass\"}}]");
	refuse("--name c --host 192.0.2.1 --to --host 192.0.2.2 --initiateontraffic", "--psk, --rsasig");
	refuse("--name c --host 192.0.2.1 --to --host 192.0.2.2 --pass --drop", "--drop: duplicated flag");
	refuse("--name c --host 192.0.2.1 --auth null --to --host 192.0.2.2", "--psk, --rsasig or --null");
	refuse("--host 192.0.2.1 --to --host 192.0.2.2 --psk", "without --name");
	refuse("--name c --host 192.0.2.1 --psk", "needs --to");
	refuse("--name c --to --host 192.0.2.1", "missing before --to");
	refuse("--name c --host 192.0.2.1 --to --psk", "missing after --to");
	refuse("--name c --host a --to --host b", "--psk, --rsasig or --null");
	refuse("--name c --host a --to --host b --to", "--to is there twice");
	refuse("--name c --host a --host b", "--host: duplicated flag");
	refuse("--name c --psk --rsasig", "--rsasig: duplicated flag");
	refuse("--name c --psk", "needs --to");
}

#define ENDS4 "--name c --host 192.0.2.1 --client 10.1.0.0/24 --to --host 192.0.2.2 --psk "
#define ADDED4(more) "{\"command\":\"add\",\"name\":\"c\",\"left\":{\"host\":\"192.0.2.1\"," \
	"\"client\":\"10.1.0.0/24\"},\"right\":{\"host\":\"192.0.2.2\"}," \
	"\"options\":{\"auth\":\"psk\"" more "}}"

static void
test_families(void **state)
{
	(void)state;
	expect(ENDS4 "--ipv4 --tunnelipv4", "[" ADDED4(",\"family\":4") "]");
	expect("--name c --ipv6 --host %any --to --host gw.example --pass",
	       "[{\"command\":\"add\",\"name\":\"c\",\"left\":{\"host\":\"%any\"},"
	       "\"right\":{\"host\":\"gw.example\"},\"options\":{\"shunt\":\"pass\",\"family\":6}}]");
	refuse(ENDS4 "--ipv6", "--ipv6: 192.0.2.1 is an IPv4 address");
	refuse(ENDS4 "--tunnelipv6", "--tunnelipv6: 10.1.0.0/24 is an IPv4 address");
	refuse(ENDS4 "--ipv4 --ipv6", "the other family was said");
	refuse("--tunnelipv4 --oppohere 2001:db8::1 --oppothere 2001:db8::2",
	       "--tunnelipv4: 2001:db8::1 is an IPv6 address");
	refuse("--tunnelipv6 --oppohere 2001:db8::1 --oppothere 192.0.2.2", "192.0.2.2 is an IPv4 address");
}

static void
test_names(void **state)
{
	(void)state;
	expect(ENDS4 "--delete",
	       "[{\"command\":\"delete\",\"name\":\"c\",\"quiet\":true}," ADDED4("") "]");
	expect("--name c --delete", "[{\"command\":\"delete\",\"name\":\"c\"}]");
	expect(ENDS4 "--dpddelay 1 --timeout 9", "[" ADDED4(",\"dpddelay\":1,\"dpdtimeout\":9") "]");
	refuse(ENDS4 "--dpdtimeout 8 --timeout 9", "--timeout: duplicated flag");
	expect(ENDS4 "--forceencaps", "[" ADDED4(",\"forceencaps\":true") "]");
	refuse("--name c --listen", "no reason for --name");
}

static void
test_bad(void **state)
{
	(void)state;
	refuse("", "no action specified");
	refuse("--name x", "no action specified");
	refuse("--initiate", "--initiate needs --name");
	refuse("--listen surplus", "unexpected argument \"surplus\"");
	refuse("--deletestate x7", "badly formed number \"x7\"");
	refuse("--deletestate 99999999999999999999", "badly formed number");
	refuse("--color green", "not auto, always or never");
	refuse("--no-such", "no-such");
	refuse("--name", "name");
	refuse("--keyid \xff", "not UTF-8");
	refuse("--addkey", "need --keyid");
	refuse("--label L --name n --initiate --deletestate=", "whack error: L \"n\" ");
}

static void
test_globals(void **state)
{
	struct whack_run run;

	(void)state;
	assert_int_equal(parse(&run, "--json --ctlbase /x --color never --listen"), WHACK_RUN);
	assert_true(run.json);
	assert_string_equal(run.ctlbase, "/x");
	assert_int_equal(run.color, COLOR_NEVER);
	json_decref(run.requests);
	assert_int_equal(parse(&run, "--help"), WHACK_EXIT_OK);
	assert_non_null(strstr(said, "--oppothere"));
	json_decref(run.requests);
	assert_int_equal(parse(&run, "--version"), WHACK_EXIT_OK);
	json_decref(run.requests);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_actions),
		cmocka_unit_test(test_trials),
		cmocka_unit_test(test_connection),
		cmocka_unit_test(test_families),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_globals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
