/* Memory that runs out when a test says so. */
#include "tests/fake/fake_memory.h"

#include <openssl/crypto.h>
#include <stdint.h>
#include <stdlib.h>

#include "lib/test.h"
#include "tests/fake/fake_net.h"

enum { ROOM = 1 << 17, SWEEP_LEAST = 50, SWEEP_MOST = 20000 };

static struct {
	unsigned asked, from, to, paused;
	bool openssl;
	size_t live;
	const void *block[ROOM];	/* open addressing; GONE where one was */
} m;
static const char gone;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__real_reallocarray(void *p, size_t n, size_t size);
void __real_free(void *p);
void __real_fake_net_send(struct fake_net *net, const struct endpoint *from,
			  const struct endpoint *to, struct span bytes);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);
void __wrap_free(void *p);
void __wrap_fake_net_send(struct fake_net *net, const struct endpoint *from,
			  const struct endpoint *to, struct span bytes);

void
fake_memory_fail(unsigned n, unsigned more)
{
	m.asked = 0;
	m.from = n;
	m.to = n + more;
}

unsigned
fake_memory_asked(void)
{
	return m.asked;
}

size_t
fake_memory_live(void)
{
	return m.live;
}

static bool
refused(void)
{
	if (m.paused > 0)
		return false;
	m.asked++;
	return m.from != 0 && m.asked >= m.from && m.asked <= m.to;
}

/* Where P is, or where it may go when it is not there. */
static size_t
place(const void *p, bool to_put)
{
	size_t i = (size_t)(((uintptr_t)p >> 4) * 0x9e3779b1u) % ROOM;

	while (m.block[i] != NULL && m.block[i] != p && !(to_put && m.block[i] == &gone))
		i = (i + 1) % ROOM;
	return i;
}

static void *
taken(void *p)
{
	if (p != NULL && m.live < ROOM / 2) {
		m.block[place(p, true)] = p;
		m.live++;
	}
	return p;
}

/* Blocks that a library made are not ours to count. */
static void
given_back(const void *p)
{
	size_t i = place(p, false);

	if (p != NULL && m.block[i] == p) {
		m.block[i] = &gone;
		m.live--;
	}
}

void *
__wrap_malloc(size_t size)
{
	return refused() ? NULL : taken(__real_malloc(size));
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return refused() ? NULL : taken(__real_calloc(n, size));
}

void *
__wrap_realloc(void *p, size_t size)
{
	if (refused())
		return NULL;
	given_back(p);
	return taken(__real_realloc(p, size));
}

void *
__wrap_reallocarray(void *p, size_t n, size_t size)
{
	if (refused())
		return NULL;
	given_back(p);
	return taken(__real_reallocarray(p, n, size));
}

void
__wrap_free(void *p)
{
	given_back(p);
	__real_free(p);
}

void
fake_memory_openssl_too(bool too)
{
	m.openssl = too;
}

static void *
openssl_malloc(size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return m.openssl && refused() ? NULL : __real_malloc(size);
}

static void *
openssl_realloc(void *p, size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return m.openssl && refused() ? NULL : __real_realloc(p, size);
}

static void
openssl_free(void *p, const char *file, int line)
{
	(void)file, (void)line;
	__real_free(p);
}

bool
fake_memory_openssl(void)
{
	return CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) == 1;
}

/* What is under way is the test's own. */
void
__wrap_fake_net_send(struct fake_net *net, const struct endpoint *from,
		     const struct endpoint *to, struct span bytes)
{
	m.paused++;
	__real_fake_net_send(net, from, to, bytes);
	m.paused--;
}

void
fake_memory_sweep(const char *what, unsigned more, bool openssl, fake_memory_life *life,
		  const void *how)
{
	const char *one = getenv("NTH");
	unsigned all;

	fake_memory_openssl_too(openssl);
	life(0, 0, how);		/* what is made once is made */
	all = life(0, 0, how);
	assert_in_range(all, SWEEP_LEAST, SWEEP_MOST);
	for (unsigned n = 1; n <= all; n++) {
		if (one != NULL && strtoul(one, NULL, 10) != n)
			continue;
		if (getenv("SWEEP_TRACE") != NULL)
			print_message("%s %u\n", what, n);
		life(n, more, how);
	}
	print_message("%s: each of %u allocations\n", what, all);
}
