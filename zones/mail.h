/* The letter to whoever holds the reverse zone. */
#ifndef ZONES_MAIL_H
#define ZONES_MAIL_H

#include "zones/record.h"

struct letter {
	const struct pubkey *key;
	struct record_request q;	/* its owner is filled for each */
	char **addrs;
	int n;
};

/* Writes it to OUT: a subject, an empty line, plain ASCII of lines that mail carries (RFC
 * 5322 2.1.1). False with a sentence in ERR. */
bool mail_write(FILE *out, const struct letter *l, char *err, size_t errlen);

#endif
