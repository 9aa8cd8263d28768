/* A data plane that records what is installed. */
#include "tests/fake/fake_kernel.h"

#include <errno.h>
#include <string.h>

void
fake_kernel_init(struct fake_kernel *k, uint32_t first_spi)
{
	memset(k, 0, sizeof(*k));
	k->next_spi = first_spi;
	k->refuse_dir = -1;
}

static void
remove_at(struct fake_kernel *k, unsigned i)
{
	chunk_free(&k->sas[i].encr);
	chunk_free(&k->sas[i].integ);
	memmove(&k->sas[i], &k->sas[i + 1], (k->n - i - 1) * sizeof(k->sas[0]));
	k->n--;
}

void
fake_kernel_clear(struct fake_kernel *k)
{
	while (k->n > 0)
		remove_at(k, k->n - 1);
}

static uint32_t
alloc_spi(void *ctx, enum sa_protocol protocol, const struct ip_addr *local,
	  const struct ip_addr *remote)
{
	struct fake_kernel *k = ctx;

	(void)protocol;
	(void)local;
	(void)remote;
	k->spis_out++;
	return k->next_spi++;
}

static void
free_spi(void *ctx, uint32_t spi)
{
	struct fake_kernel *k = ctx;

	(void)spi;
	k->spis_out--;
}

static uint16_t
alloc_cpi(void *ctx)
{
	struct fake_kernel *k = ctx;

	if (k->no_cpi)
		return 0;
	k->cpis_out++;
	return (uint16_t)(0x1000 + (k->next_spi++ & 0xfff));
}

static void
free_cpi(void *ctx, uint16_t cpi)
{
	struct fake_kernel *k = ctx;

	(void)cpi;
	k->cpis_out--;
}

struct fake_sa *
fake_kernel_find(struct fake_kernel *k, enum sa_direction dir, uint32_t spi)
{
	for (unsigned i = 0; i < k->n; i++)
		if (k->sas[i].sa.dir == dir && k->sas[i].sa.spi == spi)
			return &k->sas[i];
	return NULL;
}

static int
add_sa(void *ctx, const struct kernel_sa *sa)
{
	struct fake_kernel *k = ctx;
	struct fake_sa *f = &k->sas[k->n];

	if (k->refuse_dir == (int)sa->dir)
		return k->refuse;
	if (k->n == FAKE_SAS_MAX || fake_kernel_find(k, sa->dir, sa->spi) != NULL)
		return -EEXIST;
	*f = (struct fake_sa){ .sa = *sa, .encr = chunk_copy(sa->encr_key),
		.integ = chunk_copy(sa->integ_key) };
	if (f->encr.len != sa->encr_key.len || f->integ.len != sa->integ_key.len) {
		chunk_free(&f->encr);
		chunk_free(&f->integ);
		return -ENOMEM;
	}
	f->sa.encr_key = chunk_span(f->encr);
	f->sa.integ_key = chunk_span(f->integ);
	k->n++;
	if (sa->dir == SA_IN) {
		k->spis_out--;
		k->cpis_out -= sa->cpi != 0;
	}
	return 0;
}

static int
del_sa(void *ctx, enum sa_direction dir, uint32_t spi, const struct ip_addr *remote)
{
	struct fake_kernel *k = ctx;
	struct fake_sa *f = fake_kernel_find(k, dir, spi);

	(void)remote;
	if (f == NULL)
		return -ENOENT;
	remove_at(k, (unsigned)(f - k->sas));
	return 0;
}

static bool
counters(void *ctx, enum sa_direction dir, uint32_t spi, const struct ip_addr *remote,
	 struct sa_counters *out)
{
	struct fake_sa *f = fake_kernel_find(ctx, dir, spi);

	(void)remote;
	if (f != NULL)
		*out = f->counters;
	return f != NULL;
}

static int
move_sa(void *ctx, enum sa_direction dir, uint32_t spi, const struct ip_addr *old_remote,
	const struct endpoint *local, const struct endpoint *remote)
{
	struct fake_kernel *k = ctx;
	struct fake_sa *f = fake_kernel_find(k, dir, spi);

	(void)old_remote;
	if (f == NULL)
		return -ENOENT;
	if (k->refuse_move)
		return -EOPNOTSUPP;
	f->sa.local = *local;
	f->sa.remote = *remote;
	k->moved++;
	return 0;
}

static const char *
describe(void *ctx)
{
	(void)ctx;
	return "fake";
}

static const struct kernel_ops ops = {
	.name = "fake", .alloc_spi = alloc_spi, .free_spi = free_spi, .add_sa = add_sa,
	.del_sa = del_sa, .counters = counters, .describe = describe, .move_sa = move_sa,
	.alloc_cpi = alloc_cpi, .free_cpi = free_cpi,
};

struct kernel
fake_kernel_plane(struct fake_kernel *k)
{
	return (struct kernel){ .ops = &ops, .k = k };
}

struct fake_sa *
fake_kernel_current(struct fake_kernel *k)
{
	for (unsigned i = k->n; i > 0; i--)
		if (k->sas[i - 1].sa.dir == SA_OUT)
			return &k->sas[i - 1];
	return NULL;
}

unsigned
fake_kernel_count(const struct fake_kernel *k, enum sa_direction dir)
{
	unsigned n = 0;

	for (unsigned i = 0; i < k->n; i++)
		n += k->sas[i].sa.dir == dir;
	return n;
}

/* Transport mode through a NAT: each end has the addresses that it sees. */
static bool
by_nat(const struct kernel_sa *sa)
{
	return sa->mode == MODE_TRANSPORT && sa->encap_udp
		&& ip_addr_eq(&sa->sel.local.addr_lo, &sa->local.addr)
		&& ip_addr_eq(&sa->sel.remote.addr_lo, &sa->remote.addr);
}

bool
fake_kernel_reaches(struct fake_kernel *a, struct fake_kernel *b)
{
	const struct fake_sa *out = fake_kernel_current(a), *in;

	if (out == NULL)
		return false;
	in = fake_kernel_find(b, SA_IN, out->sa.spi);
	return in != NULL && in->sa.encr == out->sa.encr && in->sa.integ == out->sa.integ
		&& in->sa.encr_bits == out->sa.encr_bits && in->sa.esn == out->sa.esn
		&& in->sa.encap_udp == out->sa.encap_udp && in->sa.protocol == out->sa.protocol
		&& in->sa.cpi == out->sa.cpi && in->sa.mode == out->sa.mode
		&& span_eq(in->sa.encr_key, out->sa.encr_key)
		&& span_eq(in->sa.integ_key, out->sa.integ_key)
		&& (by_nat(&in->sa) || (ts_eq(&in->sa.sel.local, &out->sa.sel.remote)
					&& ts_eq(&in->sa.sel.remote, &out->sa.sel.local)));
}
