/* Negative trust anchors (RFC 7646): a zone that is known to be broken, and until when
 * it is not to be validated. */
#ifndef LIB_NEGATIVE_ANCHOR_H
#define LIB_NEGATIVE_ANCHOR_H

#include <time.h>

#include "lib/revname.h"

struct negative_anchor {
	struct dns_name zone;
	time_t until_wall;
	char until[24];		/* the date as it was given */
};

/* "ZONE@YYYY-MM-DD", until that day begins (UTC), or "ZONE@YYYY-MM-DDThh:mm:ssZ".
 * False with a sentence in ERR; the root is refused. */
bool negative_anchor_parse(const char *text, struct negative_anchor *out, char err[200]);

#endif
