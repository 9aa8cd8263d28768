/* Messages that are too long for one datagram. */
#include "pluto/ikev1/frag.h"

#include <stdlib.h>
#include <string.h>

/* Header, generic header, id, number and flags of each part. */
enum { PART_OVERHEAD = IKE_HDR_LEN + 8 };

struct fragments {
	uint16_t id;
	uint64_t begun_ms;
	uint8_t last;			/* number of the last one; 0: not seen */
	size_t bytes;
	struct chunk part[FRAGMENTS_MAX];	/* owned */
};

static void
send_part(struct isakmp *sa, const struct ike_hdr *of, const struct v1_fragment *f)
{
	struct ike_hdr h = { .version = V1_VERSION, .exchange = of->exchange,
		.message_id = of->message_id };
	uint8_t buf[MESSAGE_ROOM];
	struct ike_build b;

	memcpy(h.spi_i, of->spi_i, COOKIE_LEN);
	memcpy(h.spi_r, of->spi_r, COOKIE_LEN);
	b = ike_build_message(buf, sizeof(buf), &h);
	v1_put_fragment(&b, f);
	v1_send(sa->e, &sa->local, &sa->remote, ike_build_end(&b));
}

static void
send_in_parts(struct isakmp *sa, const struct ike_hdr *of, struct span datagram, size_t each)
{
	struct wire_reader r = wire_reader(datagram);
	struct v1_fragment f = { .id = ++sa->last_fragments, .number = 1 };

	while (wire_left(&r) > 0) {
		f.data = wire_bytes(&r, wire_left(&r) < each ? wire_left(&r) : each, "part");
		f.last = wire_left(&r) == 0;
		send_part(sa, of, &f);
		f.number++;
	}
}

/* What a datagram may hold: behind the headers of IP and UDP and the non-ESP marker. */
static size_t
limit(const struct isakmp *sa)
{
	bool v6 = sa->remote.addr.family == IP_V6;
	size_t packet = v6 ? sa->e->cfg.fragment_v6 : sa->e->cfg.fragment_v4;
	size_t overhead = (v6 ? 40u : 20u) + 8u + 4u;

	return packet > 2 * overhead + PART_OVERHEAD ? packet - overhead : IKE_MAX_DATAGRAM;
}

void
isakmp_send(struct isakmp *sa, struct span datagram)
{
	size_t over = limit(sa), each = over - PART_OVERHEAD;
	struct parse_error e;
	struct ike_hdr h;

	if (sa->peer_fragments && datagram.len > over
	    && datagram.len <= each * FRAGMENTS_MAX && v1_hdr_read(datagram, &h, &e))
		send_in_parts(sa, &h, datagram, each);
	else
		v1_send(sa->e, &sa->local, &sa->remote, datagram);
}

void
isakmp_send_again(struct isakmp *sa, struct span datagram)
{
	if (!sa->e->cfg.no_retransmits)
		isakmp_send(sa, datagram);
}

static void
forget(struct isakmp *sa)
{
	struct fragments *f = sa->fragments;

	for (unsigned i = 0; i < FRAGMENTS_MAX; i++)
		chunk_free(&f->part[i]);
	sa->e->fragment_bytes -= f->bytes;
	*f = (struct fragments){ 0 };
}

void
fragments_free(struct isakmp *sa)
{
	if (sa->fragments == NULL)
		return;
	forget(sa);
	free(sa->fragments);
	sa->fragments = NULL;
}

static bool
read_part(const struct ike_hdr *h, struct span datagram, struct v1_fragment *out)
{
	struct wire_reader r = wire_reader(datagram);
	struct parse_error e;
	struct v1_chain in;

	wire_skip(&r, IKE_HDR_LEN, "header");
	return v1_chain_read(wire_rest(&r), h->next_payload, false, &in, &e) && in.n == 1
		&& v1_fragment_read(in.p[0].body, out, &e) && out->number <= FRAGMENTS_MAX;
}

/* The set that F belongs to, with room for it. */
static struct fragments *
set_for(struct isakmp *sa, const struct v1_fragment *f)
{
	uint64_t now = v1_now(sa->e);

	if (sa->fragments == NULL)
		sa->fragments = calloc(1, sizeof(*sa->fragments));
	if (sa->fragments == NULL)
		return NULL;
	if (sa->fragments->bytes > 0
	    && (sa->fragments->id != f->id || now > sa->fragments->begun_ms + FRAGMENTS_MS))
		forget(sa);
	if (sa->fragments->bytes == 0) {
		sa->fragments->id = f->id;
		sa->fragments->begun_ms = now;
	}
	if (sa->fragments->bytes + f->data.len > FRAGMENTS_BYTES
	    || sa->e->fragment_bytes + f->data.len > FRAGMENTS_ALL_BYTES)
		return NULL;
	return sa->fragments;
}

static struct chunk
join(const struct fragments *f)
{
	struct chunk whole = { NULL, 0 };
	struct wire_writer w;

	if (f->last == 0)
		return whole;
	for (unsigned i = 0; i < f->last; i++)
		if (f->part[i].len == 0)
			return whole;
	whole = chunk_new(f->bytes);
	if (whole.ptr == NULL)
		return whole;
	w = wire_writer(whole.ptr, whole.len);
	for (unsigned i = 0; i < f->last; i++)
		wire_put(&w, chunk_span(f->part[i]));
	whole.len = w.len;
	return whole;
}

struct chunk
fragments_take(struct isakmp *sa, const struct ike_hdr *h, struct span datagram)
{
	const struct chunk nothing = { NULL, 0 };
	struct fragments *set;
	struct v1_fragment f;
	struct chunk whole;

	if (!read_part(h, datagram, &f))
		return nothing;
	set = set_for(sa, &f);
	if (set == NULL || set->part[f.number - 1].len > 0 || (set->last != 0 && f.last))
		return nothing;
	set->part[f.number - 1] = chunk_copy(f.data);
	set->bytes += set->part[f.number - 1].len;
	sa->e->fragment_bytes += set->part[f.number - 1].len;
	if (f.last)
		set->last = f.number;
	whole = join(set);
	if (whole.len > 0)
		fragments_free(sa);
	return whole;
}
