/* Options that the verbs that print records have in common. The rows stay with the
 * verbs; these set what the rows name. */
#ifndef ZONES_RECORD_ARGS_H
#define ZONES_RECORD_ARGS_H

#include "zones/front.h"

struct record_args {
	const char *key;
	struct record_request q;
	struct output output;
};

struct record_args record_args_default(void);
/* For rows: ARGS is a struct record_args, or begins with one. */
bool record_set_key(void *args, const char *text);
bool record_set_gateway(void *args, const char *text);
bool record_set_precedence(void *args, const char *text);
bool record_set_ttl(void *args, const char *text);
bool record_set_format(void *args, const char *text);
bool record_set_zone(void *args, const char *text);
bool record_set_generic(void *args, const char *text);
bool record_set_quiet(void *args, const char *text);
/* The key, owned by the caller when this is EXIT_OK; else a sentence was said. */
int record_args_load(const char *prog, const struct record_args *a, struct pubkey *key);

#endif
