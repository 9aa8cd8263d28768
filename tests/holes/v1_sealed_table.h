/* What a hostile peer of IKEv1 says under an ISAKMP SA that is up. */
#ifndef TESTS_HOLES_V1_SEALED_TABLE_H
#define TESTS_HOLES_V1_SEALED_TABLE_H

#include "tests/exchange_v1/v1_pair.h"
#include "tests/holes/strangers.h"

struct v1_sealed_row {
	const char *id;
	uint8_t exchange;
	enum { GOOD, WRONG, OF_ANOTHER, SHORT, NONE } hash;	/* the HASH in front of the words */
	enum how how;			/* ONCE; OCTETS: with a HASH that fits each */
	const char *words;
	enum { UNHEARD, NO_MATTER, ANSWERED } answer;	/* UNHEARD: nothing comes back */
	enum { STANDS, CHILDLESS, ENDS } then;
};

extern const struct v1_sealed_row v1_sealed_rows[];
extern const unsigned n_v1_sealed_rows;

#endif
