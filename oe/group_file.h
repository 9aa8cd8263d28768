/* Policy files: one prefix a line, optionally narrowed to a protocol and ports.
 *
 *	# comment
 *	192.0.2.0/24
 *	2001:db8::/32  tcp 0 443
 *
 * oe.h declares what reads them; here are their limits. */
#ifndef OE_GROUP_FILE_H
#define OE_GROUP_FILE_H

#include "oe/oe.h"

enum {
	GROUP_FILE_MAX_BYTES = 64 << 20,	/* a bigger file is refused whole */
	GROUP_FILE_MAX_ENTRIES = 1 << 20,	/* in all files together */
	GROUP_FILE_MAX_LINE = 200,		/* comments may be longer */
	GROUP_FILE_MAX_COMPLAINTS = 50,		/* by file; then one line says more */
};

#endif
