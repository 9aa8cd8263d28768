/* The names of IKEv1's numbers, and their counterparts in IKEv2. */
#include "pluto/wire/v1_const.h"

static const struct name_row exchanges[] = {
	{ V1_MAIN, "Main Mode" },
	{ V1_AGGRESSIVE, "Aggressive Mode" },
	{ V1_INFORMATIONAL, "Informational" },
	{ V1_TRANSACTION, "Transaction" },
	{ V1_QUICK, "Quick Mode" },
};
const struct name_table v1_exchange_names = NAME_TABLE("exchange", exchanges);

static const struct name_row payloads[] = {
	{ V1_SA, "SA" }, { V1_KE, "KE" }, { V1_ID, "ID" }, { V1_CERT, "CERT" }, { V1_CR, "CR" },
	{ V1_HASH, "HASH" }, { V1_SIG, "SIG" }, { V1_NONCE, "NONCE" }, { V1_N, "N" },
	{ V1_D, "D" }, { V1_VID, "VID" }, { V1_ATTR, "ATTR" }, { V1_NAT_D, "NAT-D" },
	{ V1_NAT_OA, "NAT-OA" }, { V1_FRAGMENT, "fragment" },
};
const struct name_table v1_payload_names = NAME_TABLE("payload", payloads);

static const struct name_row notifies[] = {
	{ V1_N_INVALID_PAYLOAD_TYPE, "INVALID-PAYLOAD-TYPE" },
	{ V1_N_INVALID_COOKIE, "INVALID-COOKIE" },
	{ V1_N_INVALID_MAJOR_VERSION, "INVALID-MAJOR-VERSION" },
	{ V1_N_INVALID_EXCHANGE_TYPE, "INVALID-EXCHANGE-TYPE" },
	{ V1_N_INVALID_SPI, "INVALID-SPI" },
	{ V1_N_NO_PROPOSAL_CHOSEN, "NO-PROPOSAL-CHOSEN" },
	{ V1_N_BAD_PROPOSAL_SYNTAX, "BAD-PROPOSAL-SYNTAX" },
	{ V1_N_PAYLOAD_MALFORMED, "PAYLOAD-MALFORMED" },
	{ V1_N_INVALID_KEY_INFORMATION, "INVALID-KEY-INFORMATION" },
	{ V1_N_INVALID_ID_INFORMATION, "INVALID-ID-INFORMATION" },
	{ V1_N_INVALID_HASH_INFORMATION, "INVALID-HASH-INFORMATION" },
	{ V1_N_AUTHENTICATION_FAILED, "AUTHENTICATION-FAILED" },
	{ V1_N_INVALID_SIGNATURE, "INVALID-SIGNATURE" },
	{ V1_N_CONNECTED, "CONNECTED" },
	{ V1_N_RESPONDER_LIFETIME, "RESPONDER-LIFETIME" },
	{ V1_N_REPLAY_STATUS, "REPLAY-STATUS" },
	{ V1_N_INITIAL_CONTACT, "INITIAL-CONTACT" },
	{ V1_N_R_U_THERE, "R-U-THERE" },
	{ V1_N_R_U_THERE_ACK, "R-U-THERE-ACK" },
};
const struct name_table v1_notify_names = NAME_TABLE("notify", notifies);

struct twin { uint16_t v2, v1; };

/* RFC 2409 appendix A, RFC 3602, RFC 4868. */
static const struct twin encrs[] = { { ENCR_AES_CBC, 7 }, { ENCR_3DES, 5 } };
static const struct twin hashes[] = { { PRF_HMAC_SHA2_256, 4 }, { PRF_HMAC_SHA2_384, 5 },
	{ PRF_HMAC_SHA2_512, 6 }, { PRF_HMAC_SHA1, 2 }, { PRF_HMAC_MD5, 1 } };
/* RFC 2407 4.5, RFC 4868. */
static const struct twin auths[] = { { INTEG_HMAC_SHA2_256_128, 5 },
	{ INTEG_HMAC_SHA2_384_192, 6 }, { INTEG_HMAC_SHA2_512_256, 7 },
	{ INTEG_HMAC_SHA1_96, 2 }, { INTEG_HMAC_MD5_96, 1 } };

#define TO_V1(rows, number) to_v1(rows, sizeof(rows) / sizeof(*(rows)), number)
#define TO_V2(rows, number) to_v2(rows, sizeof(rows) / sizeof(*(rows)), number)

static uint16_t
to_v1(const struct twin *t, size_t n, uint16_t v2)
{
	for (size_t i = 0; i < n; i++)
		if (t[i].v2 == v2)
			return t[i].v1;
	return 0;
}

static uint16_t
to_v2(const struct twin *t, size_t n, uint16_t v1)
{
	for (size_t i = 0; i < n; i++)
		if (t[i].v1 == v1)
			return t[i].v2;
	return 0;
}

uint16_t
v1_encr_of(uint16_t encr)
{
	return TO_V1(encrs, encr);
}

uint16_t
v1_hash_of(uint16_t prf)
{
	return TO_V1(hashes, prf);
}

uint16_t
v1_encr_to_v2(uint16_t v1)
{
	return TO_V2(encrs, v1);
}

uint16_t
v1_hash_to_v2(uint16_t v1)
{
	return TO_V2(hashes, v1);
}

uint16_t
v1_auth_of(uint16_t integ)
{
	return TO_V1(auths, integ);
}

uint16_t
v1_auth_to_v2(uint16_t v1)
{
	return TO_V2(auths, v1);
}
