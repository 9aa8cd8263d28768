/* What both tests of signatures need. */
#ifndef PLUTO_CRYPTO_SIGN_TEST_H
#define PLUTO_CRYPTO_SIGN_TEST_H

#include "pluto/crypto/vectors.h"

#include "lib/wire.h"
#include "pluto/crypto/sign_algs.h"

static inline const struct sig_alg *
row(enum pubkey_kind kind, enum sig_scheme scheme, uint8_t hash)
{
	size_t n;
	const struct sig_alg *a = sig_algs(&n);

	for (size_t i = 0; i < n; i++)
		if (a[i].kind == kind && a[i].scheme == scheme &&
		    a[i].hash == hash)
			return &a[i];
	fail();
	return NULL;
}

/* Method 14's wrapping; A NULL: the bare signature of the older methods. */
static inline struct chunk
wrapped(const struct sig_alg *a, struct span sig)
{
	uint8_t buf[2048];
	struct wire_writer w = wire_writer(buf, sizeof(buf));

	if (a) {
		wire_put_u8(&w, (uint8_t)a->id.len);
		wire_put(&w, a->id);
	}
	wire_put(&w, sig);
	return chunk_copy(wire_written(&w));
}

#endif
