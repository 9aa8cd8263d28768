/* Runs nsupdate(1) on a script, without a shell. */
#ifndef ZONES_NSUPDATE_H
#define ZONES_NSUPDATE_H

#include <stdio.h>

#include "zones/zone_diff.h"

/* The commands that make the server's records those of the file, as one update. */
void nsupdate_script(FILE *out, const struct server *s, const char *zone, const struct zone_diff *d);
/* Feeds SCRIPT to nsupdate, which signs with the key in KEY_FILE (NULL: not at all) and
 * has ten seconds. 0; what it exits with; -errno when it cannot be run. */
int nsupdate_run(const char *script, size_t len, const char *key_file);

#endif
