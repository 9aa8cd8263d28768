/* The SA table, alone and under threads that read while it changes. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pluto/esp/sa_table.h"
#include "pluto/wire/ike_const.h"

enum { READERS = 3, ROUNDS = 20000, SPIS = 64 };

static const uint8_t key[20] = { 1 };

static struct esp_sa *
make(enum sa_direction dir, uint32_t spi, const char *local, const char *remote)
{
	struct kernel_sa ks = {
		.dir = dir, .mode = MODE_TUNNEL, .spi = spi,
		.encap_udp = true, .encr = ENCR_AES_GCM_16, .encr_bits = 128,
		.encr_key = SPAN_OF(key),
	};
	struct esp_sa *sa;
	int err;

	assert_true(endpoint_parse(local, 4500, &ks.local));
	assert_true(endpoint_parse(remote, 4500, &ks.remote));
	ks.sel.local = ts_host(&ks.local.addr);
	ks.sel.remote = ts_host(&ks.remote.addr);
	sa = esp_sa_new(&ks, &err);
	assert_non_null(sa);
	return sa;
}

static struct inner
packet(const char *src, const char *dst)
{
	struct inner in = { .version = 4 };

	assert_true(ip_addr_parse(src, &in.src));
	assert_true(ip_addr_parse(dst, &in.dst));
	return in;
}

static void
test_inbound(void **state)
{
	struct qsbr q;
	struct sa_table *t;
	struct esp_sa *a = make(SA_IN, 1000, "192.0.2.1", "192.0.2.2"), *twin;
	/* The same bucket: SPIs that differ above the low 16 bits. */
	struct esp_sa *b = make(SA_IN, 1000 + 65536, "192.0.2.1", "192.0.2.2");

	(void)state;
	qsbr_init(&q);
	t = sa_table_new(&q);
	assert_int_equal(sa_table_add(t, a), 0);
	assert_int_equal(sa_table_add(t, b), 0);
	assert_ptr_equal(sa_table_in(t, 1000), a);
	assert_ptr_equal(sa_table_in(t, 1000 + 65536), b);
	assert_null(sa_table_in(t, 1001));
	assert_ptr_equal(sa_table_find(t, SA_IN, 1000, NULL), a);
	assert_null(sa_table_find(t, SA_OUT, 1000, NULL));
	twin = make(SA_IN, 1000, "192.0.2.1", "192.0.2.3");
	assert_int_equal(sa_table_add(t, twin), -17);
	esp_sa_free(twin);
	sa_table_del(t, a);
	assert_null(sa_table_in(t, 1000));
	assert_ptr_equal(sa_table_in(t, 1000 + 65536), b);
	assert_int_equal(sa_table_count(t), 1);
	assert_true(qsbr_poll(&q));
	sa_table_free(t);
}

/* The newest of a selector is used; the older one comes back when it goes. */
static void
test_outbound(void **state)
{
	struct inner in = packet("192.0.2.1", "192.0.2.2");
	struct inner back = packet("192.0.2.2", "192.0.2.1");
	struct qsbr q;
	struct sa_table *t;
	struct esp_sa *old = make(SA_OUT, 301, "192.0.2.1", "192.0.2.2");
	struct esp_sa *new = make(SA_OUT, 302, "192.0.2.1", "192.0.2.2");

	(void)state;
	qsbr_init(&q);
	t = sa_table_new(&q);
	assert_int_equal(sa_table_add(t, old), 0);
	assert_ptr_equal(sa_table_out(t, &in), old);
	assert_null(sa_table_out(t, &back));
	assert_int_equal(sa_table_add(t, new), 0);
	assert_ptr_equal(sa_table_out(t, &in), new);
	sa_table_del(t, new);
	assert_ptr_equal(sa_table_out(t, &in), old);
	sa_table_free(t);
	qsbr_clear(&q);
}

static void
test_move(void **state)
{
	struct inner in = packet("192.0.2.1", "192.0.2.2");
	struct endpoint local, remote;
	struct qsbr q;
	struct sa_table *t;
	struct esp_sa *sa = make(SA_OUT, 1000, "192.0.2.1", "192.0.2.2");

	(void)state;
	assert_true(endpoint_parse("192.0.2.1", 4500, &local));
	assert_true(endpoint_parse("198.51.100.7:1024", 0, &remote));
	qsbr_init(&q);
	t = sa_table_new(&q);
	assert_int_equal(sa_table_add(t, sa), 0);
	assert_int_equal(sa_table_move(t, sa, &local, &remote), 0);
	/* Found by its new outer address, used for the same packets. */
	assert_ptr_equal(sa_table_find(t, SA_OUT, 1000, &remote.addr), sa);
	assert_null(sa_table_find(t, SA_OUT, 1000, &in.dst));
	assert_ptr_equal(sa_table_out(t, &in), sa);
	assert_true(endpoint_eq(&atomic_load(&sa->path)->remote, &remote));
	sa_table_free(t);
	qsbr_clear(&q);
}

struct reading {
	struct sa_table *t;
	struct qsbr *q;
	unsigned index;
	atomic_bool *stop;
	uint64_t hits, wrong;
};

static void *
reader(void *arg)
{
	struct reading *r = arg;
	struct inner in = packet("192.0.2.1", "192.0.2.2");

	while (!atomic_load(r->stop)) {
		qsbr_online(r->q, r->index);
		for (uint32_t spi = 1000; spi < 1000 + SPIS; spi++) {
			struct esp_sa *sa = sa_table_in(r->t, spi);

			if (sa == NULL)
				continue;
			r->hits++;
			/* Freed memory would not hold these. */
			r->wrong += sa->spi != spi ||
				    sa->replay->window < 1024 ||
				    atomic_load(&sa->path)->local.port != 4500;
			esp_count(&sa->counts[r->index].packets, 1);
		}
		if (sa_table_out(r->t, &in) != NULL)
			r->hits++;
		qsbr_offline(r->q, r->index);
	}
	return NULL;
}

static void
change(struct sa_table *t, struct qsbr *q, uint32_t round)
{
	uint32_t spi = 1000 + round * 7 % SPIS;
	struct esp_sa *sa = sa_table_find(t, SA_IN, spi, NULL);
	struct endpoint a, b;

	endpoint_parse("192.0.2.1", 4500, &a);
	endpoint_parse("192.0.2.9", 4500, &b);
	if (sa == NULL)
		sa_table_add(t, make(SA_IN, spi, "192.0.2.1", "192.0.2.2"));
	else if (round % 3 == 0)
		sa_table_move(t, sa, &a, &b);
	else
		sa_table_del(t, sa);
	qsbr_poll(q);
}

static void
test_threads(void **state)
{
	struct reading r[READERS];
	pthread_t thread[READERS];
	atomic_bool stop = false;
	struct sa_table *t;
	struct qsbr q;
	uint64_t hits = 0;

	(void)state;
	qsbr_init(&q);
	t = sa_table_new(&q);
	for (unsigned i = 0; i < READERS; i++) {
		r[i] = (struct reading){ t, &q, i, &stop, 0, 0 };
		assert_int_equal(pthread_create(&thread[i], NULL, reader,
						&r[i]), 0);
	}
	for (uint32_t i = 0; i < ROUNDS; i++)
		change(t, &q, i);
	assert_true(qsbr_wait(&q));
	atomic_store(&stop, true);
	for (unsigned i = 0; i < READERS; i++) {
		pthread_join(thread[i], NULL);
		assert_int_equal(r[i].wrong, 0);
		hits += r[i].hits;
	}
	assert_true(hits > 0);
	assert_true(qsbr_poll(&q));
	sa_table_free(t);
}

/* A reader that stays online holds everything back, and only that. */
static void
test_grace(void **state)
{
	struct sa_table *t;
	struct esp_sa *sa = make(SA_IN, 1000, "192.0.2.1", "192.0.2.2");
	struct qsbr q;

	(void)state;
	qsbr_init(&q);
	t = sa_table_new(&q);
	assert_int_equal(sa_table_add(t, sa), 0);
	qsbr_online(&q, 0);
	sa_table_del(t, sa);
	assert_false(qsbr_poll(&q));
	assert_int_equal(sa->spi, 1000);
	qsbr_online(&q, 1);	/* came later: does not matter */
	assert_false(qsbr_poll(&q));
	qsbr_offline(&q, 0);
	assert_true(qsbr_poll(&q));
	sa_table_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inbound),
		cmocka_unit_test(test_outbound),
		cmocka_unit_test(test_move),
		cmocka_unit_test(test_grace),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
