/* What the vector tests share: hex to owned bytes, and comparison with it. */
#ifndef PLUTO_CRYPTO_VECTORS_H
#define PLUTO_CRYPTO_VECTORS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib/span.h"

#define N_ROWS(array) (sizeof(array) / sizeof(*(array)))

/* Bytes of TEXT; the caller frees. */
static inline struct chunk
unhex(const char *text)
{
	struct chunk c = chunk_new(strlen(text) / 2);

	if (c.len)
		assert_int_equal(span_unhex(text, c.ptr, c.len), (int)c.len);
	return c;
}

/* Fails with WHAT when GOT is not the bytes of TEXT. */
static inline void
same_hex(struct span got, const char *text, const char *what)
{
	struct chunk want = unhex(text);

	if (!span_eq(got, chunk_span(want)))
		fail_msg("%s: not %s", what, text);
	chunk_free(&want);
}

/* Fails when a test case came out otherwise than the table says. */
static inline void
same_verdict(bool got, bool want, int tc, const char *note)
{
	if (got != want)
		fail_msg("case %d (%s): %s", tc, note,
		    got ? "accepted" : "refused");
}

#endif
