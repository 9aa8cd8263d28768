/* AUTH data for each method: which row, in which wrapping. */
#include "pluto/crypto/sign.h"

#include "lib/wire.h"
#include "pluto/crypto/sign_algs.h"
#include "pluto/wire/ike_const.h"

/* RFC 4754 7: the curve fixes the hash, and the signature is r|s. */
struct ecdsa_method {
	uint8_t method;
	enum pubkey_kind kind;
	uint8_t hash;
	size_t half;		/* octets of r, and of s */
	const char *how;
};

static const struct ecdsa_method ecdsa_methods[] = {
	{ AUTH_ECDSA_256, PUBKEY_P256, SIG_HASH_SHA2_256, 32, "ecdsa-256" },
	{ AUTH_ECDSA_384, PUBKEY_P384, SIG_HASH_SHA2_384, 48, "ecdsa-384" },
};

static const struct ecdsa_method *
find_ecdsa(uint8_t method, enum pubkey_kind kind)
{
	for (size_t i = 0; i < 2; i++)
		if (ecdsa_methods[i].method == method &&
		    ecdsa_methods[i].kind == kind)
			return &ecdsa_methods[i];
	return NULL;
}

static const struct sig_alg *
find_alg(enum pubkey_kind kind, enum sig_scheme scheme, uint8_t hash)
{
	size_t n;
	const struct sig_alg *a = sig_algs(&n);

	for (size_t i = 0; i < n; i++)
		if (a[i].kind == kind && a[i].scheme == scheme &&
		    a[i].hash == hash)
			return &a[i];
	return NULL;
}

/* The row we like best among those whose hash the peer knows. */
static const struct sig_alg *
best_alg(enum pubkey_kind kind, sig_hash_set hashes)
{
	size_t n;
	const struct sig_alg *a = sig_algs(&n);

	for (size_t i = 0; i < n; i++)
		if (a[i].kind == kind && (hashes & (1u << a[i].hash)))
			return &a[i];
	return NULL;
}

sig_hash_set
sign_our_hashes(void)
{
	size_t n;
	const struct sig_alg *a = sig_algs(&n);
	unsigned set = 0;

	for (size_t i = 0; i < n; i++)
		set |= 1u << a[i].hash;
	return (sig_hash_set)set;
}

/* RFC 7427 3: length octet, AlgorithmIdentifier, signature. */
static struct chunk
sign_digital(const struct private_key *k, sig_hash_set hashes,
	     struct span octets)
{
	const struct sig_alg *a = best_alg(k->pub.kind, hashes);
	struct chunk sig = { NULL, 0 }, out = { NULL, 0 };
	struct wire_writer w;

	if (a)
		sig = sig_make(a, k->evp, octets);
	if (sig.len)
		out = chunk_new(1 + a->id.len + sig.len);
	w = wire_writer(out.ptr, out.len);
	if (out.ptr) {
		wire_put_u8(&w, (uint8_t)a->id.len);
		wire_put(&w, a->id);
		wire_put(&w, chunk_span(sig));
	}
	chunk_free(&sig);
	return out;
}

/* RFC 7296 3.8 leaves the hash of method 1 to the signer; SHA-1 is out. */
static struct chunk
sign_rsa(const struct private_key *k, struct span octets)
{
	const struct sig_alg *a = find_alg(k->pub.kind, SIG_PKCS1,
	    SIG_HASH_SHA2_256);

	return a ? sig_make(a, k->evp, octets) : (struct chunk){ NULL, 0 };
}

static struct chunk
sign_ecdsa(const struct private_key *k, uint8_t method, struct span octets)
{
	const struct ecdsa_method *m = find_ecdsa(method, k->pub.kind);
	struct chunk der, rs = { NULL, 0 };

	if (!m)
		return rs;
	der = sig_make(find_alg(m->kind, SIG_ECDSA, m->hash), k->evp, octets);
	if (der.len)
		rs = ecdsa_to_rs(chunk_span(der), m->half);
	chunk_free(&der);
	return rs;
}

struct chunk
sign_auth(const struct private_key *k, uint8_t method,
	  sig_hash_set peer_hashes, struct span octets)
{
	switch (method) {
	case AUTH_RSA:
		return sign_rsa(k, octets);
	case AUTH_ECDSA_256:
	case AUTH_ECDSA_384:
		return sign_ecdsa(k, method, octets);
	case AUTH_DIGITAL_SIGNATURE:
		return sign_digital(k, peer_hashes, octets);
	default:
		return (struct chunk){ NULL, 0 };
	}
}

static bool
verify_digital(const struct pubkey *k, struct span data, struct span octets,
	       const char **how)
{
	struct wire_reader r = wire_reader(data);
	uint8_t len = wire_u8(&r, "AlgorithmIdentifier length");
	struct span id = wire_bytes(&r, len, "AlgorithmIdentifier");
	struct span sig = wire_rest(&r);
	size_t n;
	const struct sig_alg *a = sig_algs(&n);

	if (!wire_ok(&r) || id.len == 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (a[i].kind != k->kind)
			continue;
		if (!span_eq(a[i].id, id) && !span_eq(a[i].also, id))
			continue;
		*how = a[i].how;
		return sig_check(&a[i], k->evp, sig, octets);
	}
	return false;
}

/* The hash stands inside the signature: each of ours is tried. */
static bool
verify_rsa(const struct pubkey *k, struct span sig, struct span octets,
	   const char **how)
{
	size_t n;
	const struct sig_alg *a = sig_algs(&n);

	for (size_t i = 0; i < n; i++) {
		if (a[i].kind != k->kind || a[i].scheme != SIG_PKCS1)
			continue;
		*how = a[i].how;
		if (sig_check(&a[i], k->evp, sig, octets))
			return true;
	}
	return false;
}

static bool
verify_ecdsa(const struct pubkey *k, uint8_t method, struct span rs,
	     struct span octets, const char **how)
{
	const struct ecdsa_method *m = find_ecdsa(method, k->kind);
	struct chunk der;
	bool ok;

	if (!m)
		return false;
	*how = m->how;
	der = ecdsa_from_rs(rs, m->half);
	ok = sig_check(find_alg(m->kind, SIG_ECDSA, m->hash), k->evp,
	    chunk_span(der), octets);
	chunk_free(&der);
	return ok;
}

bool
verify_auth(const struct pubkey *k, uint8_t method, struct span data,
	    struct span octets, const char **how)
{
	const char *unused;

	if (!how)
		how = &unused;
	*how = "not allowed";
	if (!k->evp || k->kind == PUBKEY_NONE || data.len == 0)
		return false;
	switch (method) {
	case AUTH_RSA:
		return verify_rsa(k, data, octets, how);
	case AUTH_ECDSA_256:
	case AUTH_ECDSA_384:
		return verify_ecdsa(k, method, data, octets, how);
	case AUTH_DIGITAL_SIGNATURE:
		return verify_digital(k, data, octets, how);
	default:
		return false;
	}
}
