/* Memory that runs out when a test says so. Link with FAKE_MEMORY_LIBS: what our own
 * objects take from malloc, calloc, realloc and reallocarray then comes through here. */
#ifndef TESTS_FAKE_MEMORY_H
#define TESTS_FAKE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* The Nth request from now on, counted from 1, gets nothing; and so the MORE after it.
 * N 0: none does. */
void fake_memory_fail(unsigned n, unsigned more);
/* Requests since fake_memory_fail. */
unsigned fake_memory_asked(void);
/* What OpenSSL takes may be refused too; it is not counted as live, since it keeps things
 * for later. To be called before anything else of OpenSSL; false: too late. */
bool fake_memory_openssl(void);
/* Whether it is, from now on. */
void fake_memory_openssl_too(bool too);
/* Blocks that were taken and not given back. */
size_t fake_memory_live(void);
/* LIFE with HOW, again and again: each request that it makes fails in its turn, and the
 * MORE after it. It is given what fake_memory_fail takes, and gives what was asked for.
 * The environment: NTH, this one alone; SWEEP_TRACE, a line for each. */
typedef unsigned fake_memory_life(unsigned n, unsigned more, const void *how);
void fake_memory_sweep(const char *what, unsigned more, bool openssl, fake_memory_life *life,
		       const void *how);

#endif
