/* Long messages in parts: lost, doubled, out of order, hostile. */
#include "tests/exchange_v1/v1_pair.h"

#include <string.h>

enum { OVER = 120, NEXT_AT = 16, FLAGS_AT = 19, FRAG_NUMBER_AT = 34 };

static bool
is_part(const struct fake_datagram *d)
{
	return d->bytes.ptr[NEXT_AT] == V1_FRAGMENT;
}

static struct v1_pair *
in_parts(void)
{
	struct v1_pair *p = v1_pair_new();

	for (int i = 0; i < 2; i++) {
		p->side[i].cfg.fragment_v4 = OVER + 32;
		v1_pair_restart(p, i);
	}
	return p;
}

struct seen { unsigned parts, whole; size_t longest; };

static enum fake_fate
look(void *ctx, const struct fake_datagram *d)
{
	struct seen *s = ctx;

	s->parts += is_part(d);
	s->whole += !is_part(d);
	if (is_part(d) && d->bytes.len > s->longest)
		s->longest = d->bytes.len;
	return FATE_DELIVER;
}

static void
all_of_it(void **state)
{
	(void)state;
	for (int rsa = 0; rsa < 2; rsa++)
		for (int aggressive = 0; aggressive < 2; aggressive++) {
			struct v1_pair *p = in_parts();
			struct seen s = { 0 };

			p->net.fate = look;
			p->net.ctx = &s;
			p->side[A].conn->pfs = true;
			p->side[A].conn->aggressive = p->side[B].conn->aggressive = aggressive;
			if (rsa)
				v1_pair_rsa(p);
			v1_pair_up(p);
			assert_true(s.parts > 12);
			assert_true(s.longest <= OVER);
			v1_pair_free(p);
		}
}

/* Messages that fit go whole: by default nothing of ours is in parts. */
static void
not_when_it_fits(void **state)
{
	struct v1_pair *p = v1_pair_new();
	struct seen s = { 0 };

	(void)state;
	p->net.fate = look;
	p->net.ctx = &s;
	v1_pair_up(p);
	assert_int_equal(s.parts, 0);
	v1_pair_free(p);
}

/* The address is not proved: no more goes there than came from it, also when MM1 says
 * fragments in the short way, four octets less at the place of its VID. */
static void
said_in_the_short_way(void **state)
{
	static const uint8_t vid[] = { 0x40, 0x48, 0xb7, 0xd5, 0x6e, 0xbc, 0xe8, 0x85 };
	struct v1_pair *p = v1_pair_new();
	struct fake_nth lost = { .at = 0, .fate = FATE_DROP };
	struct chunk m;
	size_t at = 28;

	(void)state;
	p->net.fate = fake_net_nth;
	p->net.ctx = &lost;
	v1_pair_initiate(p, A, 17);
	m = chunk_copy(chunk_span(p->net.last.bytes));
	while (at + 20 < m.len && memcmp(&m.ptr[at], vid, sizeof(vid)) != 0)
		at++;
	memmove(&m.ptr[at + 16], &m.ptr[at + 20], m.len - at - 20);
	m.ptr[at - 1] = (uint8_t)(m.ptr[at - 1] - 4);
	m.ptr[27] = (uint8_t)(m.ptr[27] - 4);
	v1_receive(p->side[B].e, &p->side[B].at, &p->side[A].at, span_of(m.ptr, m.len - 4));
	assert_int_equal(p->net.sent, 2);
	assert_true(p->net.last.bytes.len <= m.len - 4);
	chunk_free(&m);
	v1_pair_free(p);
}

static void
each_fate(void **state)
{
	(void)state;
	v1_pair_each_fate(in_parts, 24);
}

/* Before each part a liar's: another number, no number, another id, itself the last. */
static enum fake_fate
lie_before(void *ctx, const struct fake_datagram *d)
{
	static const struct { uint8_t at, value; } lies[] = {
		{ FRAG_NUMBER_AT, 0 }, { FRAG_NUMBER_AT, 17 }, { FRAG_NUMBER_AT, 255 },
		{ FLAGS_AT, V1_FLAG_ENCRYPTED }, { 30, 0xff }, { 31, 0xff },
	};
	struct v1_pair *p = ctx;
	struct chunk bad;
	int to;

	if (!is_part(d))
		return FATE_DELIVER;
	to = ip_addr_eq(&d->to.addr, &p->side[A].at.addr) ? A : B;
	for (size_t i = 0; i < sizeof(lies) / sizeof(*lies); i++) {
		bad = chunk_copy(chunk_span(d->bytes));
		bad.ptr[lies[i].at] = lies[i].value;
		v1_receive(p->side[to].e, &d->to, &d->from, chunk_span(bad));
		chunk_free(&bad);
	}
	return FATE_DELIVER;
}

static void
liars(void **state)
{
	struct v1_pair *p = in_parts();

	(void)state;
	p->net.fate = lie_before;
	p->net.ctx = p;
	v1_pair_initiate(p, A, 17);
	v1_pair_advance(p, 3000);
	v1_pair_assert_up(p, 1);
	v1_pair_free(p);
}

static enum fake_fate
keep_part(void *ctx, const struct fake_datagram *d)
{
	struct chunk *kept = ctx;

	if (!is_part(d))
		return FATE_DELIVER;
	if (kept->ptr == NULL)
		*kept = chunk_copy(chunk_span(d->bytes));
	return FATE_DROP;
}

/* Parts without end take what one SA may have, and no more. */
static void
bounded(void **state)
{
	struct v1_pair *p = in_parts();
	struct chunk part = { NULL, 0 };

	(void)state;
	p->net.fate = keep_part;
	p->net.ctx = &part;
	v1_pair_initiate(p, A, 17);
	v1_pair_settle(p);
	assert_non_null(part.ptr);
	for (unsigned i = 0; i < 100000; i++) {
		part.ptr[33] = (uint8_t)(i / 16);
		part.ptr[FRAG_NUMBER_AT] = (uint8_t)(i % 16 + 1);
		part.ptr[FRAG_NUMBER_AT + 1] = 0;
		v1_receive(p->side[B].e, &p->side[B].at, &p->side[A].at, chunk_span(part));
	}
	v1_pair_advance(p, 40000);
	chunk_free(&part);
	assert_int_equal(v1_pair_stats(p, B).isakmp_now, 0);
	v1_pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_it),
		cmocka_unit_test(not_when_it_fits),
		cmocka_unit_test(said_in_the_short_way),
		cmocka_unit_test(each_fate),
		cmocka_unit_test(liars),
		cmocka_unit_test(bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
