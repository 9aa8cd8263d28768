/* The back end that was chosen at the start: libunbound or c-ares. */
#ifndef ADNS_BACKEND_H
#define ADNS_BACKEND_H

#include "adns/options.h"
#include "adns/resolver_stub.h"
#include "adns/resolver_unbound.h"

struct backend {
	struct resolver_unbound *validator;	/* one of the two is open */
	struct resolver_stub *stub;
	struct resolver ops;
};

/* As the options say. False with a sentence in ERR. */
bool backend_open(struct backend *b, struct loop *l, const struct options *o,
		  unsigned max_sockets, char err[200]);
void backend_close(struct backend *b);

#endif
