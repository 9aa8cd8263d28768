/* One packet into ESP or AH: IPComp and transport mode before it is sealed. */
#include <string.h>

#include "pluto/esp/ah.h"
#include "pluto/esp/bytes.h"
#include "pluto/esp/worker.h"

enum { V4_HDR = 20, V6_HDR = 40, V4_PROTO = 9, V6_NEXT = 6, HOPS = 64, V4_DF = 0x40 };

struct plain {			/* what is to be protected */
	struct span header;	/* that goes before it in the clear; transport mode */
	size_t next_at;		/* what in it names AH */
	struct span body;
	uint8_t next_header;
};

bool
worker_carries(const struct esp_sa *sa, const struct inner *in, const uint8_t *pkt)
{
	size_t next;

	if (sa->mode == MODE_TUNNEL)
		return true;
	if (sa->protocol == SA_ESP)
		return in->plain && !in->fragment;
	return ah_place(in, pkt, &next) != 0;
}

static size_t
plain_header(const uint8_t *pkt)
{
	return pkt[0] >> 4 == 4 ? V4_HDR : V6_HDR;
}

/* PKT of LEN bytes, as SA protects it. */
static struct plain
plain_of(const struct esp_sa *sa, const uint8_t *pkt, size_t len)
{
	struct plain p = { .body = span_of(pkt, len),
		.next_header = pkt[0] >> 4 == 4 ? INNER_IPV4 : INNER_IPV6 };
	size_t header = plain_header(pkt), next = header == V4_HDR ? V4_PROTO : V6_NEXT;
	struct inner in;

	if (sa->mode == MODE_TUNNEL)
		return p;
	if (sa->protocol == SA_AH && inner_parse(span_of(pkt, len), &in))
		header = ah_place(&in, pkt, &next);
	p.header = span_of(pkt, header);
	p.next_at = next;
	p.next_header = pkt[next];
	p.body = span_of(pkt + header, len - header);
	return p;
}

/* Into OUT, compressed where that is worth it; the length. */
static size_t
put_body(struct worker *w, struct esp_sa *sa, struct plain *p, uint8_t *out)
{
	struct ipcomp_luck *luck = &sa->luck[w->index];
	size_t n = 0;

	if (sa->cpi != 0 && p->body.len >= IPCOMP_LEAST && ipcomp_try(luck)) {
		n = ipcomp_shrink(&w->comp, out, p->body, p->next_header, sa->cpi);
		ipcomp_result(luck, n != 0);
	}
	if (n != 0) {
		p->next_header = IPPROTO_COMP;
		return n;
	}
	memcpy(out, p->body.ptr, p->body.len);
	return p->body.len;
}

/* The kernel writes one of its own where it finds 0, and AH covers it. */
static void
put_ip_id(struct worker *w, uint8_t *hdr)
{
	w->ip_id = (uint16_t)(w->ip_id + 1 != 0x10000 ? w->ip_id + 1 : 1);
	put_be16(hdr + 4, w->ip_id);
}

/* The fields that AH covers must be right, the others are the network's. The
 * kernel adds IPv4's checksum. */
static size_t
put_outer(struct worker *w, const struct tx_to *to, const uint8_t *inner, uint8_t *out)
{
	const struct endpoint *from = &to->path->local, *at = &to->path->remote;

	if (at->addr.family == IP_V6) {
		put_be32(out, 0x60000000u | (uint32_t)to->tos << 20);
		out[7] = HOPS;
		memcpy(out + 8, from->addr.bytes, 16);
		memcpy(out + 24, at->addr.bytes, 16);
		return V6_HDR;
	}
	memset(out, 0, V4_HDR);
	out[0] = 0x45;
	out[1] = to->tos;
	put_ip_id(w, out);
	out[6] = inner[0] >> 4 == 6 ? V4_DF : inner[6] & V4_DF;
	out[8] = HOPS;
	memcpy(out + 12, from->addr.bytes, 4);
	memcpy(out + 16, at->addr.bytes, 4);
	return V4_HDR;
}

static void
put_length(uint8_t *pkt, size_t len)
{
	if (pkt[0] >> 4 == 4)
		put_be16(pkt + 2, (uint16_t)len);
	else
		put_be16(pkt + 4, (uint16_t)(len - V6_HDR));
}

static size_t
into_ah(struct worker *w, const struct tx_to *to, uint64_t seq, struct plain *p, uint8_t *out)
{
	struct esp_crypt *c = esp_sa_crypt(to->sa, w->index);
	size_t at = p->header.len, ah, n;

	if (at != 0) {
		memcpy(out, p->header.ptr, at);
		if (out[0] >> 4 == 4 && be16_at(out + 4) == 0)
			put_ip_id(w, out);
	} else {
		at = put_outer(w, to, p->body.ptr, out);
	}
	ah = ah_len(&to->sa->keys.suite, out[0] >> 4);
	n = put_body(w, to->sa, p, out + at + ah);
	out[p->header.len != 0 ? p->next_at : at == V4_HDR ? V4_PROTO : V6_NEXT] = IPPROTO_AH;
	put_length(out, at + ah + n);
	return ah_seal(c, to->sa->spi, seq, out, at + ah + n, at, p->next_header)
		? at + ah + n : 0;
}

static size_t
into_esp(struct worker *w, const struct tx_to *to, uint64_t seq, struct plain *p, uint8_t *out)
{
	const struct esp_suite *s = &to->sa->keys.suite;
	struct esp_crypt *c = esp_sa_crypt(to->sa, w->index);
	const uint8_t *iv = s->aead ? out : worker_random_iv(w, s->iv_len);
	size_t n = put_body(w, to->sa, p, out + esp_inner_offset(s));

	return iv != NULL ? esp_seal(c, to->sa->spi, seq, out, n, p->next_header, iv) : 0;
}

/* What needs no other place than the one in which it is sealed. */
static size_t
straight(struct worker *w, struct gso *g, const struct tx_to *to, uint64_t seq, uint8_t *out,
	 uint32_t *bytes)
{
	const struct esp_suite *s = &to->sa->keys.suite;
	const uint8_t *iv = s->aead ? out : worker_random_iv(w, s->iv_len);
	size_t len = gso_next(g, out + esp_inner_offset(s));

	*bytes += (uint32_t)len;
	if (iv == NULL)
		return 0;
	return esp_seal(esp_sa_crypt(to->sa, w->index), to->sa->spi, seq, out, len,
			g->version == 4 ? INNER_IPV4 : INNER_IPV6, iv);
}

bool
worker_seal(struct worker *w, struct gso *g, const struct tx_to *to, uint64_t seq,
	    uint32_t *bytes)
{
	const struct esp_sa *sa = to->sa;
	size_t most = gso_largest(g) + (sa->protocol == SA_AH ? V6_HDR + AH_MAX_LEN : 0), len;
	uint8_t *out = tx_room(&w->tx, esp_sealed_len(&sa->keys.suite, most));
	struct plain p;

	if (sa->protocol == SA_ESP && sa->mode == MODE_TUNNEL && sa->cpi == 0) {
		len = straight(w, g, to, seq, out, bytes);
	} else {
		len = gso_next(g, w->plain);
		*bytes += (uint32_t)len;
		p = plain_of(sa, w->plain, len);
		len = sa->protocol == SA_AH ? into_ah(w, to, seq, &p, out)
			: into_esp(w, to, seq, &p, out);
	}
	if (len != 0)
		tx_commit(&w->tx, to, len);
	return len != 0;
}
