/* Encryption of whole messages, and the later exchanges' IVs and hashes. */
#include "pluto/ikev1/seal.h"

#include <string.h>

#include "pluto/crypto/cipher.h"

static size_t
block_of(const struct isakmp *sa)
{
	const struct cipher_desc *d = cipher_desc(sa->encr, sa->encr_bits);

	return d != NULL ? d->block : 0;
}

struct chunk
v1_seal(struct isakmp *sa, uint8_t iv[V1_BLOCK_MAX], struct ike_build *b)
{
	size_t block = block_of(sa), over = block == 0 ? 0 : (b->w.len - IKE_HDR_LEN) % block;
	struct chunk out = { NULL, 0 };
	struct span plain;

	if (block == 0 || !wire_fits(&b->w))
		return out;
	/* RFC 2409 5: padded with zeros; the header's length covers the padding. */
	if (over != 0)
		wire_put_zeros(&b->w, block - over);
	plain = ike_build_end(b);
	out = chunk_copy(plain);
	if (out.ptr != NULL && v1_encrypt(&sa->keys, sa->encr, sa->encr_bits, iv,
					  out.ptr + IKE_HDR_LEN, out.len - IKE_HDR_LEN) != 0)
		chunk_free(&out);
	return out;
}

struct chunk
v1_unseal(struct isakmp *sa, uint8_t iv[V1_BLOCK_MAX], struct span datagram)
{
	struct wire_reader r = wire_reader(datagram);
	struct chunk out;

	wire_skip(&r, IKE_HDR_LEN, "header");
	out = chunk_copy(wire_rest(&r));
	if (out.ptr != NULL
	    && v1_decrypt(&sa->keys, sa->encr, sa->encr_bits, iv, out.ptr, out.len) != 0)
		chunk_free(&out);
	return out;
}

static struct span
number(uint32_t msgid, uint8_t out[4])
{
	struct wire_writer w = wire_writer(out, 4);

	wire_put_u32(&w, msgid);
	return wire_written(&w);
}

bool
v1_exchange_iv(const struct isakmp *sa, uint32_t msgid, uint8_t iv[V1_BLOCK_MAX])
{
	uint8_t id[4], out[V1_HASH_MAX];
	const struct span parts[] = { span_of(sa->iv, block_of(sa)), number(msgid, id) };

	if (block_of(sa) == 0 || v1_digest(sa->prf, parts, 2, out) < 0)
		return false;
	memcpy(iv, out, V1_BLOCK_MAX);
	return true;
}

size_t
v1_exchange_hash(const struct isakmp *sa, uint32_t msgid, struct span ni, struct span rest,
		 uint8_t out[V1_HASH_MAX])
{
	uint8_t id[4];
	const struct span parts[] = { number(msgid, id), ni, rest };
	int n = v1_hash(&sa->keys, parts, 3, out);

	return n > 0 ? (size_t)n : 0;
}

struct chunk
v1_protected(struct isakmp *sa, uint8_t exchange, uint32_t msgid, uint8_t iv[V1_BLOCK_MAX],
	     struct span hash, struct span inner, uint8_t first)
{
	struct ike_hdr h = { .version = V1_VERSION, .exchange = exchange,
		.flags = V1_FLAG_ENCRYPTED, .message_id = msgid };
	uint8_t buf[MESSAGE_ROOM];
	struct ike_build b;
	size_t at;

	memcpy(h.spi_i, sa->cky_i, COOKIE_LEN);
	memcpy(h.spi_r, sa->cky_r, COOKIE_LEN);
	b = ike_build_message(buf, sizeof(buf), &h);
	at = b.w.len;
	ike_build_payload(&b, V1_HASH, hash);
	wire_patch_u8(&b.w, at, first);
	wire_put(&b.w, inner);
	return v1_seal(sa, iv, &b);
}

uint32_t
v1_new_msgid(struct isakmp *sa)
{
	uint32_t id = 0;

	while (id == 0)
		v1_random(sa->e, &id, sizeof(id));
	return id;
}
