/* Proposals as people write them, and this project's defaults. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pluto/wire/proposal.h"

/* Words of --ike and --esp. A word may stand for a cipher, a hash (prf and
 * integrity) or a group; the classic spellings stand beside ours. */
struct word { const char *text; uint8_t type; uint16_t id, bits; };

static const struct word words[] = {
	{ "aes_gcm256", T_ENCR, ENCR_AES_GCM_16, 256 },
	{ "aes_gcm128", T_ENCR, ENCR_AES_GCM_16, 128 },
	{ "aes_gcm", T_ENCR, ENCR_AES_GCM_16, 256 },
	{ "aes256gcm16", T_ENCR, ENCR_AES_GCM_16, 256 },
	{ "aes128gcm16", T_ENCR, ENCR_AES_GCM_16, 128 },
	{ "chacha20_poly1305", T_ENCR, ENCR_CHACHA20_POLY1305, 0 },
	{ "chacha20poly1305", T_ENCR, ENCR_CHACHA20_POLY1305, 0 },
	{ "aes256", T_ENCR, ENCR_AES_CBC, 256 },
	{ "aes128", T_ENCR, ENCR_AES_CBC, 128 },
	{ "aes", T_ENCR, ENCR_AES_CBC, 128 },
	{ "aes_cbc256", T_ENCR, ENCR_AES_CBC, 256 },
	{ "aes_cbc128", T_ENCR, ENCR_AES_CBC, 128 },
	{ "sha2_256", T_PRF, PRF_HMAC_SHA2_256, INTEG_HMAC_SHA2_256_128 },
	{ "sha2_384", T_PRF, PRF_HMAC_SHA2_384, INTEG_HMAC_SHA2_384_192 },
	{ "sha2_512", T_PRF, PRF_HMAC_SHA2_512, INTEG_HMAC_SHA2_512_256 },
	{ "sha2", T_PRF, PRF_HMAC_SHA2_256, INTEG_HMAC_SHA2_256_128 },
	{ "sha256", T_PRF, PRF_HMAC_SHA2_256, INTEG_HMAC_SHA2_256_128 },
	{ "sha384", T_PRF, PRF_HMAC_SHA2_384, INTEG_HMAC_SHA2_384_192 },
	{ "sha512", T_PRF, PRF_HMAC_SHA2_512, INTEG_HMAC_SHA2_512_256 },
	{ "x25519", T_KE, KE_X25519, 0 },
	{ "curve25519", T_KE, KE_X25519, 0 },
	{ "dh31", T_KE, KE_X25519, 0 },
	{ "ecp256", T_KE, KE_ECP256, 0 },
	{ "dh19", T_KE, KE_ECP256, 0 },
	{ "ecp384", T_KE, KE_ECP384, 0 },
	{ "dh20", T_KE, KE_ECP384, 0 },
	{ "modp2048", T_KE, KE_MODP2048, 0 },
	{ "dh14", T_KE, KE_MODP2048, 0 },
	{ "modp3072", T_KE, KE_MODP3072, 0 },
	{ "modp4096", T_KE, KE_MODP4096, 0 },
};

#define T(type, id) { (type), (id), 0 }
#define HASHES T(T_PRF, PRF_HMAC_SHA2_256), T(T_PRF, PRF_HMAC_SHA2_512), \
	T(T_PRF, PRF_HMAC_SHA2_384)
#define GROUPS T(T_KE, KE_X25519), T(T_KE, KE_ECP256), T(T_KE, KE_ECP384), \
	T(T_KE, KE_MODP3072), T(T_KE, KE_MODP4096), T(T_KE, KE_MODP2048)
#define AEADS { T_ENCR, ENCR_AES_GCM_16, 256 }, { T_ENCR, ENCR_AES_GCM_16, 128 }, \
	{ T_ENCR, ENCR_CHACHA20_POLY1305, 0 }
#define CBCS { T_ENCR, ENCR_AES_CBC, 256 }, { T_ENCR, ENCR_AES_CBC, 128 }
#define INTEGS T(T_INTEG, INTEG_HMAC_SHA2_256_128), T(T_INTEG, INTEG_HMAC_SHA2_512_256), \
	T(T_INTEG, INTEG_HMAC_SHA2_384_192)
#define ESNS T(T_ESN, ESN_YES), T(T_ESN, ESN_NO)

/* RFC 8247: ciphers with and without integrity of their own never share a
 * proposal. */
static const struct proposal_list default_ike = { .n = 2, .p = {
	{ .protocol = PROTO_IKE, .n = 12, .t = { AEADS, HASHES, GROUPS } },
	{ .protocol = PROTO_IKE, .n = 14, .t = { CBCS, HASHES, INTEGS, GROUPS } },
} };

static const struct proposal_list default_esp = { .n = 2, .p = {
	{ .protocol = PROTO_ESP, .n = 11, .t = { AEADS, ESNS, GROUPS } },
	{ .protocol = PROTO_ESP, .n = 13, .t = { CBCS, INTEGS, ESNS, GROUPS } },
} };

const struct proposal_list *
proposal_default_ike(void)
{
	return &default_ike;
}

const struct proposal_list *
proposal_default_esp(void)
{
	return &default_esp;
}

static bool
is_aead(uint16_t encr)
{
	return encr == ENCR_AES_GCM_16 || encr == ENCR_CHACHA20_POLY1305;
}

static const struct word *
word_find(const char *text)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(words[i].text, text) == 0)
			return &words[i];
	return NULL;
}

static void
add(struct proposal *p, uint8_t type, uint16_t id, uint16_t bits)
{
	if (p->n < PROPOSAL_MAX_TRANSFORMS)
		p->t[p->n++] = (struct transform){ .type = type, .id = id, .key_bits = bits };
}

static bool
has(const struct proposal *p, uint8_t type)
{
	for (unsigned i = 0; i < p->n; i++)
		if (p->t[i].type == type)
			return true;
	return false;
}

static void
copy_type(struct proposal *to, const struct proposal *from, uint8_t type)
{
	for (unsigned i = 0; i < from->n; i++)
		if (from->t[i].type == type)
			add(to, type, from->t[i].id, from->t[i].key_bits);
}

/* What the text left out comes from the defaults. */
static void
complete(struct proposal *p, const struct proposal *given, uint8_t protocol)
{
	bool aead = is_aead(given->t[0].id);
	const struct proposal *d = protocol == PROTO_IKE ? &default_ike.p[!aead]
							 : &default_esp.p[!aead];

	*p = (struct proposal){ .protocol = protocol };
	for (uint8_t type = T_ENCR; type < T_N_TYPES; type++) {
		bool hash = type == T_PRF || type == T_INTEG;

		if ((type == T_PRF && protocol != PROTO_IKE) || (type == T_INTEG && aead))
			continue;
		for (unsigned i = 0; i < given->n; i++) {
			const struct transform *t = &given->t[i];

			if (hash && t->type == T_PRF)
				add(p, type, type == T_PRF ? t->id : t->key_bits, 0);
			else if (!hash && t->type == type)
				add(p, type, t->id, t->key_bits);
		}
		if (!has(p, type))
			copy_type(p, d, type);
	}
}

/* One proposal: words between '-', ';' or '+'. */
static bool
parse_one(char *text, uint8_t protocol, struct proposal *out, char *err, size_t errlen)
{
	struct proposal given = { .protocol = protocol };
	char *save = NULL;

	for (char *w = strtok_r(text, "-;+", &save); w != NULL; w = strtok_r(NULL, "-;+", &save)) {
		const struct word *x = word_find(w);

		if (x == NULL) {
			snprintf(err, errlen, "algorithm \"%.40s\" is not known (or too weak to be "
				 "offered)", w);
			return false;
		}
		add(&given, x->type, x->id, x->bits);
	}
	if (given.n == 0 || given.t[0].type != T_ENCR) {
		snprintf(err, errlen, "a proposal begins with a cipher, such as aes_gcm256");
		return false;
	}
	for (unsigned i = 1; i < given.n; i++) {
		if (given.t[i].type == T_ENCR && is_aead(given.t[i].id) != is_aead(given.t[0].id)) {
			snprintf(err, errlen, "AEAD and other ciphers cannot share a proposal; "
				 "use a comma");
			return false;
		}
	}
	complete(out, &given, protocol);
	return true;
}

bool
proposal_parse(const char *text, uint8_t protocol, struct proposal_list *out, char *err,
	       size_t errlen)
{
	char copy[400];
	char *save = NULL;
	struct proposal_list l = { .n = 0 };

	if (strlen(text) >= sizeof(copy)) {
		snprintf(err, errlen, "the list of proposals is longer than %zu characters",
			 sizeof(copy) - 1);
		return false;
	}
	memcpy(copy, text, strlen(text) + 1);
	for (char *p = strtok_r(copy, ", ", &save); p != NULL; p = strtok_r(NULL, ", ", &save)) {
		if (l.n == PROPOSAL_MAX) {
			snprintf(err, errlen, "more than %d proposals", PROPOSAL_MAX);
			return false;
		}
		if (!parse_one(p, protocol, &l.p[l.n], err, errlen))
			return false;
		l.n++;
	}
	if (l.n == 0) {
		snprintf(err, errlen, "the list of proposals is empty");
		return false;
	}
	*out = l;
	return true;
}

static void
append(char *out, size_t outlen, const char *sep, const char *text)
{
	size_t at = strlen(out);

	if (at < outlen)
		snprintf(out + at, outlen - at, "%s%s", sep, text);
}

const char *
chosen_text(const struct chosen *c, char *out, size_t outlen)
{
	struct name_buf b;
	char bits[8] = "";

	if (outlen == 0)
		return out;
	out[0] = '\0';
	append(out, outlen, "", name_of(&encr_names, c->encr, &b));
	if (c->encr_bits != 0)
		snprintf(bits, sizeof(bits), "%u", c->encr_bits);
	append(out, outlen, "", bits);
	if (c->prf != 0)
		append(out, outlen, "-", name_of(&prf_names, c->prf, &b));
	else if (c->integ != 0)
		append(out, outlen, "-", name_of(&integ_names, c->integ, &b));
	if (c->ke != 0)
		append(out, outlen, "-", name_of(&ke_names, c->ke, &b));
	return out;
}
