/* IKEv1 numbers in the RFCs' own spelling (RFC 2407, 2408, 2409; RFC 3947), and
 * how they map to those of IKEv2, which the rest of this program speaks. */
#ifndef PLUTO_WIRE_V1_CONST_H
#define PLUTO_WIRE_V1_CONST_H

#include "pluto/wire/ike_const.h"

enum { V1_VERSION = 0x10, V1_MAX_PAYLOADS = 64, V1_DOI_IPSEC = 1, V1_SIT_IDENTITY_ONLY = 1 };

enum v1_exchange { V1_MAIN = 2, V1_AGGRESSIVE = 4, V1_INFORMATIONAL = 5, V1_TRANSACTION = 6,
	V1_QUICK = 32 };
enum v1_flag { V1_FLAG_ENCRYPTED = 0x01, V1_FLAG_COMMIT = 0x02, V1_FLAG_AUTH_ONLY = 0x04 };

enum v1_payload_type { V1_SA = 1, V1_P = 2, V1_T = 3, V1_KE = 4, V1_ID = 5, V1_CERT = 6,
	V1_CR = 7, V1_HASH = 8, V1_SIG = 9, V1_NONCE = 10, V1_N = 11, V1_D = 12, V1_VID = 13,
	V1_ATTR = 14, V1_NAT_D = 20, V1_NAT_OA = 21, V1_FRAGMENT = 132 };

enum v1_protocol { V1_PROTO_ISAKMP = 1, V1_PROTO_AH = 2, V1_PROTO_ESP = 3, V1_PROTO_IPCOMP = 4 };
enum { V1_KEY_IKE = 1, V1_IPCOMP_DEFLATE = 2 };

/* Phase 1 attributes (RFC 2409 appendix A) and phase 2 ones (RFC 2407 4.5). */
enum v1_attr1 { V1_A1_ENCR = 1, V1_A1_HASH = 2, V1_A1_AUTH = 3, V1_A1_GROUP = 4,
	V1_A1_LIFE_TYPE = 11, V1_A1_LIFE = 12, V1_A1_KEY_LENGTH = 14 };
enum v1_attr2 { V1_A2_LIFE_TYPE = 1, V1_A2_LIFE = 2, V1_A2_GROUP = 3, V1_A2_ENCAPS = 4,
	V1_A2_AUTH = 5, V1_A2_KEY_LENGTH = 6, V1_A2_ESN = 11 };
enum { V1_LIFE_SECONDS = 1, V1_LIFE_KILOBYTES = 2 };
enum v1_encaps { V1_ENCAPS_TUNNEL = 1, V1_ENCAPS_TRANSPORT = 2, V1_ENCAPS_UDP_TUNNEL = 3,
	V1_ENCAPS_UDP_TRANSPORT = 4 };
enum v1_auth { V1_AUTH_PSK = 1, V1_AUTH_RSA_SIG = 3, V1_AUTH_ECDSA_256 = 9,
	V1_AUTH_ECDSA_384 = 10, V1_AUTH_XAUTH_INIT_PSK = 65001, V1_AUTH_XAUTH_RESP_PSK = 65002,
	V1_AUTH_XAUTH_INIT_RSA = 65005, V1_AUTH_XAUTH_RESP_RSA = 65006 };

/* Identification beyond what IKEv2 kept: numbers 1, 2, 3, 5, 9, 11 are the same. */
enum v1_id_type { V1_ID_IPV4_SUBNET = 4, V1_ID_IPV6_SUBNET = 6, V1_ID_IPV4_RANGE = 7,
	V1_ID_IPV6_RANGE = 8 };

enum v1_notify { V1_N_INVALID_PAYLOAD_TYPE = 1, V1_N_INVALID_COOKIE = 4,
	V1_N_INVALID_MAJOR_VERSION = 5, V1_N_INVALID_EXCHANGE_TYPE = 7, V1_N_INVALID_SPI = 11,
	V1_N_NO_PROPOSAL_CHOSEN = 14, V1_N_BAD_PROPOSAL_SYNTAX = 15, V1_N_PAYLOAD_MALFORMED = 16,
	V1_N_INVALID_KEY_INFORMATION = 17, V1_N_INVALID_ID_INFORMATION = 18,
	V1_N_INVALID_HASH_INFORMATION = 23, V1_N_AUTHENTICATION_FAILED = 24,
	V1_N_INVALID_SIGNATURE = 25, V1_N_CONNECTED = 16384, V1_N_RESPONDER_LIFETIME = 24576,
	V1_N_REPLAY_STATUS = 24577, V1_N_INITIAL_CONTACT = 24578, V1_N_R_U_THERE = 36136,
	V1_N_R_U_THERE_ACK = 36137 };

extern const struct name_table v1_exchange_names, v1_payload_names, v1_notify_names;

/* Phase 1 numbers for IKEv2's; 0: IKEv1 has none, or we do not speak it. */
uint16_t v1_encr_of(uint16_t encr);
uint16_t v1_hash_of(uint16_t prf);
uint16_t v1_encr_to_v2(uint16_t v1);
uint16_t v1_hash_to_v2(uint16_t v1);
/* Phase 2: authentication algorithm for an integrity transform. The transforms
 * of ESP have the same numbers in both. */
uint16_t v1_auth_of(uint16_t integ);
uint16_t v1_auth_to_v2(uint16_t v1);

#endif
