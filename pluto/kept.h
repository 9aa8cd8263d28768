/* What connections keep closed, in a file beside the control socket. whack --route
 * comes after whack --listen: should we be killed, the next run is told of these
 * connections only when it serves already, and until then keeps closed what the
 * file says. */
#ifndef PLUTO_KEPT_H
#define PLUTO_KEPT_H

#include "oe/oe.h"

enum { KEPT_MAX = 65536 };	/* lines that are read */

struct kept {
	bool read;			/* the file has been looked at */
	struct group_entry *groups;	/* owned: of connections with %group and the like */
	size_t n_groups;
	struct selector *conns;		/* owned: of all others */
	size_t n_conns;
};

/* Adds the lines of FILE. One that is not understood is told, and counts as none; no
 * file is as one without lines. */
void kept_read(struct kept *k, const char *file);
void kept_clear(struct kept *k);
/* Replaces FILE with K's lines, whole or not at all; without any, FILE goes. 0 or
 * -errno. */
int kept_write(const struct kept *k, const char *file);
/* One line more. 0 or -errno. */
int kept_append(const char *file, const struct selector *conn);
/* Is this the same traffic? */
bool kept_same_group(const struct group_entry *a, const struct group_entry *b);

#endif
