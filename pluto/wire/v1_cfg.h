/* The attributes payload of the Transaction exchange: Mode Config
 * (draft-dukes-ike-mode-cfg-02) and XAUTH (draft-beaulieu-ike-xauth-02). */
#ifndef PLUTO_WIRE_V1_CFG_H
#define PLUTO_WIRE_V1_CFG_H

#include "pluto/wire/v1_msg.h"

enum v1_cfg_type { V1_CFG_REQUEST = 1, V1_CFG_REPLY = 2, V1_CFG_SET = 3, V1_CFG_ACK = 4 };
enum v1_cfg_attr {
	V1_C_IP4_ADDRESS = 1, V1_C_IP4_NETMASK = 2, V1_C_IP4_DNS = 3, V1_C_IP4_NBNS = 4,
	V1_C_EXPIRY = 5, V1_C_IP4_DHCP = 6, V1_C_VERSION = 7, V1_C_IP6_ADDRESS = 8,
	V1_X_TYPE = 16520, V1_X_USER = 16521, V1_X_PASSWORD = 16522, V1_X_PASSCODE = 16523,
	V1_X_MESSAGE = 16524, V1_X_CHALLENGE = 16525, V1_X_DOMAIN = 16526, V1_X_STATUS = 16527,
	V1_X_NEXT_PIN = 16528, V1_X_ANSWER = 16529,
};
enum { V1_X_GENERIC = 0, V1_X_FAIL = 0, V1_X_OK = 1 };

/* Attributes are borrowed, and each of them is whole. */
struct v1_cfg { uint8_t type; uint16_t id; struct span attributes; };
struct v1_cfg_value { uint16_t type; bool basic; uint16_t number; struct span data; };

/* False when an attribute does not end within the payload: none of it counts then. */
bool v1_cfg_read(struct span body, struct v1_cfg *out, struct parse_error *e);
/* Attribute by attribute, from a reader over .attributes; false at the end. */
bool v1_cfg_next(struct wire_reader *r, struct v1_cfg_value *out);
/* The first of that type. */
bool v1_cfg_find(const struct v1_cfg *c, uint16_t type, struct v1_cfg_value *out);
/* A number that peers send in either form; MISSING when it is not there. */
uint16_t v1_cfg_number(const struct v1_cfg *c, uint16_t type, uint16_t missing);

/* Opened, filled, and closed by ike_build_close. */
size_t v1_cfg_open(struct ike_build *b, uint8_t type, uint16_t id);
void v1_cfg_put(struct ike_build *b, uint16_t type, struct span data);
void v1_cfg_put_number(struct ike_build *b, uint16_t type, uint16_t number);

#endif
