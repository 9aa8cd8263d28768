/* The names of IKEv2's numbers, in the RFCs' own spelling. */
#include "pluto/wire/ike_const.h"

static const struct name_row exchanges[] = {
	{ EX_SA_INIT, "IKE_SA_INIT" },
	{ EX_AUTH, "IKE_AUTH" },
	{ EX_CREATE_CHILD_SA, "CREATE_CHILD_SA" },
	{ EX_INFORMATIONAL, "INFORMATIONAL" },
};
const struct name_table exchange_names = NAME_TABLE("exchange", exchanges);

static const struct name_row payloads[] = {
	{ P_NONE, "none" },
	{ P_SA, "SA" },
	{ P_KE, "KE" },
	{ P_IDi, "IDi" },
	{ P_IDr, "IDr" },
	{ P_CERT, "CERT" },
	{ P_CERTREQ, "CERTREQ" },
	{ P_AUTH, "AUTH" },
	{ P_NONCE, "Nonce" },
	{ P_N, "N" },
	{ P_D, "D" },
	{ P_V, "V" },
	{ P_TSi, "TSi" },
	{ P_TSr, "TSr" },
	{ P_SK, "SK" },
	{ P_CP, "CP" },
	{ P_EAP, "EAP" },
	{ P_SKF, "SKF" },
};
const struct name_table payload_names = NAME_TABLE("payload", payloads);

static const struct name_row protocols[] = {
	{ PROTO_NONE, "none" },
	{ PROTO_IKE, "IKE" },
	{ PROTO_AH, "AH" },
	{ PROTO_ESP, "ESP" },
};
const struct name_table protocol_names = NAME_TABLE("protocol", protocols);

static const struct name_row transform_types[] = {
	{ T_ENCR, "ENCR" },
	{ T_PRF, "PRF" },
	{ T_INTEG, "INTEG" },
	{ T_KE, "KE" },
	{ T_ESN, "ESN" },
};
const struct name_table transform_type_names =
	NAME_TABLE("transform type", transform_types);

static const struct name_row encrs[] = {
	{ ENCR_3DES, "ENCR_3DES" },
	{ ENCR_NULL, "ENCR_NULL" },
	{ ENCR_AES_CBC, "ENCR_AES_CBC" },
	{ ENCR_AES_GCM_16, "ENCR_AES_GCM_16" },
	{ ENCR_CHACHA20_POLY1305, "ENCR_CHACHA20_POLY1305" },
};
const struct name_table encr_names = NAME_TABLE("ENCR", encrs);

static const struct name_row prfs[] = {
	{ PRF_HMAC_SHA1, "PRF_HMAC_SHA1" },
	{ PRF_HMAC_SHA2_256, "PRF_HMAC_SHA2_256" },
	{ PRF_HMAC_SHA2_384, "PRF_HMAC_SHA2_384" },
	{ PRF_HMAC_SHA2_512, "PRF_HMAC_SHA2_512" },
};
const struct name_table prf_names = NAME_TABLE("PRF", prfs);

static const struct name_row integs[] = {
	{ INTEG_NONE, "NONE" },
	{ INTEG_HMAC_SHA1_96, "AUTH_HMAC_SHA1_96" },
	{ INTEG_HMAC_SHA2_256_128, "AUTH_HMAC_SHA2_256_128" },
	{ INTEG_HMAC_SHA2_384_192, "AUTH_HMAC_SHA2_384_192" },
	{ INTEG_HMAC_SHA2_512_256, "AUTH_HMAC_SHA2_512_256" },
};
const struct name_table integ_names = NAME_TABLE("INTEG", integs);

static const struct name_row kes[] = {
	{ KE_NONE, "NONE" },
	{ KE_MODP2048, "MODP2048" },
	{ KE_MODP3072, "MODP3072" },
	{ KE_MODP4096, "MODP4096" },
	{ KE_ECP256, "ECP256" },
	{ KE_ECP384, "ECP384" },
	{ KE_X25519, "X25519" },
};
const struct name_table ke_names = NAME_TABLE("KE", kes);

static const struct name_row esns[] = {
	{ ESN_NO, "no ESN" },
	{ ESN_YES, "ESN" },
};
const struct name_table esn_names = NAME_TABLE("ESN", esns);

static const struct name_row id_types[] = {
	{ ID_IPV4_ADDR, "ID_IPV4_ADDR" },
	{ ID_FQDN, "ID_FQDN" },
	{ ID_RFC822_ADDR, "ID_RFC822_ADDR" },
	{ ID_IPV6_ADDR, "ID_IPV6_ADDR" },
	{ ID_DER_ASN1_DN, "ID_DER_ASN1_DN" },
	{ ID_KEY_ID, "ID_KEY_ID" },
	{ ID_NULL, "ID_NULL" },
};
const struct name_table id_type_names = NAME_TABLE("ID type", id_types);

static const struct name_row auth_methods[] = {
	{ AUTH_NONE, "none" },
	{ AUTH_RSA, "RSA Digital Signature" },
	{ AUTH_PSK, "Shared Key Message Integrity Code" },
	{ AUTH_ECDSA_256, "ECDSA with SHA-256 on P-256" },
	{ AUTH_ECDSA_384, "ECDSA with SHA-384 on P-384" },
	{ AUTH_NULL, "NULL Authentication" },
	{ AUTH_DIGITAL_SIGNATURE, "Digital Signature" },
};
const struct name_table auth_method_names =
	NAME_TABLE("AUTH method", auth_methods);

static const struct name_row sig_hashes[] = {
	{ SIG_HASH_SHA1, "SHA1" },
	{ SIG_HASH_SHA2_256, "SHA2-256" },
	{ SIG_HASH_SHA2_384, "SHA2-384" },
	{ SIG_HASH_SHA2_512, "SHA2-512" },
	{ SIG_HASH_IDENTITY, "Identity" },
};
const struct name_table sig_hash_names = NAME_TABLE("hash", sig_hashes);

static const struct name_row notifies[] = {
	{ N_UNSUPPORTED_CRITICAL_PAYLOAD, "UNSUPPORTED_CRITICAL_PAYLOAD" },
	{ N_INVALID_IKE_SPI, "INVALID_IKE_SPI" },
	{ N_INVALID_MAJOR_VERSION, "INVALID_MAJOR_VERSION" },
	{ N_INVALID_SYNTAX, "INVALID_SYNTAX" },
	{ N_INVALID_MESSAGE_ID, "INVALID_MESSAGE_ID" },
	{ N_INVALID_SPI, "INVALID_SPI" },
	{ N_NO_PROPOSAL_CHOSEN, "NO_PROPOSAL_CHOSEN" },
	{ N_INVALID_KE_PAYLOAD, "INVALID_KE_PAYLOAD" },
	{ N_AUTHENTICATION_FAILED, "AUTHENTICATION_FAILED" },
	{ N_SINGLE_PAIR_REQUIRED, "SINGLE_PAIR_REQUIRED" },
	{ N_NO_ADDITIONAL_SAS, "NO_ADDITIONAL_SAS" },
	{ N_INTERNAL_ADDRESS_FAILURE, "INTERNAL_ADDRESS_FAILURE" },
	{ N_FAILED_CP_REQUIRED, "FAILED_CP_REQUIRED" },
	{ N_TS_UNACCEPTABLE, "TS_UNACCEPTABLE" },
	{ N_INVALID_SELECTORS, "INVALID_SELECTORS" },
	{ N_TEMPORARY_FAILURE, "TEMPORARY_FAILURE" },
	{ N_CHILD_SA_NOT_FOUND, "CHILD_SA_NOT_FOUND" },
	{ N_INITIAL_CONTACT, "INITIAL_CONTACT" },
	{ N_SET_WINDOW_SIZE, "SET_WINDOW_SIZE" },
	{ N_ADDITIONAL_TS_POSSIBLE, "ADDITIONAL_TS_POSSIBLE" },
	{ N_IPCOMP_SUPPORTED, "IPCOMP_SUPPORTED" },
	{ N_NAT_DETECTION_SOURCE_IP, "NAT_DETECTION_SOURCE_IP" },
	{ N_NAT_DETECTION_DESTINATION_IP, "NAT_DETECTION_DESTINATION_IP" },
	{ N_COOKIE, "COOKIE" },
	{ N_USE_TRANSPORT_MODE, "USE_TRANSPORT_MODE" },
	{ N_REKEY_SA, "REKEY_SA" },
	{ N_ESP_TFC_PADDING_NOT_SUPPORTED, "ESP_TFC_PADDING_NOT_SUPPORTED" },
	{ N_NON_FIRST_FRAGMENTS_ALSO, "NON_FIRST_FRAGMENTS_ALSO" },
	{ N_MOBIKE_SUPPORTED, "MOBIKE_SUPPORTED" },
	{ N_CHILDLESS_IKEV2_SUPPORTED, "CHILDLESS_IKEV2_SUPPORTED" },
	{ N_IKEV2_FRAGMENTATION_SUPPORTED, "IKEV2_FRAGMENTATION_SUPPORTED" },
	{ N_SIGNATURE_HASH_ALGORITHMS, "SIGNATURE_HASH_ALGORITHMS" },
};
const struct name_table notify_names = NAME_TABLE("notify", notifies);
