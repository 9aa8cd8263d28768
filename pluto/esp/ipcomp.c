/* IPComp (RFC 3173) with deflate (RFC 2394): payloads made shorter, and back.
 * Needs zlib. */
#include "pluto/esp/ipcomp.h"

#include "lib/wire.h"

/* Raw streams. 2 kB of history are enough for a packet, and all that Linux has. */
enum { BITS_OUT = -11, BITS_IN = -15, MEMORY = 8, BAD_IN_A_ROW = 8, SKIPPED = 64 };

void
ipcomp_clear(struct ipcomp *c)
{
	if (c->has_out)
		deflateEnd(&c->out);
	if (c->has_in)
		inflateEnd(&c->in);
	*c = (struct ipcomp){ .has_out = false };
}

static bool
ready_out(struct ipcomp *c)
{
	if (c->has_out)
		return deflateReset(&c->out) == Z_OK;
	c->has_out = deflateInit2(&c->out, Z_DEFAULT_COMPRESSION, Z_DEFLATED, BITS_OUT, MEMORY,
				  Z_DEFAULT_STRATEGY) == Z_OK;
	return c->has_out;
}

static bool
ready_in(struct ipcomp *c)
{
	if (c->has_in)
		return inflateReset(&c->in) == Z_OK;
	c->has_in = inflateInit2(&c->in, BITS_IN) == Z_OK;
	return c->has_in;
}

size_t
ipcomp_shrink(struct ipcomp *c, uint8_t *out, struct span in, uint8_t next_header, uint16_t cpi)
{
	struct wire_writer w = wire_writer(out, IPCOMP_HDR_LEN);

	if (in.len < IPCOMP_LEAST || !ready_out(c))
		return 0;
	wire_put_u8(&w, next_header);
	wire_put_u8(&w, 0);
	wire_put_u16(&w, cpi);
	/* zlib's own prototype has no const. */
	c->out.next_in = (uint8_t *)(uintptr_t)in.ptr;
	c->out.avail_in = (uInt)in.len;
	c->out.next_out = out + IPCOMP_HDR_LEN;
	c->out.avail_out = (uInt)(in.len - IPCOMP_HDR_LEN - 1);
	if (deflate(&c->out, Z_FINISH) != Z_STREAM_END)
		return 0;
	return IPCOMP_HDR_LEN + (size_t)c->out.total_out;
}

bool
ipcomp_read(struct span in, struct ipcomp_header *out)
{
	struct wire_reader r = wire_reader(in);

	out->next_header = wire_u8(&r, "next header");
	wire_skip(&r, 1, "flags");
	out->cpi = wire_u16(&r, "CPI");
	return wire_ok(&r);
}

size_t
ipcomp_grow(struct ipcomp *c, uint8_t *out, size_t room, struct span in)
{
	struct wire_reader r = wire_reader(in);
	struct span body;

	wire_skip(&r, IPCOMP_HDR_LEN, "IPComp header");
	body = wire_rest(&r);
	if (body.len == 0 || !ready_in(c))
		return 0;
	c->in.next_in = (uint8_t *)(uintptr_t)body.ptr;
	c->in.avail_in = (uInt)body.len;
	c->in.next_out = out;
	c->in.avail_out = (uInt)room;
	if (inflate(&c->in, Z_FINISH) != Z_STREAM_END)
		return 0;
	return (size_t)c->in.total_out;
}

bool
ipcomp_try(struct ipcomp_luck *l)
{
	if (l->skip == 0)
		return true;
	l->skip--;
	return false;
}

void
ipcomp_result(struct ipcomp_luck *l, bool shorter)
{
	l->bad = shorter ? 0 : (uint8_t)(l->bad + 1);
	if (l->bad < BAD_IN_A_ROW)
		return;
	l->bad = 0;
	l->skip = SKIPPED;
}
