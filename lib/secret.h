/* Key material: wiped when freed, and without any way to print it. */
#ifndef LIB_SECRET_H
#define LIB_SECRET_H

#include "lib/span.h"

struct secret {
	struct chunk bytes;
};

/* LEN zero bytes; .bytes.ptr is NULL when memory is out or LEN is 0. */
struct secret secret_new(size_t len);
struct secret secret_copy(struct span from);
struct span secret_span(const struct secret *s);
/* Wipes, frees, empties. */
void secret_free(struct secret *s);
/* Wipes bytes that live in somebody else's storage (stack, struct). */
void secret_wipe(void *p, size_t len);

#endif
