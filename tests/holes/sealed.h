/* A hostile peer with keys: its IKE_AUTH is altered behind its own seal, and on an
 * SA that is up it says what it likes. With AUTH_NULL that is everybody. */
#ifndef TESTS_HOLES_SEALED_H
#define TESTS_HOLES_SEALED_H

#include "tests/exchange/pair.h"
#include "tests/holes/spell.h"

enum { SEALED_MAX = 40000 };

/* What is done to a chain of payloads. */
enum change {
	INSTEAD,	/* of payloads of that type stand the words */
	WITHOUT,	/* that type */
	BESIDE,		/* the words follow at the end; TYPE means nothing */
	ALL,		/* nothing but the words */
};

struct alteration {
	enum change change;
	uint8_t type;
	const char *words;		/* payloads in the language of spell.h */
};

/* The keys of a side's newest IKE SA in the direction that WHO writes; owned. */
struct sealer *sealed_writer(struct pair *p, int who);
/* What stands in D, which WHO wrote: FIRST is the type of the first payload. The
 * plain bytes are in BUF. False when it cannot be opened. */
bool sealed_open(struct pair *p, int who, struct span d, uint8_t buf[SEALED_MAX],
		 struct span *plain, uint8_t *first);
/* PLAIN altered, into OUT. */
void sealed_alter(const struct alteration *a, struct span plain, uint8_t first,
		  struct spelled *out);
/* INNER as a message of WHO on its newest IKE SA, in front of it in the clear the
 * payloads of OUTER (words; NULL: none). Owned. */
struct chunk sealed_message(struct pair *p, int who, uint8_t exchange, uint8_t flags,
			    uint32_t message_id, const char *outer, const struct spelled *inner);
/* WHO's newest IKE SA, in whatever state. */
struct ike_sa *sealed_sa(struct pair *p, int who);

#endif
