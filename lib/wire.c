/* The wire cursor: the only way bytes from outside are read or written. */
#include "lib/wire.h"

#include <string.h>

struct wire_reader
wire_reader(struct span in)
{
	static const uint8_t nothing[1];

	if (in.len == 0)
		return (struct wire_reader){ .pos = nothing, .end = nothing };
	return (struct wire_reader){ .pos = in.ptr, .end = in.ptr + in.len };
}

size_t
wire_left(const struct wire_reader *r)
{
	return (size_t)(r->end - r->pos);
}

static void
fail(struct wire_reader *r, enum wire_err err, const char *what)
{
	if (r->err != WIRE_OK)
		return;
	r->err = err;
	r->what = what;
	/* Nothing is left of a broken input, so loops over what is left end. */
	r->pos = r->end;
}

/* The place of the next N bytes, or NULL. */
static const uint8_t *
take(struct wire_reader *r, size_t n, const char *what)
{
	const uint8_t *at = r->pos;

	if (r->err == WIRE_OK && n > wire_left(r))
		fail(r, WIRE_SHORT, what);
	if (r->err != WIRE_OK)
		return NULL;
	r->pos += n;
	return at;
}

static uint64_t
take_number(struct wire_reader *r, size_t n, const char *what)
{
	const uint8_t *at = take(r, n, what);
	uint64_t v = 0;

	for (size_t i = 0; at != NULL && i < n; i++)
		v = v << 8 | at[i];
	return v;
}

uint8_t
wire_u8(struct wire_reader *r, const char *what)
{
	return (uint8_t)take_number(r, 1, what);
}

uint16_t
wire_u16(struct wire_reader *r, const char *what)
{
	return (uint16_t)take_number(r, 2, what);
}

uint32_t
wire_u32(struct wire_reader *r, const char *what)
{
	return (uint32_t)take_number(r, 4, what);
}

uint64_t
wire_u64(struct wire_reader *r, const char *what)
{
	return take_number(r, 8, what);
}

struct span
wire_bytes(struct wire_reader *r, size_t n, const char *what)
{
	const uint8_t *at = take(r, n, what);

	return at != NULL ? span_of(at, n) : (struct span){ 0 };
}

void
wire_copy(struct wire_reader *r, void *out, size_t n, const char *what)
{
	const uint8_t *at = take(r, n, what);

	if (n == 0)
		return;
	if (at != NULL)
		memcpy(out, at, n);
	else
		memset(out, 0, n);
}

void
wire_skip(struct wire_reader *r, size_t n, const char *what)
{
	take(r, n, what);
}

struct wire_reader
wire_sub(struct wire_reader *r, size_t n, const char *what)
{
	struct wire_reader sub = wire_reader(wire_bytes(r, n, what));

	/* A sub-reader of nothing that exists fails from the start. */
	if (r->err != WIRE_OK)
		fail(&sub, r->err, r->what);
	return sub;
}

struct span
wire_rest(struct wire_reader *r)
{
	return wire_bytes(r, wire_left(r), "rest");
}

void
wire_bad(struct wire_reader *r, const char *what)
{
	fail(r, WIRE_VALUE, what);
}

bool
wire_ok(const struct wire_reader *r)
{
	return r->err == WIRE_OK;
}

bool
wire_done(struct wire_reader *r)
{
	if (wire_left(r) != 0)
		fail(r, WIRE_TRAILING, "trailing bytes");
	return wire_ok(r);
}

const char *
wire_err_name(enum wire_err err)
{
	switch (err) {
	case WIRE_OK:
		return "ok";
	case WIRE_SHORT:
		return "too short";
	case WIRE_TRAILING:
		return "trailing bytes";
	case WIRE_VALUE:
		return "bad value";
	case WIRE_FULL:
		return "no room";
	}
	return "unknown";
}
