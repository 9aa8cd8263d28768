/* Borrowed and owned bytes: the two ways in which everything here holds data. */
#ifndef LIB_SPAN_H
#define LIB_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed: somebody else owns the bytes and keeps them alive. */
struct span {
	const uint8_t *ptr;
	size_t len;
};

/* Owned: exactly one chunk_free(). */
struct chunk {
	uint8_t *ptr;
	size_t len;
};

/* A span over an array whose size the compiler knows. */
#define SPAN_OF(array) ((struct span){ (array), sizeof(array) })

/* The bytes of a C string, without its NUL. */
struct span span_str(const char *s);
struct span span_of(const void *p, size_t len);
struct span chunk_span(struct chunk c);

bool span_eq(struct span a, struct span b);
/* Takes the same time wherever the difference is: for ICVs and digests. */
bool span_eq_secret(struct span a, struct span b);
/* Nothing but zeros, in the time of its length: for shared secrets. */
bool span_is_zero(struct span s);
/* Orders by octets; a prefix is lower (RFC 7296 2.8.1 on nonces). */
int span_cmp(struct span a, struct span b);

/* Owned memory of LEN zero bytes, or {NULL, 0} when LEN is 0 or memory is out. */
struct chunk chunk_new(size_t len);
struct chunk chunk_copy(struct span from);
/* Frees and empties; fine on an empty chunk. */
void chunk_free(struct chunk *c);

/* Lower-case hex into OUT (NUL-terminated, truncated to fit); returns OUT. */
char *span_hex(struct span in, char *out, size_t outlen);
/* Hex (blanks allowed between octets) to at most MAX bytes; -EINVAL if bad. */
int span_unhex(const char *text, uint8_t *out, size_t max);

#endif
