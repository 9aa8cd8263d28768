/* SKEYSEED and the seven SK keys; KEYMAT and the four keys of a Child SA. */
#include <errno.h>
#include <string.h>

#include "lib/wire.h"
#include "pluto/crypto/cipher.h"
#include "pluto/crypto/prf.h"

enum { NONCE_MAX = 256, SHARED_MAX = 512, SPI_LEN = 8, PRF_OUT_MAX = 64 };

struct key_sizes {
	size_t encr, integ;
};

/* False when the algorithms are not ours, or do not belong together. */
static bool
key_sizes(uint16_t encr, uint16_t bits, uint16_t integ, struct key_sizes *out)
{
	const struct cipher_desc *c = cipher_desc(encr, bits);
	const struct integ_desc *i = integ_desc(integ);

	if (encr == 0 && i != NULL) {	/* AH */
		*out = (struct key_sizes){ .integ = i->key_len };
		return true;
	}
	if (!c || c->aead == (integ != 0) || (integ != 0 && !i))
		return false;
	out->encr = (size_t)c->key_len + c->salt_len;
	out->integ = i ? i->key_len : 0;
	return true;
}

/* The next LEN bytes as a key of its own; no bytes are an empty secret. */
static bool
take(struct wire_reader *r, size_t len, struct secret *out)
{
	if (len == 0)
		return true;
	*out = secret_copy(wire_bytes(r, len, "key"));
	return out->bytes.ptr != NULL;
}

/* RFC 7296 2.14; for a rekeyed SA 2.18, where the old SA's prf is used. */
static int
skeyseed(const struct ike_keymat_in *in, uint8_t out[PRF_OUT_MAX], size_t *len)
{
	uint8_t nonces[2 * NONCE_MAX];
	struct wire_writer w = wire_writer(nonces, sizeof(nonces));
	const struct span rekey[] = { in->shared, in->ni, in->nr };

	if (in->old_sk_d.len) {
		*len = prf_len(in->old_prf);
		return prf_parts(in->old_prf, in->old_sk_d, rekey, 3, out);
	}
	wire_put(&w, in->ni);
	wire_put(&w, in->nr);
	if (!wire_fits(&w))
		return -EINVAL;
	*len = prf_len(in->prf);
	return prf_parts(in->prf, wire_written(&w), &in->shared, 1, out);
}

static bool
split_ike(struct span all, size_t prf, const struct key_sizes *n,
	  struct ike_keymat *out)
{
	struct wire_reader r = wire_reader(all);

	return take(&r, prf, &out->sk_d) &&
	    take(&r, n->integ, &out->sk_ai) &&
	    take(&r, n->integ, &out->sk_ar) &&
	    take(&r, n->encr, &out->sk_ei) &&
	    take(&r, n->encr, &out->sk_er) &&
	    take(&r, prf, &out->sk_pi) &&
	    take(&r, prf, &out->sk_pr) && wire_done(&r);
}

/* {SK_d | SK_ai | ... | SK_pr} = prf+(SKEYSEED, Ni | Nr | SPIi | SPIr). */
static int
expand_ike(const struct ike_keymat_in *in, struct span seedkey,
	   const struct key_sizes *n, struct ike_keymat *out)
{
	uint8_t buf[2 * NONCE_MAX + 2 * SPI_LEN];
	struct wire_writer w = wire_writer(buf, sizeof(buf));
	size_t prf = prf_len(in->prf);
	struct secret all;
	int rc;

	wire_put(&w, in->ni);
	wire_put(&w, in->nr);
	wire_put(&w, SPAN_OF(in->spi_i));
	wire_put(&w, SPAN_OF(in->spi_r));
	if (!wire_fits(&w))
		return -EINVAL;
	rc = prf_plus(in->prf, seedkey, wire_written(&w), &all,
	    3 * prf + 2 * n->integ + 2 * n->encr);
	if (rc == 0 && !split_ike(secret_span(&all), prf, n, out))
		rc = -EINVAL;
	secret_free(&all);
	return rc;
}

int
ike_keymat_derive(const struct ike_keymat_in *in, struct ike_keymat *out)
{
	uint8_t seed[PRF_OUT_MAX];
	size_t seed_len = 0;
	struct key_sizes n;
	int rc;

	*out = (struct ike_keymat){ 0 };
	/* An empty nonce or secret is a caller's mistake, not a weak key. */
	if (!prf_len(in->prf) || !in->shared.len || !in->ni.len ||
	    !in->nr.len)
		return -EINVAL;
	if (!key_sizes(in->encr, in->encr_bits, in->integ, &n))
		return -EINVAL;
	rc = skeyseed(in, seed, &seed_len);
	if (rc == 0)
		rc = expand_ike(in, span_of(seed, seed_len), &n, out);
	secret_wipe(seed, sizeof(seed));
	if (rc != 0)
		ike_keymat_free(out);
	return rc;
}

void
ike_keymat_free(struct ike_keymat *k)
{
	secret_free(&k->sk_d);
	secret_free(&k->sk_ai);
	secret_free(&k->sk_ar);
	secret_free(&k->sk_ei);
	secret_free(&k->sk_er);
	secret_free(&k->sk_pi);
	secret_free(&k->sk_pr);
}

static bool
split_child(struct span all, const struct key_sizes *n,
	    struct child_keymat *out)
{
	struct wire_reader r = wire_reader(all);

	return take(&r, n->encr, &out->encr_i) &&
	    take(&r, n->integ, &out->integ_i) &&
	    take(&r, n->encr, &out->encr_r) &&
	    take(&r, n->integ, &out->integ_r) && wire_done(&r);
}

/* RFC 7296 2.17: KEYMAT = prf+(SK_d, [g^ir (new) |] Ni | Nr). */
int
child_keymat_derive(const struct child_keymat_in *in, struct child_keymat *out)
{
	uint8_t buf[SHARED_MAX + 2 * NONCE_MAX];
	struct wire_writer w = wire_writer(buf, sizeof(buf));
	struct key_sizes n;
	struct secret all;
	int rc;

	*out = (struct child_keymat){ 0 };
	if (!key_sizes(in->encr, in->encr_bits, in->integ, &n))
		return -EINVAL;
	wire_put(&w, in->shared);
	wire_put(&w, in->ni);
	wire_put(&w, in->nr);
	if (!wire_fits(&w) || !in->sk_d.len)
		return -EINVAL;
	rc = prf_plus(in->prf, in->sk_d, wire_written(&w), &all,
	    2 * (n.encr + n.integ));
	if (rc == 0 && !split_child(secret_span(&all), &n, out))
		rc = -EINVAL;
	secret_free(&all);
	secret_wipe(buf, sizeof(buf));
	if (rc != 0)
		child_keymat_free(out);
	return rc;
}

void
child_keymat_free(struct child_keymat *k)
{
	secret_free(&k->encr_i);
	secret_free(&k->integ_i);
	secret_free(&k->encr_r);
	secret_free(&k->integ_r);
}
