/* Requests and answers between whack and pluto: framing and the command table. */
#include "whack/whack_proto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/wire.h"

#define FIELDS(...) (const struct whack_field[]){ __VA_ARGS__, { NULL, WF_STRING, false } }
#define NO_FIELDS (const struct whack_field[]){ { NULL, WF_STRING, false } }
#define NAME_ONLY FIELDS({ "name", WF_STRING, true })
#define HERE_THERE FIELDS({ "here", WF_STRING, true }, { "there", WF_STRING, true }, \
		{ "proto", WF_INT, false }, { "sport", WF_INT, false }, { "dport", WF_INT, false }, \
		{ "async", WF_BOOL, false })

/* In the order in which one whack command line runs them. */
const struct whack_command whack_commands[] = {
	{ "whackstoprecord", "end the record of requests", NO_FIELDS },
	{ "whackrecord", "record requests into a file", FIELDS({ "file", WF_STRING, true }) },
	{ "myid", "say what %myid means", FIELDS({ "id", WF_STRING, true }) },
	{ "delete", "forget a connection", FIELDS({ "name", WF_STRING, true },
		{ "quiet", WF_BOOL, false }) },
	{ "deletestate", "delete one SA by its number", FIELDS({ "serial", WF_INT, true }) },
	{ "rekeystate", "replace one SA by its number, now",
		FIELDS({ "serial", WF_INT, true }) },
	{ "crash", "a peer has started again: replace its SAs", FIELDS({ "peer", WF_STRING, true }) },
	{ "add", "add a connection", FIELDS({ "name", WF_STRING, true },
		{ "left", WF_OBJECT, true }, { "right", WF_OBJECT, true },
		{ "options", WF_OBJECT, true }) },
	{ "debug", "what is logged, and which faults are made", FIELDS({ "name", WF_STRING, false },
		{ "debug", WF_STRING, false }, { "impair", WF_STRING, false }) },
	{ "listen", "find interfaces, load secrets and policies, serve", NO_FIELDS },
	{ "unlisten", "stop serving", NO_FIELDS },
	{ "rereadsecrets", "load the secrets file again", NO_FIELDS },
	{ "key", "add or remove a peer's public key", FIELDS({ "id", WF_STRING, true },
		{ "add", WF_BOOL, false }, { "del", WF_BOOL, false }, { "rsa", WF_STRING, false },
		{ "ecdsa", WF_STRING, false }, { "eddsa", WF_STRING, false }) },
	{ "route", "trap a connection's traffic", NAME_ONLY },
	{ "unroute", "stop trapping", NAME_ONLY },
	{ "initiate", "bring a connection up", FIELDS({ "name", WF_STRING, true },
		{ "async", WF_BOOL, false }, { "xauthuser", WF_STRING, false },
		{ "xauthpass", WF_STRING, false }) },
	{ "answer", "what was asked for, to a prompt", FIELDS({ "ticket", WF_INT, true },
		{ "text", WF_STRING, true }) },
	{ "oppo", "try opportunistic encryption now", HERE_THERE },
	{ "terminate", "take a connection down", NAME_ONLY },
	{ "status", "everything about the daemon", NO_FIELDS },
	{ "listpubkeys", "public keys: ours, and those given by hand",
		FIELDS({ "utc", WF_BOOL, false }) },
	{ "listevents", "what is due and when", NO_FIELDS },
	{ "listdns", "how DNS works, and what it said", NO_FIELDS },
	{ "watch", "what happens, as it happens", NO_FIELDS },
	{ "top", "the pairs that matter most", FIELDS({ "rows", WF_INT, false }) },
	{ "oestatus", "one line about opportunism", NO_FIELDS },
	{ "trafficstatus", "bytes of each Child SA", NO_FIELDS },
	{ "listshunts", "address pairs and what happens to them", NO_FIELDS },
	{ "explain", "why traffic is clear, encrypted or blocked", HERE_THERE },
	{ "shutdown", "end the daemon", NO_FIELDS },
};
const unsigned n_whack_commands = sizeof(whack_commands) / sizeof(*whack_commands);

const struct whack_command *
whack_command_find(const char *name)
{
	for (unsigned i = 0; i < n_whack_commands; i++)
		if (strcmp(whack_commands[i].name, name) == 0)
			return &whack_commands[i];
	return NULL;
}

int
whack_exit_status(int code)
{
	return code == RC_COMMENT || code == RC_LOG || code == RC_SUCCESS ? 0 : code & 0xff;
}

struct chunk
whack_frame(const json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);
	struct chunk out = { NULL, 0 };
	struct wire_writer w;
	size_t len;

	if (text == NULL)
		return out;
	len = strlen(text);
	out = chunk_new(4 + len);
	if (out.ptr != NULL) {
		w = wire_writer(out.ptr, out.len);
		wire_put_u32(&w, (uint32_t)len);
		wire_put(&w, span_of(text, len));
	}
	free(text);
	return out;
}

static bool
type_is(const json_t *v, enum whack_field_type type)
{
	switch (type) {
	case WF_STRING:
		return json_is_string(v);
	case WF_INT:
		return json_is_integer(v);
	case WF_BOOL:
		return json_is_boolean(v);
	case WF_OBJECT:
		return json_is_object(v);
	}
	return false;
}

static const struct whack_field *
field_find(const struct whack_field *f, const char *name)
{
	for (; f->name != NULL; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

/* Fields that every request has. */
static const struct whack_field common[] = {
	{ "version", WF_INT, true }, { "command", WF_STRING, true }, { NULL, WF_STRING, false },
};
static const struct whack_field none[] = { { NULL, WF_STRING, false } };

static bool
check(json_t *o, const char *what, const struct whack_field *fields,
      const struct whack_field *more, char *err, size_t errlen)
{
	const char *key;
	json_t *v;

	json_object_foreach(o, key, v) {
		const struct whack_field *f = field_find(fields, key);

		if (f == NULL)
			f = field_find(more, key);
		if (f == NULL || !type_is(v, f->type)) {
			snprintf(err, errlen, "%s: field \"%.40s\" is %s", what, key,
				 f == NULL ? "not known" : "of the wrong type");
			return false;
		}
	}
	for (const struct whack_field *f = fields; f->name != NULL; f++) {
		if (f->required && json_object_get(o, f->name) == NULL) {
			snprintf(err, errlen, "%s: field \"%s\" is missing", what, f->name);
			return false;
		}
	}
	return true;
}

bool
whack_fields_check(json_t *o, const char *what, const struct whack_field *fields,
		   char *err, size_t errlen)
{
	return check(o, what, fields, none, err, errlen);
}

static bool
request_ok(json_t *o, char *err, size_t errlen)
{
	const char *name = json_string_value(json_object_get(o, "command"));
	const json_t *version = json_object_get(o, "version");
	const struct whack_command *c;

	if (!json_is_integer(version) || json_integer_value(version) != WHACK_PROTO_VERSION) {
		snprintf(err, errlen, "field \"version\" is not %d: whack and pluto are of "
			 "different versions", WHACK_PROTO_VERSION);
		return false;
	}
	c = name == NULL ? NULL : whack_command_find(name);
	if (c == NULL) {
		snprintf(err, errlen, "field \"command\" is not a command of this version");
		return false;
	}
	return check(o, c->name, c->fields, common, err, errlen);
}

/* jansson bounds the depth itself (2048 levels of its parser); deep nesting of
 * a bounded message cannot hurt, and duplicate keys are refused. */
json_t *
whack_parse(struct span body, char *err, size_t errlen)
{
	json_error_t je;
	json_t *o;

	if (body.len > WHACK_MAX_REQUEST) {
		snprintf(err, errlen, "message of %zu bytes is too long", body.len);
		return NULL;
	}
	o = json_loadb((const char *)body.ptr, body.len, JSON_REJECT_DUPLICATES, &je);
	if (o == NULL || !json_is_object(o)) {
		snprintf(err, errlen, "message is not a JSON object: %.80s",
			 o == NULL ? je.text : "another type");
		json_decref(o);
		return NULL;
	}
	if (request_ok(o, err, errlen))
		return o;
	json_decref(o);
	return NULL;
}
