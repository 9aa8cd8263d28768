/* Tests of requests and answers: framing, every kind of bad field, bounds. */
#include "lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "lib/wire.h"
#include "whack/whack_proto.h"

/* TEXT must be refused with a sentence that holds WHY. */
static void
refuse(const char *text, const char *why)
{
	char err[200] = "";

	assert_null(whack_parse(span_str(text), err, sizeof(err)));
	if (strstr(err, why) == NULL)
		fail_msg("%s: \"%s\" does not hold \"%s\"", text, err, why);
}

static void
accept(const char *text)
{
	char err[200] = "";
	json_t *o = whack_parse(span_str(text), err, sizeof(err));

	if (o == NULL)
		fail_msg("%s: %s", text, err);
	json_decref(o);
}

static void
test_frame(void **state)
{
	json_t *o = json_pack("{s:i,s:s}", "version", 1, "command", "status");
	struct chunk f = whack_frame(o);
	struct wire_reader r = wire_reader(chunk_span(f));
	char err[200];
	json_t *back;

	(void)state;
	assert_int_equal(wire_u32(&r, "length"), f.len - 4);
	back = whack_parse(wire_rest(&r), err, sizeof(err));
	assert_non_null(back);
	assert_true(json_equal(o, back));
	json_decref(o);
	json_decref(back);
	chunk_free(&f);
}

/* A request with every field of its command is taken; without a required one,
 * or with a field of another type, it is refused and the field is named. */
static json_t *
full_request(const struct whack_command *c)
{
	json_t *o = json_pack("{s:i,s:s}", "version", WHACK_PROTO_VERSION, "command", c->name);

	for (const struct whack_field *f = c->fields; f->name != NULL; f++) {
		json_t *v = f->type == WF_STRING ? json_string("x") : f->type == WF_INT
			? json_integer(7) : f->type == WF_BOOL ? json_true() : json_object();

		json_object_set_new(o, f->name, v);
	}
	return o;
}

static void
check_object(const json_t *o, const char *why)
{
	char *text = json_dumps(o, JSON_COMPACT);

	assert_non_null(text);
	if (why == NULL)
		accept(text);
	else
		refuse(text, why);
	free(text);
}

static void
test_every_command(void **state)
{
	(void)state;
	for (unsigned i = 0; i < n_whack_commands; i++) {
		const struct whack_command *c = &whack_commands[i];
		json_t *o = full_request(c);

		assert_ptr_equal(whack_command_find(c->name), c);
		assert_true(strlen(c->story) > 5);
		check_object(o, NULL);
		for (const struct whack_field *f = c->fields; f->name != NULL; f++) {
			json_t *good = json_incref(json_object_get(o, f->name));

			json_object_set_new(o, f->name, json_real(1.5));
			check_object(o, f->name);
			json_object_del(o, f->name);
			check_object(o, f->required ? f->name : NULL);
			json_object_set_new(o, f->name, good);
		}
		json_object_set_new(o, "surplus", json_true());
		check_object(o, "\"surplus\" is not known");
		json_decref(o);
	}
	assert_null(whack_command_find("reboot"));
}

static void
test_hostile(void **state)
{
	(void)state;
	refuse("", "not a JSON object");
	refuse("null", "not a JSON object");
	refuse("[]", "not a JSON object");
	refuse("{", "not a JSON object");
	refuse("{}", "version");
	refuse("{\"version\":2,\"command\":\"status\"}", "different versions");
	refuse("{\"version\":\"1\",\"command\":\"status\"}", "version");
	refuse("{\"version\":1}", "command");
	refuse("{\"version\":1,\"command\":7}", "command");
	refuse("{\"version\":1,\"command\":\"reboot\"}", "command");
	refuse("{\"version\":1,\"version\":1,\"command\":\"status\"}", "duplicate");
	refuse("{\"version\":1,\"command\":\"status\"} x", "not a JSON object");
	refuse("{\"version\":1,\"command\":\"initiate\",\"name\":\"a\\u0000b\"}", "not a JSON object");
	refuse("{\"version\":1,\"command\":\"initiate\",\"name\":\"\xff\"}", "not a JSON object");
	accept("{\"version\":1,\"command\":\"status\"}");
}

static void
test_deep(void **state)
{
	enum { DEPTH = 100000 };
	char *text = calloc(1, 2 * DEPTH + 100), err[200];

	(void)state;
	assert_non_null(text);
	memset(text, '[', DEPTH);
	assert_null(whack_parse(span_of(text, DEPTH), err, sizeof(err)));
	strcpy(text, "{\"version\":1,\"command\":\"status\",\"x\":");
	size_t n = strlen(text);
	memset(text + n, '[', DEPTH);
	memset(text + n + DEPTH, ']', DEPTH);
	strcpy(text + n + 2 * DEPTH, "}");
	assert_null(whack_parse(span_str(text), err, sizeof(err)));
	free(text);
}

static void
test_size(void **state)
{
	static const char head[] = "{\"version\":1,\"command\":\"initiate\",\"name\":\"";
	char *text = malloc(WHACK_MAX_REQUEST + 1), err[200];
	json_t *o;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', WHACK_MAX_REQUEST + 1);
	memcpy(text, head, sizeof(head) - 1);
	memcpy(text + WHACK_MAX_REQUEST - 2, "\"}", 2);
	o = whack_parse(span_of(text, WHACK_MAX_REQUEST), err, sizeof(err));
	assert_non_null(o);
	json_decref(o);
	assert_null(whack_parse(span_of(text, WHACK_MAX_REQUEST + 1), err, sizeof(err)));
	assert_non_null(strstr(err, "too long"));
	free(text);
}

static void
test_nested_fields(void **state)
{
	static const struct whack_field fields[] = {
		{ "host", WF_STRING, true }, { "port", WF_INT, false }, { NULL, WF_STRING, false },
	};
	json_t *o = json_pack("{s:s}", "host", "x");
	char err[200];

	(void)state;
	assert_true(whack_fields_check(o, "an end", fields, err, sizeof(err)));
	json_object_set_new(o, "port", json_string("7"));
	assert_false(whack_fields_check(o, "an end", fields, err, sizeof(err)));
	assert_string_equal(err, "an end: field \"port\" is of the wrong type");
	json_object_clear(o);
	assert_false(whack_fields_check(o, "an end", fields, err, sizeof(err)));
	assert_string_equal(err, "an end: field \"host\" is missing");
	json_object_set_new(o, "version", json_integer(1));
	assert_false(whack_fields_check(o, "an end", fields, err, sizeof(err)));
	json_decref(o);
}

static void
test_exit_status(void **state)
{
	(void)state;
	assert_int_equal(whack_exit_status(RC_COMMENT), 0);
	assert_int_equal(whack_exit_status(RC_LOG), 0);
	assert_int_equal(whack_exit_status(RC_SUCCESS), 0);
	assert_int_equal(whack_exit_status(RC_LOG_SERIOUS), 3);
	assert_int_equal(whack_exit_status(RC_UNKNOWN_NAME), 21);
	assert_int_equal(whack_exit_status(RC_DNS_BOGUS), 60);
	assert_int_equal(whack_exit_status(RC_NOTIFICATION + 24), 224);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frame),
		cmocka_unit_test(test_every_command),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_nested_fields),
		cmocka_unit_test(test_exit_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
