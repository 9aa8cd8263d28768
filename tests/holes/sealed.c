/* A hostile peer that has the keys of its IKE SA. */
#include "tests/holes/sealed.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER = 28, GENERIC = 4, FIRST_AT = 16 };

static const struct spell_live nobody;

struct ike_sa *
sealed_sa(struct pair *p, int who)
{
	struct ike_engine *e = p->side[who].e;

	for (uint64_t n = e->last_serial; n > 0; n--) {
		struct ike_sa *sa = ike_sa_find(e, n);

		if (sa != NULL && sa->keys.sk_ei.bytes.len > 0)
			return sa;
	}
	return NULL;
}

struct sealer *
sealed_writer(struct pair *p, int who)
{
	const struct ike_sa *sa = sealed_sa(p, who);
	const struct ike_keymat *k = &sa->keys;
	bool i = sa->role == SA_INITIATOR;

	return sealer_new(sa->chosen.encr, sa->chosen.encr_bits, sa->chosen.integ,
			  secret_span(i ? &k->sk_ei : &k->sk_er),
			  secret_span(i ? &k->sk_ai : &k->sk_ar));
}

bool
sealed_open(struct pair *p, int who, struct span d, uint8_t buf[SEALED_MAX], struct span *plain,
	    uint8_t *first)
{
	struct sealer *s = sealed_writer(p, who);
	struct parse_error e;
	struct ike_msg m;
	bool ok = s != NULL && ike_msg_read(d, &m, &e)
		&& sk_open(s, &m, buf, SEALED_MAX, plain, first, &e) == 0;

	sealer_free(s);
	return ok;
}

static void
append(struct spelled *out, uint8_t *next, const uint8_t *payload, size_t len, uint8_t type)
{
	*next = type;
	memcpy(out->bytes + out->len, payload, len);
	out->len += len;
}

/* The words' payloads, one after the other. */
static uint8_t *
append_words(struct spelled *out, uint8_t *next, const char *words)
{
	struct spelled *s = malloc(sizeof(*s));
	uint8_t type;

	assert_non_null(s);
	spell(words, &nobody, s);
	type = s->first;
	for (unsigned i = 0; i < s->n; i++) {
		uint8_t *at = out->bytes + out->len, after = s->bytes[s->at[i]];

		append(out, next, s->bytes + s->at[i], s->at[i + 1] - s->at[i], type);
		*at = 0;
		next = at;
		type = after;
	}
	free(s);
	return next;
}

void
sealed_alter(const struct alteration *a, struct span plain, uint8_t first, struct spelled *out)
{
	struct payload_list l = { 0 };
	struct parse_error e;
	uint8_t *next = &out->first;
	bool done = false;

	*next = 0;
	out->len = 0;
	if (a->change != ALL)
		assert_true(payload_list_read(plain, first, &l, &e));
	for (unsigned i = 0; i < l.n; i++) {
		struct span whole = span_of(l.p[i].body.ptr - GENERIC, l.p[i].body.len + GENERIC);
		uint8_t *at = out->bytes + out->len;

		if (a->change != BESIDE && l.p[i].type == a->type) {
			if (a->change == INSTEAD && !done)
				next = append_words(out, next, a->words);
			done = true;
			continue;
		}
		append(out, next, whole.ptr, whole.len, l.p[i].type);
		*at = 0;
		next = at;
	}
	if (a->change == BESIDE || a->change == ALL)
		append_words(out, next, a->words);
}

static size_t
put_header(const struct ike_sa *sa, uint8_t exchange, uint8_t flags, uint32_t id, uint8_t *m)
{
	struct wire_writer w = wire_writer(m, HEADER);

	wire_put(&w, SPAN_OF(sa->spi_i));
	wire_put(&w, SPAN_OF(sa->spi_r));
	wire_put_u8(&w, P_SK);
	wire_put_u8(&w, 0x20);
	wire_put_u8(&w, exchange);
	wire_put_u8(&w, flags);
	wire_put_u32(&w, id);
	wire_put_zeros(&w, 4);
	return w.len;
}

/* The type of the payload that follows goes where that is said. */
static uint8_t *
put_outer(const char *outer, uint8_t *m, size_t *len)
{
	struct spelled *s = malloc(sizeof(*s));
	uint8_t *next = m + FIRST_AT;

	assert_non_null(s);
	s->n = 0;
	if (outer != NULL)
		spell(outer, &nobody, s);
	if (s->n > 0) {
		*next = s->first;
		next = m + *len + s->at[s->n - 1];
		memcpy(m + *len, s->bytes, s->len);
		*len += s->len;
	}
	free(s);
	return next;
}

/* Padded, sealed; the length of the SK payload's body. */
static size_t
put_sealed(struct sealer *s, uint8_t *m, size_t at, const struct spelled *inner)
{
	size_t iv = sealer_iv_len(s), icv = sealer_icv_len(s), block = sealer_block(s);
	size_t pad = (block - (inner->len + 1) % block) % block, data = inner->len + pad + 1;
	uint8_t *body = m + at;

	memcpy(body + iv, inner->bytes, inner->len);
	memset(body + iv + inner->len, 0, pad);
	body[iv + inner->len + pad] = (uint8_t)pad;
	m[at - 4] = inner->first;
	m[at - 3] = 0;
	m[at - 2] = (uint8_t)((iv + data + icv + GENERIC) >> 8);
	m[at - 1] = (uint8_t)(iv + data + icv + GENERIC);
	m[26] = (uint8_t)((at + iv + data + icv) >> 8);
	m[27] = (uint8_t)(at + iv + data + icv);
	assert_int_equal(sealer_seal(s, span_of(m, at), body, body + iv, data, body + iv + data), 0);
	return iv + data + icv;
}

struct chunk
sealed_message(struct pair *p, int who, uint8_t exchange, uint8_t flags, uint32_t message_id,
	       const char *outer, const struct spelled *inner)
{
	struct ike_sa *sa = sealed_sa(p, who);
	struct chunk out = chunk_new(inner->len + 2000);
	size_t len = put_header(sa, exchange, flags, message_id, out.ptr);

	*put_outer(outer, out.ptr, &len) = P_SK;
	len += GENERIC;
	len += put_sealed(sa->seal, out.ptr, len, inner);
	out.len = len;
	return out;
}
