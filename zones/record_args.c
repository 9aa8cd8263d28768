/* Options of verbs that print records. */
#include "zones/record_args.h"

#include "zones/key_file.h"

struct record_args
record_args_default(void)
{
	return (struct record_args){
		.key = DEFAULT_IPSECDIR "/private/" HOST_KEY_NAME,
		.q = { .ttl = 3600, .precedence = 10 },
		.output = { .out = stdout, .format = OUTPUT_ZONE },
	};
}

bool
record_set_key(void *args, const char *text)
{
	((struct record_args *)args)->key = text;
	return true;
}

bool
record_set_gateway(void *args, const char *text)
{
	((struct record_args *)args)->q.gateway = text;
	return true;
}

bool
record_set_precedence(void *args, const char *text)
{
	return record_precedence_parse(text, &((struct record_args *)args)->q.precedence);
}

bool
record_set_ttl(void *args, const char *text)
{
	return record_ttl_parse(text, &((struct record_args *)args)->q.ttl);
}

bool
record_set_format(void *args, const char *text)
{
	return output_format_parse(text, &((struct record_args *)args)->output.format);
}

bool
record_set_zone(void *args, const char *text)
{
	return output_zone_parse(text, &((struct record_args *)args)->output.zone);
}

bool
record_set_generic(void *args, const char *text)
{
	(void)text;
	((struct record_args *)args)->output.format = OUTPUT_GENERIC;
	return true;
}

bool
record_set_quiet(void *args, const char *text)
{
	(void)text;
	return ((struct record_args *)args)->output.quiet = true;
}

int
record_args_load(const char *prog, const struct record_args *a, struct pubkey *key)
{
	const char *why = output_refuses(&a->output);
	char err[200];

	if (why != NULL) {
		front_failed(prog, why);
		return EXIT_USAGE_ERROR;
	}
	if (!key_file_load(a->key, key, err, sizeof(err)))
		return front_failed(prog, err);
	return EXIT_OK;
}
