/* What a hostile peer says on an IKE SA that is up. */
#ifndef TESTS_HOLES_AFTER_TABLE_H
#define TESTS_HOLES_AFTER_TABLE_H

#include "tests/holes/sealed.h"

enum { ANY = -1, NO_ANSWER = -2 };	/* else: the first notify of the answer; 0: none */

struct after_row {
	const char *id;
	uint8_t exchange;
	enum { REQUEST, RESPONSE } flags;
	const char *words;
	int notify;
	enum { STANDS, ONE_MORE, CHILDLESS, ENDS } then;
};

extern const struct after_row after_rows[];
extern const unsigned n_after_rows;

#endif
