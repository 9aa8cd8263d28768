/* What OpenSSL does only once, done before the first peer waits for it. */
#include "pluto/crypto/warm.h"

#include "pluto/crypto/cipher.h"
#include "pluto/crypto/ke.h"
#include "pluto/crypto/prf.h"
#include "pluto/crypto/sign.h"
#include "pluto/wire/ike_const.h"

static const uint8_t zeros[32];

static void
warm_ke(struct secret *shared)
{
	struct ke_pair *a = ke_generate(KE_X25519), *b = ke_generate(KE_X25519);

	if (a != NULL && b != NULL)
		ke_shared(a, ke_public(b), shared);
	ke_free(a);
	ke_free(b);
}

static void
warm_sealer(const struct ike_keymat *k)
{
	struct sealer *s = sealer_new(ENCR_AES_GCM_16, 256, INTEG_NONE, secret_span(&k->sk_ei),
				      (struct span){ NULL, 0 });
	uint8_t iv[16], data[32] = { 0 }, icv[32];

	if (s == NULL)
		return;
	sealer_seal(s, SPAN_OF(zeros), iv, data, sizeof(data), icv);
	sealer_open(s, SPAN_OF(zeros), span_of(iv, sealer_iv_len(s)), data, sizeof(data),
		    span_of(icv, sealer_icv_len(s)));
	sealer_free(s);
}

static void
warm_keys(struct span shared)
{
	const struct ike_keymat_in in = {
		.prf = PRF_HMAC_SHA2_256, .encr = ENCR_AES_GCM_16, .encr_bits = 256,
		.ni = SPAN_OF(zeros), .nr = SPAN_OF(zeros), .shared = shared,
	};
	struct ike_keymat k;

	if (ike_keymat_derive(&in, &k) != 0)
		return;
	warm_sealer(&k);
	ike_keymat_free(&k);
}

static void
warm_signature(void)
{
	struct private_key key;
	struct chunk auth;

	if (!private_key_generate(PUBKEY_ED25519, 0, &key))
		return;
	auth = sign_auth(&key, AUTH_DIGITAL_SIGNATURE, sign_our_hashes(), SPAN_OF(zeros));
	verify_auth(&key.pub, AUTH_DIGITAL_SIGNATURE, chunk_span(auth), SPAN_OF(zeros), NULL);
	chunk_free(&auth);
	private_key_free(&key);
}

void
crypto_warm(void)
{
	struct secret shared = { { NULL, 0 } };

	warm_ke(&shared);
	warm_keys(secret_span(&shared));
	secret_free(&shared);
	warm_signature();
}
