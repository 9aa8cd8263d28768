/* What this project offers and accepts when nobody says otherwise: AEAD ciphers
 * in one proposal, classic ones in the next (RFC 5282 8, RFC 8247, RFC 8221). */
#include "pluto/wire/proposal.h"

/* AES-256 first, AES-128 for small machines, ChaCha20 for those without AES. */
#define AEAD_CIPHERS \
	{ T_ENCR, ENCR_AES_GCM_16, 256 }, \
	{ T_ENCR, ENCR_AES_GCM_16, 128 }, \
	{ T_ENCR, ENCR_CHACHA20_POLY1305, 0 }

/* The ciphers that every peer must have. */
#define CLASSIC_CIPHERS \
	{ T_ENCR, ENCR_AES_CBC, 256 }, \
	{ T_ENCR, ENCR_AES_CBC, 128 }

#define PRFS \
	{ T_PRF, PRF_HMAC_SHA2_256, 0 }, \
	{ T_PRF, PRF_HMAC_SHA2_512, 0 }, \
	{ T_PRF, PRF_HMAC_SHA2_384, 0 }

/* Fast curves first; MODP2048 is the one group that every peer must have. */
#define GROUPS \
	{ T_KE, KE_X25519, 0 }, \
	{ T_KE, KE_ECP256, 0 }, \
	{ T_KE, KE_ECP384, 0 }, \
	{ T_KE, KE_MODP3072, 0 }, \
	{ T_KE, KE_MODP4096, 0 }, \
	{ T_KE, KE_MODP2048, 0 }

/* Either is fine; 64 bits last longer. */
#define SEQUENCE_NUMBERS \
	{ T_ESN, ESN_YES, 0 }, \
	{ T_ESN, ESN_NO, 0 }

/* With NONE, a peer without perfect forward secrecy is still a peer. */
#define OPTIONAL_GROUPS GROUPS, { T_KE, KE_NONE, 0 }

static const struct proposal_list default_ike = {
	.n = 2,
	.p = {
		{ .protocol = PROTO_IKE, .n = 3 + 3 + 6,
		  .t = { AEAD_CIPHERS, PRFS, GROUPS } },
		{ .protocol = PROTO_IKE, .n = 2 + 3 + 3 + 6,
		  .t = { CLASSIC_CIPHERS,
			 { T_INTEG, INTEG_HMAC_SHA2_256_128, 0 },
			 { T_INTEG, INTEG_HMAC_SHA2_512_256, 0 },
			 { T_INTEG, INTEG_HMAC_SHA2_384_192, 0 },
			 PRFS, GROUPS } },
	},
};

static const struct proposal_list default_esp = {
	.n = 2,
	.p = {
		{ .protocol = PROTO_ESP, .n = 3 + 7 + 2,
		  .t = { AEAD_CIPHERS, OPTIONAL_GROUPS, SEQUENCE_NUMBERS } },
		{ .protocol = PROTO_ESP, .n = 2 + 2 + 7 + 2,
		  .t = { CLASSIC_CIPHERS,
			 { T_INTEG, INTEG_HMAC_SHA2_512_256, 0 },
			 { T_INTEG, INTEG_HMAC_SHA2_256_128, 0 },
			 OPTIONAL_GROUPS, SEQUENCE_NUMBERS } },
	},
};

static const struct proposal_list default_ah = {
	.n = 1,
	.p = {
		{ .protocol = PROTO_AH, .n = 2 + 7 + 2,
		  .t = { { T_INTEG, INTEG_HMAC_SHA2_512_256, 0 },
			 { T_INTEG, INTEG_HMAC_SHA2_256_128, 0 },
			 OPTIONAL_GROUPS, SEQUENCE_NUMBERS } },
	},
};

const struct proposal_list *
proposal_default(uint8_t protocol)
{
	if (protocol == PROTO_IKE)
		return &default_ike;
	return protocol == PROTO_AH ? &default_ah : &default_esp;
}

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
