/* Key material: wiped when freed, and without any way to print it. */
#include "lib/secret.h"

#include <string.h>

struct secret
secret_new(size_t len)
{
	return (struct secret){ .bytes = chunk_new(len) };
}

struct secret
secret_copy(struct span from)
{
	return (struct secret){ .bytes = chunk_copy(from) };
}

struct span
secret_span(const struct secret *s)
{
	return chunk_span(s->bytes);
}

void
secret_wipe(void *p, size_t len)
{
	if (len != 0)
		explicit_bzero(p, len);
}

void
secret_free(struct secret *s)
{
	secret_wipe(s->bytes.ptr, s->bytes.len);
	chunk_free(&s->bytes);
}
