/* The writing half of the wire cursor: bounded, with the same sticky error. */
#include "lib/wire.h"

#include <string.h>

struct wire_writer
wire_writer(void *buf, size_t max)
{
	return (struct wire_writer){ .buf = buf, .max = max };
}

bool
wire_fits(const struct wire_writer *w)
{
	return w->err == WIRE_OK;
}

struct span
wire_written(const struct wire_writer *w)
{
	return span_of(w->buf, w->len);
}

uint8_t *
wire_room(struct wire_writer *w, size_t n)
{
	uint8_t *at;

	if (w->err == WIRE_OK && n > w->max - w->len)
		w->err = WIRE_FULL;
	if (w->err != WIRE_OK)
		return NULL;
	at = w->buf + w->len;
	w->len += n;
	return at;
}

static void
store(uint8_t *at, uint64_t v, size_t n)
{
	for (size_t i = n; i > 0; i--) {
		at[i - 1] = (uint8_t)v;
		v >>= 8;
	}
}

static void
put_number(struct wire_writer *w, uint64_t v, size_t n)
{
	uint8_t *at = wire_room(w, n);

	if (at != NULL)
		store(at, v, n);
}

void
wire_put_u8(struct wire_writer *w, uint8_t v)
{
	put_number(w, v, 1);
}

void
wire_put_u16(struct wire_writer *w, uint16_t v)
{
	put_number(w, v, 2);
}

void
wire_put_u32(struct wire_writer *w, uint32_t v)
{
	put_number(w, v, 4);
}

void
wire_put_u64(struct wire_writer *w, uint64_t v)
{
	put_number(w, v, 8);
}

void
wire_put(struct wire_writer *w, struct span bytes)
{
	uint8_t *at = wire_room(w, bytes.len);

	if (at != NULL && bytes.len != 0)
		memcpy(at, bytes.ptr, bytes.len);
}

void
wire_put_zeros(struct wire_writer *w, size_t n)
{
	uint8_t *at = wire_room(w, n);

	if (at != NULL && n != 0)
		memset(at, 0, n);
}

static void
patch(struct wire_writer *w, size_t at, uint64_t v, size_t n)
{
	if (w->err == WIRE_OK && (at > w->len || n > w->len - at))
		w->err = WIRE_FULL;
	if (w->err == WIRE_OK)
		store(w->buf + at, v, n);
}

void
wire_patch_u8(struct wire_writer *w, size_t at, uint8_t v)
{
	patch(w, at, v, 1);
}

void
wire_patch_u16(struct wire_writer *w, size_t at, uint16_t v)
{
	patch(w, at, v, 2);
}

void
wire_patch_u32(struct wire_writer *w, size_t at, uint32_t v)
{
	patch(w, at, v, 4);
}

size_t
wire_begin_len16(struct wire_writer *w)
{
	size_t mark = w->len;

	wire_put_u16(w, 0);
	return mark;
}

void
wire_end_len16(struct wire_writer *w, size_t mark, size_t extra)
{
	size_t len;

	if (w->err != WIRE_OK)
		return;
	len = w->len - mark - 2 + extra;
	if (len > UINT16_MAX)
		w->err = WIRE_FULL;
	wire_patch_u16(w, mark, (uint16_t)len);
}
