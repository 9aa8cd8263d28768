/* The door of whack/: requests to pluto and its answers.
 *
 * A UNIX stream socket. Each message is a 4-byte big-endian length and one JSON
 * object; the first of a connection carries "version". A request is at most
 * 1 MiB. Answers are a stream of objects {"code":N,"text":...} that ends with
 * one whose "event" is "result".
 */
#ifndef WHACK_WHACK_PROTO_H
#define WHACK_WHACK_PROTO_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/span.h"

enum { WHACK_PROTO_VERSION = 1, WHACK_MAX_REQUEST = 1 << 20 };

/* Codes of interface.md: the first three digits of every line. */
enum whack_code {
	RC_COMMENT = 0, RC_WHACK_PROBLEM = 1, RC_LOG = 2, RC_LOG_SERIOUS = 3,
	RC_SUCCESS = 4, RC_RETRANSMISSION = 10,
	RC_DUPNAME = 20, RC_UNKNOWN_NAME = 21, RC_ORIENT = 22, RC_CLASH = 23,
	RC_DEAF = 24, RC_ROUTE = 25, RC_RTBUSY = 26, RC_BADID = 27,
	RC_NOKEY = 28, RC_NOPEERIP = 29,
	RC_BADWHACKMESSAGE = 30, RC_NORETRANSMISSION = 31, RC_INTERNALERR = 32,
	RC_OPPOFAILURE = 33, RC_NOALGO = 34, RC_CRYPTOFAILED = 35,
	RC_AGGRALGO = 36, RC_FATAL = 37, RC_INITSHUNT = 38, RC_WILDCARD = 39,
	RC_ENTERSECRET = 40, RC_XAUTHPROMPT = 41,
	RC_DNS_BOGUS = 60, RC_DNS_UNKNOWN = 61, RC_INSECURE = 62,
	RC_POLICY = 63, RC_AUTH_FAILED = 64, RC_PEER_REFUSED = 65, RC_PENDING = 66,
	RC_NEW_STATE = 100, RC_NOTIFICATION = 200,
};

/* What an exit status is for the last line's code: 0, 2 and 4 count as 0. */
int whack_exit_status(int code);

/* One framed object into a malloc'd buffer: 4 + length bytes. Empty on error. */
struct chunk whack_frame(const json_t *object);
/* One request's bytes (without the length) to an object with a "command", or
 * NULL with a sentence that names the field in ERR. Depth and size are bounded. */
json_t *whack_parse(struct span body, char *err, size_t errlen);

/* Requests: {"version":1,"command":"listen"}; commands and their fields are the
 * rows of whack_commands[] (name, field names, types, which are required), used
 * by whack to build, by pluto to check, and by the test that compares man pages. */
enum whack_field_type { WF_STRING, WF_INT, WF_BOOL, WF_OBJECT };
struct whack_field { const char *name; enum whack_field_type type; bool required; };
/* Every field of O is one of FIELDS (ended by a NULL name) and of its type, and
 * the required ones are there; else false with a sentence in ERR that begins
 * with WHAT and names the field. */
bool whack_fields_check(json_t *o, const char *what, const struct whack_field *fields,
			char *err, size_t errlen);
struct whack_command {
	const char *name;
	const char *story;
	const struct whack_field *fields;	/* ends with a NULL name */
};
extern const struct whack_command whack_commands[];
extern const unsigned n_whack_commands;
const struct whack_command *whack_command_find(const char *name);

#endif
