/* Sets what the rows of push and roll name. */
#include "zones/push_args.h"

#include <string.h>

#include "zones/output.h"

bool
push_set_zone(void *args, const char *text)
{
	return output_zone_parse(text, &((struct push *)args)->zone);
}

bool
push_set_way(void *args, const char *text)
{
	static const char *const names[] = { [PUSH_NSUPDATE] = "nsupdate", [PUSH_KNOTC] = "knotc",
		[PUSH_PDNS] = "pdns" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(names[i], text) == 0) {
			((struct push *)args)->way = (enum push_way)i;
			return true;
		}
	}
	return false;
}

bool
push_set_tsig(void *args, const char *text)
{
	((struct push *)args)->tsig = text;
	return true;
}

bool
push_set_socket(void *args, const char *text)
{
	((struct push *)args)->socket = text;
	return true;
}

bool
push_set_url(void *args, const char *text)
{
	((struct push *)args)->url = text;
	return strncmp(text, "http", 4) == 0;
}

bool
push_set_api_key(void *args, const char *text)
{
	((struct push *)args)->api_key = text;
	return true;
}

bool
push_set_dry_run(void *args, const char *text)
{
	(void)text;
	return ((struct push *)args)->dry = true;
}

bool
push_set_quiet(void *args, const char *text)
{
	(void)text;
	return ((struct push *)args)->quiet = true;
}

bool
push_set_verbose(void *args, const char *text)
{
	(void)text;
	return ((struct push *)args)->verbose = true;
}
