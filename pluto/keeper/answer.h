/* What the keeper does with a question: signs, computes, compares; secrets stay here. */
#ifndef PLUTO_KEEPER_ANSWER_H
#define PLUTO_KEEPER_ANSWER_H

#include "pluto/keeper/keeper_proto.h"
#include "pluto/keeper/secrets.h"

/* Shared by the keeper's threads: each asks, one at a time loads. */
struct store;
struct store *store_new(const char *secretsfile, const char *ipsecdir);	/* copied; or NULL */
void store_free(struct store *s);
/* From memory, for tests; opens no file. */
bool store_set_text(struct store *s, struct span text);

/* OUT is an answer to R, whatever it asks; the caller frees it. */
void keeper_answer(struct store *s, const struct keeper_request *r, struct keeper_answer *out);

#endif
