/* Options of the verbs that change a server's zone; the rows stay with the verbs. */
#ifndef ZONES_PUSH_ARGS_H
#define ZONES_PUSH_ARGS_H

#include "zones/push.h"

#define PUSH_WAYS "nsupdate, knotc or pdns"

/* For rows: ARGS is a struct push, or begins with one. */
bool push_set_zone(void *args, const char *text);
bool push_set_way(void *args, const char *text);
bool push_set_tsig(void *args, const char *text);
bool push_set_socket(void *args, const char *text);
bool push_set_url(void *args, const char *text);
bool push_set_api_key(void *args, const char *text);
bool push_set_dry_run(void *args, const char *text);
bool push_set_quiet(void *args, const char *text);
bool push_set_verbose(void *args, const char *text);

#endif
