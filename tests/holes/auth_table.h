/* What a hostile peer writes in IKE_AUTH. */
#ifndef TESTS_HOLES_AUTH_TABLE_H
#define TESTS_HOLES_AUTH_TABLE_H

#include "tests/holes/sealed.h"

enum proof { BY_PSK, BY_NULL, BY_RSA, BY_P256, BY_P384, BY_ED25519, PROOFS };
#define KEYS (1u << BY_RSA | 1u << BY_P256 | 1u << BY_P384 | 1u << BY_ED25519)
#define EVERY (KEYS | 1u << BY_PSK | 1u << BY_NULL)
#define PROVEN (KEYS | 1u << BY_PSK)
/* One of each kind: what does not depend on how. */
#define FEW (1u << BY_PSK | 1u << BY_NULL | 1u << BY_ED25519)

struct auth_row {
	const char *id;
	enum { REQUEST, RESPONSE } where;
	const char *outer;		/* payloads in front of SK, or NULL */
	struct alteration a;
	unsigned proofs;		/* bits: by which proofs it is tried */
	enum { REFUSED, NO_CHILD, UP } expect;
};

extern const struct auth_row auth_rows[];
extern const unsigned n_auth_rows;

#endif
