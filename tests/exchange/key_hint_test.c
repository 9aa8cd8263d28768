/* What a peer says of the key that it signs with: read as from an enemy. */
#include "lib/test.h"

#include <string.h>

#include "pluto/ikev2/auth.h"
#include "tests/exchange/pair.h"

enum { HEADER = 4, ROOM = 200 };

static const char nothing[] = "a key that it does not name";

/* The body of the payload that A says, and its length. */
static size_t
said(struct pair *p, uint8_t body[ROOM])
{
	uint8_t room[ROOM];
	struct ike_build b = ike_build_inner(room, sizeof(room));
	struct span text;

	key_hint_say(pair_ike(p, A), &b);
	text = ike_build_end(&b);
	if (text.len < HEADER)
		return 0;
	memcpy(body, text.ptr + HEADER, text.len - HEADER);
	return text.len - HEADER;
}

static const char *
heard(uint8_t type, const uint8_t *body, size_t len, struct key_hint *out)
{
	const struct payload_list l = { .n = 1, .p = { { .type = type, .body = span_of(body, len) } } };

	return key_hint_hear(&l, out);
}

static void
test_said_and_heard(void **state)
{
	struct pair *p = pair_new();
	struct key_hint h;
	uint8_t body[ROOM];
	char want[24];
	size_t n;

	(void)state;
	pair_use_keys(p, PUBKEY_ED25519);
	pair_up(p);
	n = said(p, body);
	assert_int_equal(n, 66);
	assert_string_equal(heard(P_V, body, n, &h), pubkey_short(&p->side[A].key->pub, want));
	assert_string_equal(heard(P_N, body, n, &h), nothing);
	for (size_t len = 0; len < n; len++)
		assert_string_equal(heard(P_V, body, len, &h), nothing);
	/* Every octet is of the mark, or of a fingerprint: nothing else is shown. */
	for (size_t i = 0; i < n; i++) {
		uint8_t was = body[i];

		body[i] = '\n';
		assert_string_equal(heard(P_V, body, n, &h), nothing);
		body[i] = '\0';
		assert_string_equal(heard(P_V, body, n, &h), nothing);
		body[i] = was;
	}
	pair_free(p);
}

static void
test_no_key_to_name(void **state)
{
	struct pair *p = pair_new();
	uint8_t body[ROOM];

	(void)state;
	pair_up(p);	/* by a shared secret */
	assert_int_equal(said(p, body), 0);
	pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_said_and_heard),
		cmocka_unit_test(test_no_key_to_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
