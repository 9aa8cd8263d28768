/* IKEv2 numbers and their names. */
#include "pluto/wire/ike_const.h"

#define TABLE(id, title, ...) \
	static const struct name_row id##_rows[] = { __VA_ARGS__ }; \
	const struct name_table id##_names = NAME_TABLE(title, id##_rows)

TABLE(exchange, "exchange",
	{ EX_SA_INIT, "IKE_SA_INIT" }, { EX_AUTH, "IKE_AUTH" },
	{ EX_CREATE_CHILD_SA, "CREATE_CHILD_SA" }, { EX_INFORMATIONAL, "INFORMATIONAL" });

TABLE(payload, "payload",
	{ P_SA, "SA" }, { P_KE, "KE" }, { P_IDi, "IDi" }, { P_IDr, "IDr" }, { P_CERT, "CERT" },
	{ P_CERTREQ, "CERTREQ" }, { P_AUTH, "AUTH" }, { P_NONCE, "Nonce" }, { P_N, "N" },
	{ P_D, "D" }, { P_V, "V" }, { P_TSi, "TSi" }, { P_TSr, "TSr" }, { P_SK, "SK" },
	{ P_CP, "CP" }, { P_EAP, "EAP" }, { P_SKF, "SKF" });

TABLE(protocol, "protocol", { PROTO_IKE, "IKE" }, { PROTO_AH, "AH" }, { PROTO_ESP, "ESP" });

TABLE(encr, "cipher",
	{ ENCR_3DES, "3des" }, { ENCR_NULL, "null" }, { ENCR_AES_CBC, "aes" },
	{ ENCR_AES_GCM_16, "aes_gcm" }, { ENCR_CHACHA20_POLY1305, "chacha20_poly1305" });

TABLE(prf, "prf",
	{ PRF_HMAC_SHA1, "sha1" }, { PRF_HMAC_SHA2_256, "sha2_256" },
	{ PRF_HMAC_SHA2_384, "sha2_384" }, { PRF_HMAC_SHA2_512, "sha2_512" });

TABLE(integ, "integrity algorithm",
	{ INTEG_NONE, "none" }, { INTEG_HMAC_SHA1_96, "sha1" },
	{ INTEG_HMAC_SHA2_256_128, "sha2_256" }, { INTEG_HMAC_SHA2_384_192, "sha2_384" },
	{ INTEG_HMAC_SHA2_512_256, "sha2_512" });

TABLE(ke, "group",
	{ KE_NONE, "none" }, { KE_MODP2048, "modp2048" }, { KE_MODP3072, "modp3072" },
	{ KE_MODP4096, "modp4096" }, { KE_ECP256, "ecp256" }, { KE_ECP384, "ecp384" },
	{ KE_X25519, "x25519" });

TABLE(esn, "sequence numbers", { ESN_NO, "no" }, { ESN_YES, "yes" });

TABLE(id_type, "identity type",
	{ ID_IPV4_ADDR, "ID_IPV4_ADDR" }, { ID_FQDN, "ID_FQDN" },
	{ ID_RFC822_ADDR, "ID_RFC822_ADDR" }, { ID_IPV6_ADDR, "ID_IPV6_ADDR" },
	{ ID_DER_ASN1_DN, "ID_DER_ASN1_DN" }, { ID_KEY_ID, "ID_KEY_ID" }, { ID_NULL, "ID_NULL" });

TABLE(auth_method, "authentication method",
	{ AUTH_RSA, "RSA" }, { AUTH_PSK, "PSK" }, { AUTH_ECDSA_256, "ECDSA-256" },
	{ AUTH_ECDSA_384, "ECDSA-384" }, { AUTH_NULL, "NULL" },
	{ AUTH_DIGITAL_SIGNATURE, "digital signature" });

TABLE(sig_hash, "hash",
	{ SIG_HASH_SHA1, "sha1" }, { SIG_HASH_SHA2_256, "sha2_256" },
	{ SIG_HASH_SHA2_384, "sha2_384" }, { SIG_HASH_SHA2_512, "sha2_512" },
	{ SIG_HASH_IDENTITY, "identity" });

TABLE(transform_type, "transform type",
	{ T_ENCR, "ENCR" }, { T_PRF, "PRF" }, { T_INTEG, "INTEG" }, { T_KE, "KE" },
	{ T_ESN, "ESN" });

#define N(name) { N_##name, #name }
TABLE(notify, "notify",
	N(UNSUPPORTED_CRITICAL_PAYLOAD), N(INVALID_IKE_SPI), N(INVALID_MAJOR_VERSION),
	N(INVALID_SYNTAX), N(INVALID_MESSAGE_ID), N(INVALID_SPI), N(NO_PROPOSAL_CHOSEN),
	N(INVALID_KE_PAYLOAD), N(AUTHENTICATION_FAILED), N(SINGLE_PAIR_REQUIRED),
	N(NO_ADDITIONAL_SAS), N(INTERNAL_ADDRESS_FAILURE), N(FAILED_CP_REQUIRED),
	N(TS_UNACCEPTABLE), N(INVALID_SELECTORS), N(TEMPORARY_FAILURE), N(CHILD_SA_NOT_FOUND),
	N(INITIAL_CONTACT), N(SET_WINDOW_SIZE), N(ADDITIONAL_TS_POSSIBLE), N(IPCOMP_SUPPORTED),
	N(NAT_DETECTION_SOURCE_IP), N(NAT_DETECTION_DESTINATION_IP), N(COOKIE),
	N(USE_TRANSPORT_MODE), N(REKEY_SA), N(ESP_TFC_PADDING_NOT_SUPPORTED),
	N(NON_FIRST_FRAGMENTS_ALSO), N(MOBIKE_SUPPORTED), N(CHILDLESS_IKEV2_SUPPORTED),
	N(IKEV2_FRAGMENTATION_SUPPORTED), N(SIGNATURE_HASH_ALGORITHMS));
