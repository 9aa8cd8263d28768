/* Connections of ipsec.conf into the running daemon. */
#ifndef CONF_LOAD_H
#define CONF_LOAD_H

#include "conf/run.h"

/* What a conn of the file stands for. */
struct conf_loadable {
	struct conf_words keys[CONF_MAX_KEYS], add;
	unsigned n_keys;
	const char *start;	/* auto=: "ignore", "add", "route", "start"; static */
};
/* False with a sentence. Cleared with loadable_clear in any case. One that is to be
 * ignored may be there for others to name (also=), and lack its ends: it has no words,
 * unless IGNORED too is meant. Nor has one whose parts are loaded. */
bool loadable_make(const struct conf *c, const struct conf_section *s, bool ignored,
		   struct conf_loadable *out, char *err, size_t errlen);
void loadable_clear(struct conf_loadable *l);
/* A number that is another one when anything of it is. */
uint64_t loadable_hash(const struct conf_loadable *l);

/* Runs whack: keys, then the connection; then, when ALL, what auto= says. The
 * first exit status that is not 0. */
int loadable_add(const struct conf_run *r, const struct conf_loadable *l, const char *name, bool all);
/* whack --name NAME --ACTION, and MORE unless that is NULL. */
int conf_act(const struct conf_run *r, const char *name, const char *action, const char *more);

#endif
