/* What follows from a shared secret: AUTH of IKEv2, SKEYID of IKEv1. */
#include "pluto/crypto/psk.h"

#include "lib/wire.h"
#include "pluto/crypto/prf.h"

static const char pad_words[] = "Key Pad for IKEv2";

struct chunk
psk_auth(uint16_t prf, struct span secret, struct span octets)
{
	const struct span pad = span_str(pad_words);
	size_t n = prf_len(prf);
	struct chunk out = chunk_new(n);
	uint8_t key[64];

	if (out.ptr == NULL || n > sizeof(key) || prf_parts(prf, secret, &pad, 1, key) != 0
	    || prf_parts(prf, span_of(key, n), &octets, 1, out.ptr) != 0)
		chunk_free(&out);
	secret_wipe(key, sizeof(key));
	return out;
}

/* Nonces stand for themselves: where one ends and the other begins makes no difference. */
static bool
are_pad_words(struct span ni, struct span nr)
{
	uint8_t both[sizeof(pad_words)];
	struct wire_writer w = wire_writer(both, sizeof(both));

	wire_put(&w, ni);
	wire_put(&w, nr);
	return wire_fits(&w) && span_eq(wire_written(&w), span_str(pad_words));
}

struct secret
psk_skeyid(uint16_t prf, struct span secret, struct span ni, struct span nr)
{
	const struct span nonces[] = { ni, nr };
	struct secret out = { { NULL, 0 } };

	if (secret.len == 0 || ni.len == 0 || nr.len == 0 || ni.len > PSK_NONCE_MAX
	    || nr.len > PSK_NONCE_MAX || are_pad_words(ni, nr))
		return out;
	out = secret_new(prf_len(prf));
	if (out.bytes.ptr != NULL && prf_parts(prf, secret, nonces, 2, out.bytes.ptr) != 0)
		secret_free(&out);
	return out;
}
