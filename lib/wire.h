/* The wire cursor: the only way bytes from outside are read or written.
 *
 * A reader is a value on the stack. Every read checks the room that is left;
 * the first failure is remembered with the name of the field, later reads do
 * nothing and return zero. So a parser reads ten fields in a row and asks once.
 */
#ifndef LIB_WIRE_H
#define LIB_WIRE_H

#include "lib/span.h"

enum wire_err {
	WIRE_OK,
	WIRE_SHORT,	/* the input ended inside a field */
	WIRE_TRAILING,	/* bytes were left over */
	WIRE_VALUE,	/* a field has a value that is not allowed */
	WIRE_FULL,	/* the output has no room */
};

struct wire_reader {
	const uint8_t *pos, *end;
	enum wire_err err;	/* first error; later reads return zero */
	const char *what;	/* the field being read when err was set */
};

struct wire_reader wire_reader(struct span in);
uint8_t wire_u8(struct wire_reader *r, const char *what);
uint16_t wire_u16(struct wire_reader *r, const char *what);
uint32_t wire_u32(struct wire_reader *r, const char *what);
uint64_t wire_u64(struct wire_reader *r, const char *what);
/* The next N bytes, borrowed from the input; {NULL, 0} on failure. */
struct span wire_bytes(struct wire_reader *r, size_t n, const char *what);
/* Copies N bytes to OUT; fills OUT with zeros on failure. */
void wire_copy(struct wire_reader *r, void *out, size_t n, const char *what);
void wire_skip(struct wire_reader *r, size_t n, const char *what);
/* A reader bounded to the next N bytes; its errors are its own. */
struct wire_reader wire_sub(struct wire_reader *r, size_t n, const char *what);
/* Everything that is left, as a span; the reader is then at its end. */
struct span wire_rest(struct wire_reader *r);
size_t wire_left(const struct wire_reader *r);
/* Marks a value as not allowed (only the first error is kept). */
void wire_bad(struct wire_reader *r, const char *what);
bool wire_ok(const struct wire_reader *r);
/* No error and nothing left over; sets WIRE_TRAILING otherwise. */
bool wire_done(struct wire_reader *r);
const char *wire_err_name(enum wire_err err);

/* A bounded writer over caller's memory, with the same sticky error. */
struct wire_writer {
	uint8_t *buf;
	size_t len, max;
	enum wire_err err;
};

struct wire_writer wire_writer(void *buf, size_t max);
void wire_put_u8(struct wire_writer *w, uint8_t v);
void wire_put_u16(struct wire_writer *w, uint16_t v);
void wire_put_u32(struct wire_writer *w, uint32_t v);
void wire_put_u64(struct wire_writer *w, uint64_t v);
void wire_put(struct wire_writer *w, struct span bytes);
void wire_put_zeros(struct wire_writer *w, size_t n);
/* Room for N bytes to be filled by the caller; NULL when full. */
uint8_t *wire_room(struct wire_writer *w, size_t n);
/* Reserves a 16-bit length; wire_end_len16 patches it with the bytes written
 * since MARK plus EXTRA (2 when the length counts itself, 4 for a payload
 * whose first two bytes stand before the length). */
size_t wire_begin_len16(struct wire_writer *w);
void wire_end_len16(struct wire_writer *w, size_t mark, size_t extra);
/* Overwrites bytes already written. */
void wire_patch_u8(struct wire_writer *w, size_t at, uint8_t v);
void wire_patch_u16(struct wire_writer *w, size_t at, uint16_t v);
void wire_patch_u32(struct wire_writer *w, size_t at, uint32_t v);
struct span wire_written(const struct wire_writer *w);
bool wire_fits(const struct wire_writer *w);	/* no error so far */

#endif
