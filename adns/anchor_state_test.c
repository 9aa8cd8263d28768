/* The state of trust anchors: begun once, again when its seed is another, and read. */
#include "lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adns/anchor_state.h"

static char dir[] = "/tmp/anchor-state.XXXXXX", seed[64], state[80];
static char err[200];

static const char one[] = ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n";
static const char two[] = ". IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16\n";

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static bool
prepare(bool *begun)
{
	return anchor_state_prepare(state, seed, geteuid(), getegid(), begun, err);
}

static const char *
believed(void)
{
	static struct anchors a;

	a = (struct anchors){ 0 };
	return anchor_state_read(state, &a, err) ? a.text : err;
}

static void
test_begin(void **unused)
{
	bool begun;

	(void)unused;
	put(seed, one);
	assert_true(prepare(&begun));
	assert_true(begun);
	assert_string_equal(believed(), ". 20326");
	assert_true(prepare(&begun));
	assert_false(begun);
	/* What a validator has written stays. */
	put(state, two);
	assert_true(prepare(&begun));
	assert_false(begun);
	assert_string_equal(believed(), ". 38696");
	/* Until somebody puts another anchor file there. */
	put(seed, two);
	assert_true(prepare(&begun));
	assert_true(begun);
	/* One that is gone is begun again. */
	assert_int_equal(unlink(state), 0);
	assert_true(prepare(&begun));
	assert_true(begun);
}

static void
test_states(void **unused)
{
	static const char *const rows[] = { "0 [  START  ]", "1 [ ADDPEND ]", "2 [  VALID  ]",
		"3 [ MISSING ]", "4 [ REVOKED ]", "5 [ REMOVED ]" };
	char text[1000] = "; autotrust trust anchor file\n;;id: . 1\n";
	bool begun;

	(void)unused;
	put(seed, one);
	assert_true(prepare(&begun));
	for (unsigned i = 0; i < 6; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 ". 1 IN DS %u 8 2 00 ;{id = 1 (ksk)} ;;state=%s ;;count=0\n", i, rows[i]);
	put(state, text);
	assert_string_equal(believed(), ". 2 3");
	put(state, "; autotrust trust anchor file\n. 1 IN DS 1 8 2 00 ;;state=4 [ REVOKED ]\n");
	assert_non_null(strstr(believed(), "each has been revoked"));
}

static void
test_refused(void **unused)
{
	bool begun;

	(void)unused;
	put(seed, "lab. IN DS 1 8 2 00\n");
	assert_false(prepare(&begun));
	assert_non_null(strstr(err, "not of the root alone"));
	put(seed, "");
	assert_false(prepare(&begun));
}

/* What stands where the new file is to be is not written through. */
static void
test_link(void **unused)
{
	char link[100], victim[64];
	struct stat st;
	bool begun;

	(void)unused;
	put(seed, two);
	snprintf(victim, sizeof(victim), "%s/victim", dir);
	put(victim, "x");
	snprintf(link, sizeof(link), "%s.new", state);
	assert_int_equal(symlink(victim, link), 0);
	(void)unlink(state);
	assert_true(prepare(&begun));
	assert_int_equal(stat(victim, &st), 0);
	assert_int_equal(st.st_size, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_begin),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_link),
	};
	char clean[100];
	int rc;

	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(seed, sizeof(seed), "%s/seed", dir);
	snprintf(state, sizeof(state), "%s/lib/adns/root.key", dir);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(clean, sizeof(clean), "rm -rf %s", dir);
	return system(clean) != 0 ? 1 : rc;
}
