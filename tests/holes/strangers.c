/* What is done to a spelled message before it is sent. */
#include "tests/holes/strangers.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER = 28, FIRST_AT = 16, VERSION_AT = 17, LENGTH_AT = 24 };

struct sending {
	struct spelled *s;
	uint8_t *copy;		/* SPELL_MAX + 1 */
	stranger_fn *fn;
	void *ctx;
};

/* Exactly as long as the datagram, so that a sanitizer sees one octet too far. */
static void
send_bytes(const struct sending *g, const uint8_t *bytes, size_t len)
{
	uint8_t *exact = malloc(len > 0 ? len : 1);

	if (exact == NULL)
		abort();
	memcpy(exact, bytes, len);
	g->fn(g->ctx, span_of(exact, len));
	free(exact);
}

static void
send_once(const struct sending *g)
{
	send_bytes(g, g->s->bytes, g->s->len);
}

static void
set_length(uint8_t *m, size_t len)
{
	m[LENGTH_AT] = m[LENGTH_AT + 1] = 0;
	m[LENGTH_AT + 2] = (uint8_t)(len >> 8);
	m[LENGTH_AT + 3] = (uint8_t)len;
}

/* With the length of the whole, and with that of what there is. */
static void
send_cut(const struct sending *g)
{
	memcpy(g->copy, g->s->bytes, g->s->len);
	g->copy[g->s->len] = 0;
	for (size_t n = 0; n <= g->s->len + 1; n++)
		if (n != g->s->len)
			send_bytes(g, g->copy, n);
	for (size_t n = HEADER; n < g->s->len; n++) {
		set_length(g->copy, n);
		send_bytes(g, g->copy, n);
	}
}

static void
send_octets(const struct sending *g)
{
	static const uint8_t values[] = { 0, 1, 3, 4, 0x7f, 0x80, 0xff };

	for (size_t at = HEADER; at < g->s->len; at++)
		for (size_t i = 0; i < sizeof(values); i++) {
			memcpy(g->copy, g->s->bytes, g->s->len);
			g->copy[at] = values[i];
			send_bytes(g, g->copy, g->s->len);
		}
}

static void
send_lengths(const struct sending *g)
{
	static const uint32_t whole[] = { 0, 1, 27, 28, 0xffff, 0x7fffffff, 0xffffffff };
	static const int off[] = { -30000, -5, -4, -1, 1, 4, 5, 30000 };
	static const uint16_t of_payload[] = { 0, 1, 2, 3, 4, 5, 0xffff };
	const struct spelled *s = g->s;

	memcpy(g->copy, s->bytes, s->len);
	for (size_t i = 0; i < sizeof(whole) / sizeof(*whole); i++) {
		for (int k = 0; k < 4; k++)
			g->copy[LENGTH_AT + k] = (uint8_t)(whole[i] >> (24 - 8 * k));
		send_bytes(g, g->copy, s->len);
	}
	for (unsigned p = 0; p < s->n; p++) {
		size_t len = s->at[p + 1] - s->at[p];

		memcpy(g->copy, s->bytes, s->len);
		for (size_t i = 0; i < 15; i++) {
			size_t lie = i < 8 ? len + (size_t)off[i] : of_payload[i - 8];

			g->copy[s->at[p] + 2] = (uint8_t)(lie >> 8);
			g->copy[s->at[p] + 3] = (uint8_t)lie;
			send_bytes(g, g->copy, s->len);
		}
	}
}

/* Payloads in this order, linked as they stand. */
static void
send_order(const struct sending *g, const unsigned *order, unsigned n, int renumber, uint8_t type)
{
	const struct spelled *s = g->s;
	size_t len = HEADER, next_at = FIRST_AT;

	memcpy(g->copy, s->bytes, HEADER);
	g->copy[FIRST_AT] = 0;
	for (unsigned i = 0; i < n; i++) {
		unsigned p = order[i];
		size_t size = s->at[p + 1] - s->at[p];
		uint8_t t = p == 0 ? s->bytes[FIRST_AT] : s->bytes[s->at[p - 1]];

		if (len + size > SPELL_MAX)
			return;
		memcpy(g->copy + len, s->bytes + s->at[p], size);
		g->copy[next_at] = (int)i == renumber ? type : t;
		g->copy[len] = 0;
		next_at = len;
		len += size;
	}
	set_length(g->copy, len);
	send_bytes(g, g->copy, len);
}

static void
send_payloads(const struct sending *g)
{
	static const uint8_t types[] = { 0, 1, 2, 8, 11, 12, 15, 20, 33, 35, 39, 42, 44, 46, 48, 53,
		54, 128, 132, 255 };
	unsigned order[SPELL_PAYLOADS + 1], n = g->s->n;

	for (unsigned p = 0; p < n; p++) {
		unsigned k = 0;

		for (unsigned i = 0; i < n; i++)
			if (i != p)
				order[k++] = i;
		send_order(g, order, k, -1, 0);
		for (unsigned i = 0; i < n; i++)
			order[i] = i;
		order[n] = p;
		send_order(g, order, n + 1, -1, 0);
		for (size_t t = 0; t < sizeof(types); t++)
			send_order(g, order, n, (int)p, types[t]);
	}
	for (unsigned i = 0; i < n; i++)
		order[i] = n - 1 - i;
	send_order(g, order, n, -1, 0);
}

/* The second payload is KE: its group stands first. */
static void
send_groups(const struct sending *g)
{
	size_t at = g->s->at[1] + 4;

	memcpy(g->copy, g->s->bytes, g->s->len);
	for (unsigned group = 0; group < 65536; group++) {
		if (group == (unsigned)(g->s->bytes[at] << 8 | g->s->bytes[at + 1]))
			continue;
		g->copy[at] = (uint8_t)(group >> 8);
		g->copy[at + 1] = (uint8_t)group;
		send_bytes(g, g->copy, g->s->len);
	}
}

void
stranger_each(enum how how, const char *words, const struct spell_live *live, stranger_fn *fn,
	      void *ctx)
{
	static void (*const ways[])(const struct sending *g) = { [ONCE] = send_once, [CUT] = send_cut,
		[OCTETS] = send_octets, [LENGTHS] = send_lengths, [PAYLOADS] = send_payloads,
		[GROUPS] = send_groups };
	struct sending g = { .s = malloc(sizeof(*g.s)), .copy = malloc(SPELL_MAX + 1), .fn = fn,
		.ctx = ctx };

	if (g.s == NULL || g.copy == NULL)
		abort();
	spell(words, live, g.s);
	ways[how](&g);
	free(g.s);
	free(g.copy);
}
