/* The exchange table as a whole: no cell forgotten, no row out of reach. */
#include "pluto/ikev2/exchange_table.h"

#include "lib/test.h"

static void
rows_are_sound(void **state)
{
	size_t n;
	const struct exchange_row *r = exchange_rows(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_non_null(r[i].story);
		assert_non_null(r[i].run);
		assert_true(r[i].roles != 0 && (r[i].roles & ~(unsigned)ROLE_ANY) == 0);
		assert_true(r[i].in != 0 && (r[i].in & IN(IKE_GONE)) == 0);
		assert_true(r[i].next <= NEXT_SAME && r[i].next != IKE_GONE);
		assert_int_equal(r[i].need & r[i].may, 0);
		/* Notifies and vendor ids may come with anything. */
		assert_true(((r[i].need | r[i].may) & PAYLOAD_BIT(P_V)) != 0);
		assert_true(((r[i].need | r[i].may) & PAYLOAD_BIT(P_N)) != 0);
	}
}

/* A row that an earlier one always hides would never run. */
static void
none_hides_another(void **state)
{
	size_t n;
	const struct exchange_row *r = exchange_rows(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			assert_false(r[k].exchange == r[i].exchange && r[k].response == r[i].response
				     && (r[k].roles & r[i].roles) == r[i].roles
				     && (r[k].in & r[i].in) == r[i].in
				     && (r[k].need & r[i].need) == r[k].need
				     && ((r[i].need | r[i].may) & ~(r[k].need | r[k].may)) == 0);
}

/* Which exchanges a state takes part in: requests, then responses. */
static const struct {
	enum ike_sa_state state;
	enum sa_role role;
	const char *requests, *responses;	/* i: INIT, a: AUTH, c: CREATE, n: INFORMATIONAL */
} cells[] = {
	{ IKE_NEW, SA_INITIATOR, "", "" },
	{ IKE_NEW, SA_RESPONDER, "i", "" },
	{ IKE_SA_INIT_SENT, SA_INITIATOR, "", "i" },
	{ IKE_SA_INIT_ANSWERED, SA_RESPONDER, "a", "" },
	{ IKE_AUTH_SENT, SA_INITIATOR, "", "a" },
	{ IKE_AUTH_KEY_WAIT, SA_RESPONDER, "a", "" },
	{ IKE_ESTABLISHED, SA_INITIATOR, "cn", "cn" },
	{ IKE_ESTABLISHED, SA_RESPONDER, "cn", "cn" },
	{ IKE_REKEYED, SA_INITIATOR, "cn", "cn" },
	{ IKE_REKEYED, SA_RESPONDER, "cn", "cn" },
	{ IKE_DELETING, SA_INITIATOR, "cn", "cn" },
	{ IKE_DELETING, SA_RESPONDER, "cn", "cn" },
	{ IKE_GONE, SA_INITIATOR, "", "" },
	{ IKE_GONE, SA_RESPONDER, "", "" },
};

static bool
listed(const char *set, char c)
{
	while (*set != '\0' && *set != c)
		set++;
	return *set == c;
}

static void
every_cell(void **state)
{
	static const struct { char letter; uint8_t exchange; } exchanges[] = {
		{ 'i', EX_SA_INIT }, { 'a', EX_AUTH }, { 'c', EX_CREATE_CHILD_SA },
		{ 'n', EX_INFORMATIONAL } };

	(void)state;
	for (size_t i = 0; i < sizeof(cells) / sizeof(*cells); i++) {
		const struct ike_sa sa = { .state = cells[i].state, .role = cells[i].role };

		for (size_t k = 0; k < 4; k++) {
			assert_int_equal(exchange_expected(&sa, exchanges[k].exchange, false),
					 listed(cells[i].requests, exchanges[k].letter));
			assert_int_equal(exchange_expected(&sa, exchanges[k].exchange, true),
					 listed(cells[i].responses, exchanges[k].letter));
		}
	}
}

static void
misses(void **state)
{
	const struct ike_sa sa = { .state = IKE_ESTABLISHED };
	struct payload_list in = { .seen = PAYLOAD_BIT(P_SA) };
	enum row_fit why;

	(void)state;
	assert_null(exchange_find(&sa, EX_CREATE_CHILD_SA, false, &in, &why));
	assert_int_equal(why, ROW_MISSING);
	in.seen = PAYLOAD_BIT(P_AUTH);
	assert_null(exchange_find(&sa, EX_INFORMATIONAL, false, &in, &why));
	assert_int_equal(why, ROW_UNEXPECTED);
	in.seen = PAYLOAD_BIT(P_D);
	assert_non_null(exchange_find(&sa, EX_INFORMATIONAL, false, &in, &why));
	assert_null(exchange_find(&sa, EX_SA_INIT, false, &in, &why));
	assert_int_equal(why, ROW_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_sound), cmocka_unit_test(none_hides_another),
		cmocka_unit_test(every_cell), cmocka_unit_test(misses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
