/* Datagrams that anybody may send before he has proved anything, a row for each
 * known hole; what is done to the message, and what comes back.
 *
 *	{ "H34", ONCE, "init ...", "child spi_i=live spi_r=live ...", SILENCE }
 *
 * The second message goes to the SA that the answer to the first has told of. */
#ifndef TESTS_HOLES_STRANGERS_H
#define TESTS_HOLES_STRANGERS_H

#include "tests/holes/spell.h"

enum how {
	ONCE,
	CUT,		/* each beginning of it, and one octet too many */
	OCTETS,		/* each octet behind the header with other values */
	LENGTHS,	/* each payload's length, and the message's, lies */
	PAYLOADS,	/* each payload left out, doubled, of another type */
	GROUPS,		/* the KE payload's group is each number but that one */
};

enum { ANYTHING = -1, SILENCE = 0 };	/* else: the type of the notify in the answer */

struct stranger {
	const char *id;
	enum how how;
	const char *words, *then;	/* THEN may be NULL */
	int answer;			/* to each of WORDS's datagrams */
};

extern const struct stranger strangers[];
extern const unsigned n_strangers;

typedef void stranger_fn(void *ctx, struct span datagram);
/* FN is called with each datagram that HOW makes of WORDS. */
void stranger_each(enum how how, const char *words, const struct spell_live *live,
		   stranger_fn *fn, void *ctx);

#endif
