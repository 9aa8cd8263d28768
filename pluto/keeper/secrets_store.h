/* Entries of ipsec.secrets in memory, between the reader and the searches. */
#ifndef PLUTO_SECRETS_STORE_H
#define PLUTO_SECRETS_STORE_H

#include "pluto/keeper/secrets.h"

enum { SECRET_MAX_IDS = 32, SECRETS_MAX = 10000 };

struct secret_entry {
	enum secret_kind kind;
	struct ident *ids;		/* owned; type 0 is %any */
	unsigned n_ids;
	struct secret value;		/* owned; PSK and XAUTH */
	struct private_key key;		/* owned; SECRET_KEY */
	char *file;			/* owned */
	unsigned line;
};

struct secrets *secrets_new(void);
/* Takes E over, also on failure (-ENOMEM, -E2BIG). */
int secrets_add(struct secrets *s, struct secret_entry *e);
/* Two shared secrets of the same owners with different values; false when
 * there are none. */
bool secrets_clash(const struct secrets *s, size_t *first, size_t *second);
void secret_entry_clear(struct secret_entry *e);

#endif
