/* Tests of ipsec.conf's reading: what each line means, and what is wrong with it. */
#include "lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/conf.h"

static char why[500];

static struct conf *
parse(const char *text)
{
	why[0] = '\0';
	return conf_parse(span_str(text), "f", why, sizeof(why));
}

static void
refuse(const char *text, const char *want)
{
	struct conf *c = parse(text);

	if (c != NULL || strstr(why, want) == NULL)
		fail_msg("\"%s\": said \"%s\", not \"%s\"", text, c ? "nothing" : why, want);
}

static struct conf_conn
resolved(const struct conf *c, const char *name)
{
	struct conf_conn out;

	assert_non_null(conf_find(c, name));
	if (!conf_resolve(c, conf_find(c, name), &out, why, sizeof(why)))
		fail_msg("%s", why);
	return out;
}

static void
test_lines(void **state)
{
	struct conf *c = parse("# a comment\nversion 2.0\n\nconfig setup\n\tlisten = 192.0.2.1 # here\n\n"
			       "conn a\r\n  leftid=\"C=DE, CN=a # b\"\n\tleft=192.0.2.1\n"
			       "# in between\n\tauto=add");
	struct conf_conn a;

	(void)state;
	assert_non_null(c);
	assert_string_equal(conf_setup_text(c, "listen"), "192.0.2.1");
	assert_null(conf_setup_text(c, "ikeport"));
	a = resolved(c, "a");
	assert_string_equal(conf_text(&a, "id", CONF_LEFT), "C=DE, CN=a # b");
	assert_null(conf_text(&a, "id", CONF_RIGHT));
	assert_string_equal(conf_text(&a, "auto", CONF_BOTH), "add");
	assert_null(conf_find(c, "b"));
	conf_free(c);
	c = parse("");
	assert_non_null(c);
	conf_free(c);
}

static void
test_bad_lines(void **state)
{
	(void)state;
	refuse("left=192.0.2.1\n", "f:1: expected a blank before a parameter");
	refuse("\tleft=192.0.2.1\n", "f:1: expected conn NAME or config setup before this");
	refuse("conn a\n\n\tleft 192.0.2.1\n", "f:3: expected KEYWORD=VALUE");
	refuse("conn a\n\t=x\n", "f:2: expected a keyword before =");
	refuse("conn a\n\tleft=\n", "f:2: left: expected a value");
	refuse("conn a\n\tleftid=\"x\n", "f:2: expected quotes around all");
	refuse("conn a\n\tleftid=x\"y\"\n", "f:2: expected quotes around all");
	refuse("conn a\n\tleftid=x\001\n", "f:2: expected text");
	refuse("conn\n", "f:1: expected conn NAME");
	refuse("conn a b\n", "f:1: expected one word behind conn");
	refuse("config other\n", "f:1: expected config setup");
	refuse("ca x\n", "f:1: certificates");
	refuse("nonsense\n", "f:1: expected conn NAME, config setup or include FILE in the first "
	       "column, found \"nonsense\"");
	refuse("include x\n", "f:1: expected no include here");
	refuse("conn a\nconn b\nconn a\n", "f:3: conn a is in f:1 already");
	refuse("config setup\nconfig setup\n", "f:2: config setup is in f:1 already");
	refuse("conn a\n\tleft=x\n\tleft=y\n", "f:3: this was said in line 2 already");
	refuse("conn a\n\tkeylife=1h\n\tsalifetime=1h\n", "f:3: this was said in line 2 already");
}

static void
test_keywords(void **state)
{
	(void)state;
	refuse("conn a\n\tleftnothing=1\n", "f:2: there is no keyword \"leftnothing\" in a conn");
	refuse("conn a\n\tlisten=1\n", "f:2: there is no keyword \"listen\" in a conn");
	refuse("config setup\n\tleft=1\n", "f:2: there is no keyword \"left\" in config setup");
	refuse("conn a\n\tsubnet=1\n", "f:2: there is no keyword \"subnet\"");
	refuse("config setup\n\talso=a\n", "f:2: there is no keyword \"also\"");
	refuse("config setup\n\tfragicmp=no\n", "f:2: fragicmp: obsolete");
	refuse("conn a\n\tleftsubnets={10.0.0.0/8 all}\n", "f:1: subnets: \"all\" is not ADDRESS/LENGTH");
	refuse("conn a\n\tleftsubnets={}\n", "f:1: subnets: there is none");
	refuse("conn a\n\tleftsubnets=10.0.0.0/8\n\tleftsubnet=10.0.0.0/8\n", "f:1: conn a has both");
	refuse("conn 0123456789012345678901234567890123456789012345678901234567\n\tleftsubnets=10.0.0.0/8\n",
	       "a shorter name where there are subnets");
	for (unsigned i = 0; i < n_conf_keywords; i++) {
		const struct conf_keyword *k = &conf_keywords[i];

		assert_non_null(k->story);
		assert_true(k->type != CONF_WORD || k->same_as != NULL || k->words != NULL);
		for (unsigned j = 0; j < i; j++)
			if (conf_keywords[j].where == k->where)
				assert_string_not_equal(conf_keywords[j].name, k->name);
	}
}

static void
test_values(void **state)
{
	static const struct { const char *line, *name, *want; } rows[] = {
		{ "ikelifetime=30", "ikelifetime", "30" }, { "ikelifetime=30s", "ikelifetime", "30" },
		{ "ikelifetime=8.0h", "ikelifetime", "28800" }, { "ikelifetime=1.25m", "ikelifetime", "75" },
		{ "ikelifetime=5m", "ikelifetime", "300" }, { "ikelifetime=8h", "ikelifetime", "28800" },
		{ "keylife=1d", "salifetime", "86400" }, { "rekeyfuzz=100%", "rekeyfuzz", "100" },
		{ "rekeyfuzz=0", "rekeyfuzz", "0" }, { "keyingtries=%forever", "keyingtries", "%forever" },
		{ "keyingtries=3", "keyingtries", "3" }, { "pfs=off", "pfs", "no" },
		{ "rekey=true", "rekey", "yes" }, { "ike=aes256-sha2", "ike", "aes256-sha2" },
	};
	char text[100];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct conf_conn a;
		struct conf *c;

		snprintf(text, sizeof(text), "conn a\n\t%s\n", rows[i].line);
		c = parse(text);
		if (c == NULL)
			fail_msg("%s: %s", rows[i].line, why);
		a = resolved(c, "a");
		assert_string_equal(conf_text(&a, rows[i].name, CONF_BOTH), rows[i].want);
		conf_free(c);
	}
}

static void
test_bad_values(void **state)
{
	(void)state;
	refuse("conn a\n\tikelifetime=8x\n", "f:2: ikelifetime: expected a time such as");
	refuse("conn a\n\tikelifetime=-1\n", "expected a time");
	refuse("conn a\n\tikelifetime=1.h\n", "expected a time");
	refuse("conn a\n\tikelifetime=.5h\n", "expected a time");
	refuse("conn a\n\tikelifetime=1.00001h\n", "expected a time");
	refuse("conn a\n\tikelifetime=99999999999\n", "expected a time");
	refuse("conn a\n\trekeyfuzz=1.5\n", "expected a percentage");
	refuse("conn a\n\tpfs=maybe\n", "f:2: pfs: expected yes or no, found \"maybe\"");
	refuse("conn a\n\ttype=bridge\n", "expected tunnel, transport, passthrough, pass, drop or reject, "
	       "found \"bridge\"");
	refuse("conn a\n\tkeyingtries=often\n", "expected %forever, found \"often\"");
	refuse("conn a\n\tleftikeport=x\n", "f:2: leftikeport: expected a number");
	refuse("conn a\n\tleftprotoport=x\n", "expected PROTOCOL/PORT");
	refuse("config setup\n\tplutodebug=\"control everything\"\n", "found \"everything\"");
}

static void
test_also(void **state)
{
	struct conf *c = parse("conn %default\n\tikelifetime=1h\n\tpfs=no\n\tauthby=secret\n"
			       "conn a\n\talso=b\n\tikelifetime=2h\n\talso=c\n"
			       "conn b\n\tsalifetime=1m\n\tpfs=yes\n\talso=c\n"
			       "conn c\n\tsalifetime=2m\n\trekeymargin=3s\n"
			       "conn d\n\talso=e\nconn e\n\talso=d\nconn f\n\talso=nobody\n"
			       "conn g\n\talso=%default\n");
	struct conf_conn a;

	(void)state;
	assert_non_null(c);
	a = resolved(c, "a");
	assert_string_equal(conf_text(&a, "ikelifetime", CONF_BOTH), "7200");
	assert_string_equal(conf_text(&a, "salifetime", CONF_BOTH), "60");
	assert_string_equal(conf_text(&a, "pfs", CONF_BOTH), "yes");
	assert_string_equal(conf_text(&a, "rekeymargin", CONF_BOTH), "3");
	assert_string_equal(conf_text(&a, "authby", CONF_BOTH), "secret");
	assert_null(conf_find(c, "%default"));
	assert_false(conf_resolve(c, conf_find(c, "d"), &a, why, sizeof(why)));
	assert_non_null(strstr(why, "f:19: also=d: goes round in a circle"));
	assert_false(conf_resolve(c, conf_find(c, "f"), &a, why, sizeof(why)));
	assert_non_null(strstr(why, "f:21: also=nobody: there is no such conn"));
	assert_false(conf_resolve(c, conf_find(c, "g"), &a, why, sizeof(why)));
	conf_free(c);
}

static void
test_also_depth(void **state)
{
	char text[4096];
	size_t n = 0;
	struct conf_conn a;
	struct conf *c;

	(void)state;
	for (int i = 0; i < 40; i++)
		n += (size_t)snprintf(&text[n], sizeof(text) - n, "conn c%d\n\talso=c%d\n", i, i + 1);
	snprintf(&text[n], sizeof(text) - n, "conn c40\n");
	c = parse(text);
	assert_non_null(c);
	assert_false(conf_resolve(c, conf_find(c, "c0"), &a, why, sizeof(why)));
	assert_non_null(strstr(why, "more than 32 conns deep"));
	assert_true(conf_resolve(c, conf_find(c, "c20"), &a, why, sizeof(why)));
	conf_free(c);
}

static char dir[] = "/tmp/conf-test.XXXXXX";

static void
file(const char *name, const char *text)
{
	char path[200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static struct conf *
read_main(void)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/ipsec.conf", dir);
	return conf_read(path, why, sizeof(why));
}

static void
test_includes(void **state)
{
	struct conf *c;

	(void)state;
	assert_non_null(mkdtemp(dir));
	file("ipsec.conf", "include more*.conf\nconn a\ninclude none*.conf\n");
	file("more1.conf", "conn b\n\tauto=add\n");
	file("more2.conf", "conn c\n");
	c = read_main();
	assert_non_null(c);
	assert_true(conf_find(c, "a") && conf_find(c, "b") && conf_find(c, "c"));
	conf_free(c);
	file("more2.conf", "conn c\n\n\tauto=never\n");
	assert_null(read_main());
	assert_non_null(strstr(why, "/more2.conf:3: auto: expected ignore, manual, add"));
	file("more2.conf", "conn c\ninclude nothing.conf\n");
	assert_null(read_main());
	assert_non_null(strstr(why, "/more2.conf:2: include "));
	assert_non_null(strstr(why, "No such file"));
	file("more2.conf", "include more2.conf\n");
	assert_null(read_main());
	assert_non_null(strstr(why, "more than 10 includes deep"));
	for (const char *const *f = (const char *const[]){ "more1.conf", "more2.conf", "ipsec.conf", NULL };
	     *f != NULL; f++) {
		char path[200];

		snprintf(path, sizeof(path), "%s/%s", dir, *f);
		unlink(path);
	}
	assert_null(read_main());
	assert_non_null(strstr(why, "ipsec.conf: No such file"));
	rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_keywords),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_bad_values),
		cmocka_unit_test(test_also),
		cmocka_unit_test(test_also_depth),
		cmocka_unit_test(test_includes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
