/* How the readers of this folder say what was wrong. */
#ifndef PLUTO_WIRE_PARSE_H
#define PLUTO_WIRE_PARSE_H

#include "pluto/wire/ike_msg.h"

/* Takes the reader's error over; always false. */
static inline bool
parse_fail(struct parse_error *e, const struct wire_reader *r, uint16_t notify)
{
	e->what = r->what;
	e->err = r->err;
	e->notify = notify;
	return false;
}

/* A value that is not allowed; always false. */
static inline bool
parse_bad(struct parse_error *e, const char *what, uint16_t notify)
{
	e->what = what;
	e->err = WIRE_VALUE;
	e->notify = notify;
	return false;
}

/* The end of a body: everything was read, or INVALID_SYNTAX. */
static inline bool
parse_done(struct parse_error *e, struct wire_reader *r)
{
	*e = (struct parse_error){ 0 };
	return wire_done(r) || parse_fail(e, r, N_INVALID_SYNTAX);
}

#endif
