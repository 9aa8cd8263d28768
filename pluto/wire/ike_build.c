/* A message under construction: lengths and chains are kept here. */
#include "pluto/wire/ike_build.h"

/* Where the header keeps its next payload and length (RFC 7296 3.1). */
enum { HDR_NEXT_AT = 16, HDR_LENGTH_AT = 24 };

struct ike_build
ike_build_message(void *buf, size_t max, const struct ike_hdr *hdr)
{
	struct ike_build b = {
		.w = wire_writer(buf, max),
		.has_header = true,
		.next_at = HDR_NEXT_AT,
	};

	wire_put(&b.w, SPAN_OF(hdr->spi_i));
	wire_put(&b.w, SPAN_OF(hdr->spi_r));
	wire_put_u8(&b.w, P_NONE);
	wire_put_u8(&b.w, hdr->version);
	wire_put_u8(&b.w, hdr->exchange);
	wire_put_u8(&b.w, hdr->flags);
	wire_put_u32(&b.w, hdr->message_id);
	wire_put_u32(&b.w, 0);
	return b;
}

struct ike_build
ike_build_inner(void *buf, size_t max)
{
	return (struct ike_build){ .w = wire_writer(buf, max) };
}

size_t
ike_build_open(struct ike_build *b, uint8_t type)
{
	/* The first of an inner chain has nobody in front of it to patch. */
	if (b->first == P_NONE)
		b->first = type;
	if (b->has_header || b->w.len != 0)
		wire_patch_u8(&b->w, b->next_at, type);
	b->next_at = b->w.len;
	wire_put_u8(&b->w, P_NONE);
	wire_put_u8(&b->w, 0);
	return wire_begin_len16(&b->w);
}

void
ike_build_close(struct ike_build *b, size_t mark)
{
	wire_end_len16(&b->w, mark, 4);
}

void
ike_build_payload(struct ike_build *b, uint8_t type, struct span body)
{
	size_t mark = ike_build_open(b, type);

	wire_put(&b->w, body);
	ike_build_close(b, mark);
}

void
ike_build_ke(struct ike_build *b, uint16_t group, struct span value)
{
	size_t mark = ike_build_open(b, P_KE);

	wire_put_u16(&b->w, group);
	wire_put_u16(&b->w, 0);
	wire_put(&b->w, value);
	ike_build_close(b, mark);
}

void
ike_build_notify(struct ike_build *b, uint8_t protocol, struct span spi,
		 uint16_t type, struct span data)
{
	size_t mark = ike_build_open(b, P_N);

	wire_put_u8(&b->w, protocol);
	wire_put_u8(&b->w, (uint8_t)spi.len);
	wire_put_u16(&b->w, type);
	wire_put(&b->w, spi);
	wire_put(&b->w, data);
	ike_build_close(b, mark);
}

void
ike_build_delete(struct ike_build *b, uint8_t protocol, uint8_t spi_size,
		 const uint8_t *spis, uint16_t n)
{
	size_t mark = ike_build_open(b, P_D);

	wire_put_u8(&b->w, protocol);
	wire_put_u8(&b->w, spi_size);
	wire_put_u16(&b->w, n);
	wire_put(&b->w, span_of(spis, (size_t)spi_size * n));
	ike_build_close(b, mark);
}

void
ike_build_auth(struct ike_build *b, uint8_t method, struct span data)
{
	size_t mark = ike_build_open(b, P_AUTH);

	wire_put_u8(&b->w, method);
	wire_put_zeros(&b->w, 3);
	wire_put(&b->w, data);
	ike_build_close(b, mark);
}

struct span
ike_build_end(struct ike_build *b)
{
	if (b->has_header)
		wire_patch_u32(&b->w, HDR_LENGTH_AT, (uint32_t)b->w.len);
	return wire_fits(&b->w) ? wire_written(&b->w) : (struct span){ 0 };
}
