/* Tests of what sections of ipsec.conf stand for: the options of whack and pluto. */
#include "lib/test.h"

#include <stdio.h>
#include <string.h>

#include "conf/conf.h"

#define OWN "192.0.2.99"

static char why[500];

static struct conf *
parse(const char *text)
{
	struct conf *c = conf_parse(span_str(text), "f", why, sizeof(why));

	if (c == NULL)
		fail_msg("%s: %s", text, why);
	return c;
}

/* The conn NAME of TEXT; NULL when there is none, or it is refused. */
static const char *
words_of(const char *name, const char *text, const char *own)
{
	static char line[4096];
	struct conf *c = parse(text);
	struct conf_words w = { .n = 0 };
	struct conf_conn a;
	bool ok = conf_find(c, name) != NULL
		&& conf_resolve(c, conf_find(c, name), &a, why, sizeof(why))
		&& conf_conn_words(&a, own, &w, why, sizeof(why));

	conf_words_text(&w, line, sizeof(line));
	conf_words_clear(&w);
	conf_free(c);
	return ok ? line : NULL;
}

static const char *
words(const char *text, const char *own)
{
	return words_of("a", text, own);
}

/* What is assumed when the file says nothing of it. */
#define FOREVER " --keyingtries 0"
#define ENDS "conn a\n\tleft=192.0.2.1\n\tright=192.0.2.2\n"
#define NAMED "--name a --host 192.0.2.1 --to --host 192.0.2.2 "

static void
same(const char *text, const char *want)
{
	const char *got = words(text, OWN);

	if (got == NULL || strcmp(got, want) != 0)
		fail_msg("%s\n got: %s\nwant: %s", text, got ? got : why, want);
}

static void
test_conn(void **state)
{
	(void)state;
	same(ENDS, NAMED "--rsasig --encrypt --pfs" FOREVER);
	same(ENDS "\tauthby=secret\n", NAMED "--psk --encrypt --pfs" FOREVER);
	same(ENDS "\tauthby=secret\n\tpfs=no\n\ttype=transport\n", NAMED "--transport --psk --encrypt" FOREVER);
	same(ENDS "\tphase2=ah\n\tauthby=null\n\trekey=no\n", NAMED "--null --authenticate --dontrekey --pfs" FOREVER);
	same(ENDS "\tleftauth=secret\n\trightauth=rsasig\n",
	     "--name a --host 192.0.2.1 --auth psk --to --host 192.0.2.2 --auth pubkey --encrypt --pfs" FOREVER);
	same(ENDS "\tikev2=insist\n\tike=aes_gcm256-sha2_512-x25519\n\tesp=aes_gcm256\n",
	     NAMED "--ike aes_gcm256-sha2_512-x25519 --esp aes_gcm256 --ikev2 --rsasig --encrypt --pfs" FOREVER);
	same(ENDS "\tdpddelay=30\n\tdpdtimeout=2m\n\tdpdaction=restart_by_peer\n\tkeyingtries=%forever\n",
	     NAMED "--keyingtries 0 --dpddelay 30 --dpdtimeout 120 --dpdaction restart --rsasig "
	     "--encrypt --pfs");
	same(ENDS "\tdpdaction=clear\n",
	     NAMED "--dpdaction clear --rsasig --encrypt --pfs" FOREVER " --dpddelay 30 --dpdtimeout 120");
	same(ENDS "\tdpddelay=5\n", NAMED "--dpddelay 5 --rsasig --encrypt --pfs" FOREVER " --dpdtimeout 120");
	same(ENDS "\tkeyingtries=5\n\tmobike=no\n\tfailureshunt=drop\n\tauto=start\n",
	     NAMED "--keyingtries 5 --faildrop --mobike no --rsasig --encrypt --pfs");
}

static void
test_ends(void **state)
{
	(void)state;
	same("conn a\n\tleft=%defaultroute\n\tleftid=@west\n\tleftsubnet=10.1.0.0/24\n"
	     "\tleftsourceip=10.1.0.1\n\tleftnexthop=%defaultroute\n\tleftprotoport=tcp/80\n"
	     "\tright=%any\n\trightid=\"C=DE, CN=it's\"\n\trightnexthop=192.0.2.254\n"
	     "\trightrsasigkey=%dnsondemand\n\trightprotoport=udp\n",
	     "--name a --host " OWN " --id @west --client 10.1.0.0/24 --clientprotoport 6/80 "
	     "--srcip 10.1.0.1 --to --host %any --id 'C=DE, CN=it'\\''s' --clientprotoport 17/0 "
	     "--nexthop 192.0.2.254 --dnskeyondemand --rsasig --encrypt --pfs" FOREVER);
	same("conn a\n\tleft=192.0.2.1\n\tright=%any\n\trightsubnet=vhost:%priv,%no\n\tauthby=secret\n",
	     "--name a --host 192.0.2.1 --to --host %any --client vhost:%priv,%no --psk --encrypt --pfs"
	     FOREVER);
	assert_null(words("conn a\n\tleft=%defaultroute\n\tright=192.0.2.2\n", NULL));
	assert_non_null(strstr(why, "f:1: conn a: %defaultroute: there is no such route"));
	assert_null(words("conn a\n\tleft=192.0.2.1\n", OWN));
	assert_non_null(strstr(why, "f:1: conn a: right= is missing"));
}

/* Several subnets: a conn for each pair, and none for all of them. */
static void
test_parts(void **state)
{
	static const char text[] = "conn b\n\tleftsubnets={10.1.0.0/24, 10.2.0.0/24}\n\tauthby=secret\n"
		ENDS "\talso=b\n\trightsubnets=10.3.0.0/24\n"
		"conn c\n\tleft=192.0.2.1\n\tright=192.0.2.2\n\talso=b\n\trightsubnet=10.4.0.0/24\n";
	struct conf *c = parse(text);

	(void)state;
	assert_string_equal(words_of("a/1x1", text, OWN), "--name a/1x1 --host 192.0.2.1 --client 10.1.0.0/24 "
			    "--to --host 192.0.2.2 --client 10.3.0.0/24 --psk --encrypt --pfs" FOREVER);
	assert_string_equal(words_of("a/2x1", text, OWN), "--name a/2x1 --host 192.0.2.1 --client 10.2.0.0/24 "
			    "--to --host 192.0.2.2 --client 10.3.0.0/24 --psk --encrypt --pfs" FOREVER);
	assert_null(words_of("a/3x1", text, OWN));
	assert_null(words_of("a/1x2", text, OWN));
	assert_string_equal(words_of("c/2x1", text, OWN), "--name c/2x1 --host 192.0.2.1 --client 10.2.0.0/24 "
			    "--to --host 192.0.2.2 --client 10.4.0.0/24 --psk --encrypt --pfs" FOREVER);
	assert_true(conf_find(c, "a")->has_parts && conf_find(c, "a/1x1")->part_of != NULL);
	assert_false(conf_find(c, "a/1x1")->has_parts);
	conf_free(c);
}

static void
test_xauth(void **state)
{
	(void)state;
	same(ENDS "\tauthby=secret\n\taggrmode=yes\n\tike=aes128-sha1-modp2048\n\tleftxauthserver=yes\n"
	     "\tleftmodecfgserver=yes\n\trightxauthclient=yes\n\trightmodecfgclient=yes\n"
	     "\trightsubnet=10.9.0.0/24\n\tmodecfgdns1=10.1.0.53\n\tmodecfgpull=yes\n",
	     "--name a --host 192.0.2.1 --xauthserver --modecfgserver --modecfgdns1 10.1.0.53 --to "
	     "--host 192.0.2.2 --client 10.9.0.0/24 --xauthclient --modecfgclient --psk "
	     "--ike aes128-sha1-modp2048 --aggrmode --modecfgpull --encrypt --pfs" FOREVER);
	same(ENDS "\trightmodecfgserver=yes\n\tmodecfgwins2=10.1.0.53\n\tleftxauthusername=fred\n",
	     NAMED "--modecfgserver --modecfgwins2 10.1.0.53 --rsasig --encrypt --pfs" FOREVER);
}

static void
test_shunts(void **state)
{
	(void)state;
	same(ENDS "\ttype=passthrough\n\tauthby=secret\n", NAMED "--pass");
	same(ENDS "\ttype=drop\n\tauthby=never\n\tpfs=yes\n", NAMED "--drop");
	same("conn %default\n\tauthby=secret\n" ENDS "\ttype=reject\n", NAMED "--reject");
	same("conn a\n\tleft=192.0.2.1\n\tright=%opportunisticgroup\n\tfailureshunt=passthrough\n",
	     "--name a --host 192.0.2.1 --to --host %opportunisticgroup --failpass --rsasig --encrypt --pfs");
}

static void
test_keys(void **state)
{
	struct conf *c = parse(ENDS "\tleftid=@west\n\tleftrsasigkey=0sAQ==\n\tleftrsasigkey2=0sAg==\n"
			       "\trighteddsakey=0xaa\n\trightecdsakey=%none\n");
	static const char *const want[] = { "--keyid @west --pubkeyrsa 0sAQ==",
		"--keyid @west --addkey --pubkeyrsa 0sAg==", "--keyid 192.0.2.2 --pubkeyeddsa 0xaa" };
	struct conf_words keys[CONF_MAX_KEYS];
	struct conf_conn a;
	char line[200];

	(void)state;
	assert_true(conf_resolve(c, conf_find(c, "a"), &a, why, sizeof(why)));
	assert_int_equal(conf_key_words(&a, OWN, keys), 3);
	for (int i = 0; i < 3; i++) {
		assert_string_equal(conf_words_text(&keys[i], line, sizeof(line)), want[i]);
		conf_words_clear(&keys[i]);
	}
	conf_free(c);
}

static void
test_setup(void **state)
{
	struct conf *c = parse("config setup\n\tprotostack=netkey\n\tinterfaces=\"eth0 ipsec0=eth1 %defaultroute\"\n"
			       "\tplutodebug=\"control,dns\"\n\tnat_traversal=yes\n\toe=off\n"
			       "\tklipsdebug=none\n\tkeep-alive=1m\n\tlogfile=/x\n\tmyid=@me\n");
	struct conf_words w;
	char line[400];

	(void)state;
	conf_setup_words(c, &w);
	assert_string_equal(conf_words_text(&w, line, sizeof(line)),
			    "--use-netkey --interface eth0 --interface eth1 --debug-control --debug-dns "
			    "--nat_traversal --no-oe --keep_alive 60");
	assert_string_equal(conf_setup_text(c, "plutostderrlog"), "/x");
	conf_words_clear(&w);
	conf_free(c);
}

static void
test_too_long(void **state)
{
	struct conf_words w = { .n = 0 };
	char line[8];

	(void)state;
	for (int i = 0; i < 300; i++)
		conf_words_add(&w, "x");
	assert_true(w.full);
	assert_null(w.v[w.n]);
	assert_string_equal(conf_words_text(&w, line, sizeof(line)), "x x x x");
	conf_words_clear(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conn),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_xauth),
		cmocka_unit_test(test_shunts),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_setup),
		cmocka_unit_test(test_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
