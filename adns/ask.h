/* adns -q: asks once, for a person. */
#ifndef ADNS_ASK_H
#define ADNS_ASK_H

#include "adns/options.h"
#include "adns/query.h"

/* Exit statuses, those of whack where they mean the same. */
enum { ASK_OK = 0, ASK_NO_RECORD = 28, ASK_USAGE = 33, ASK_BOGUS = 60, ASK_UNANSWERED = 61 };

/* Prints the answer to O->question on standard output; an exit status. */
int ask_once(struct loop *l, const struct resolver *r, const struct options *o);

#endif
