/* What a host's own stack has cut, put together again. */
#include "pluto/esp/reasm.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "pluto/esp/bytes.h"
#include "pluto/esp/csum.h"

enum { V4_HDR = 20, V6_HDR = 40, V6_FRAG = 8, UNIT = 8, V4_MF = 0x2000, V4_OFFSET = 0x1fff };

struct fragment {
	uint32_t id;
	size_t header, at, off, len;	/* its header's; where its bytes begin, and where
					 * they belong; how many they are */
	bool more;
	uint8_t proto;
};

/* False for one with options or other extension headers. */
static bool
read_fragment(const struct inner *in, const uint8_t *pkt, struct fragment *f)
{
	uint16_t word;

	if (in->version == 4) {
		word = be16_at(pkt + 6);
		*f = (struct fragment){ .id = be16_at(pkt + 4), .header = V4_HDR, .at = V4_HDR,
			.off = (size_t)(word & V4_OFFSET) * UNIT, .more = (word & V4_MF) != 0,
			.proto = in->proto };
		f->len = in->len - f->at;
		return in->plain;
	}
	if (in->len < V6_HDR + V6_FRAG || pkt[6] != IPPROTO_FRAGMENT)
		return false;
	word = be16_at(pkt + V6_HDR + 2);
	*f = (struct fragment){ .id = be32_at(pkt + V6_HDR + 4), .header = V6_HDR,
		.at = V6_HDR + V6_FRAG, .off = word & 0xfff8u, .more = (word & 1) != 0,
		.proto = pkt[V6_HDR] };
	f->len = in->len - f->at;
	return true;
}

static struct reasm_slot *
find(struct reasm *r, const struct inner *in, const struct fragment *f)
{
	for (int i = 0; i < REASM_SLOTS; i++) {
		struct reasm_slot *s = &r->slot[i];

		if (s->used && s->id == f->id && s->version == in->version &&
		    s->proto == f->proto && ip_addr_eq(&s->src, &in->src) &&
		    ip_addr_eq(&s->dst, &in->dst))
			return s;
	}
	return NULL;
}

/* A free one, or the oldest. */
static struct reasm_slot *
begin(struct reasm *r, const struct inner *in, const struct fragment *f, uint64_t now_ms)
{
	struct reasm_slot *s = &r->slot[0];
	uint8_t *buf;

	for (int i = 1; i < REASM_SLOTS && s->used; i++)
		if (!r->slot[i].used || r->slot[i].since_ms < s->since_ms)
			s = &r->slot[i];
	r->lost += s->used;
	buf = s->buf != NULL ? s->buf : malloc(V6_HDR + REASM_MOST);
	if (buf != NULL)
		*s = (struct reasm_slot){ .used = true, .version = in->version,
			.proto = f->proto, .id = f->id, .src = in->src, .dst = in->dst,
			.since_ms = now_ms, .buf = buf };
	return buf != NULL ? s : NULL;
}

static size_t
finish(const struct reasm_slot *s, const struct fragment *f)
{
	size_t len = f->header + s->have;

	if (s->version == 6) {
		s->buf[6] = f->proto;
		put_be16(s->buf + 4, (uint16_t)s->have);
		return len;
	}
	put_be16(s->buf + 2, (uint16_t)len);
	put_be16(s->buf + 6, 0);
	put_be16(s->buf + 10, 0);
	csum_put_final(s->buf + 10, csum_add(0, s->buf, V4_HDR));
	return len;
}

uint8_t *
reasm_take(struct reasm *r, const struct inner *in, const uint8_t *pkt, uint64_t now_ms,
	   size_t *len)
{
	struct reasm_slot *s;
	struct fragment f;

	if (!read_fragment(in, pkt, &f)) {
		r->lost++;
		return NULL;
	}
	s = find(r, in, &f);
	if (f.off == 0 && s == NULL) {
		s = begin(r, in, &f, now_ms);
		if (s != NULL)
			memcpy(s->buf, pkt, f.header);
	}
	if (s == NULL) {
		r->lost++;
		return NULL;
	}
	if (f.off != s->have || s->have + f.len > REASM_MOST || f.len == 0 ||
	    (f.more && f.len % UNIT != 0)) {
		s->used = false;
		r->lost++;
		return NULL;
	}
	memcpy(s->buf + f.header + s->have, pkt + f.at, f.len);
	s->have += f.len;
	if (f.more)
		return NULL;
	s->used = false;
	*len = finish(s, &f);
	return s->buf;
}

void
reasm_clear(struct reasm *r)
{
	for (int i = 0; i < REASM_SLOTS; i++)
		free(r->slot[i].buf);
	*r = (struct reasm){ .slot[0].used = false };
}
