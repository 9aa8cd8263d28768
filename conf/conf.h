/* The door of conf/: ipsec.conf, read and turned into command lines.
 *
 *	text -> lex -> keyword rows -> sections -> one conn with its also= and
 *	%default -> the options of whack (or, of config setup, of pluto)
 *
 * So that nothing can be written in the file that the two programs do not check,
 * and `ipsec auto --showonly` shows what a conn stands for. An example:
 *
 *	conn east			whack --name east --host 192.0.2.1
 *		left=192.0.2.1			--to --host 192.0.2.2
 *		right=192.0.2.2			--psk --encrypt --pfs
 *		authby=secret
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include "conf/keywords.h"

struct conf_place { const char *file; unsigned line; };

struct conf_setting {
	const struct conf_keyword *word;	/* NULL: also= */
	enum conf_side side;
	const char *text;			/* as conf_value made it */
	struct conf_place at;
};

struct conf_section {
	const char *name;			/* "setup" and conn's names */
	bool setup;
	bool has_parts;				/* a conn each for its pairs of subnets: they
						 * are what is loaded */
	const char *part_of;			/* this is one of them; NULL: it is not */
	struct conf_place at;
	struct conf_setting *s;			/* owned, like all texts, by the conf */
	size_t n;
};

struct conf {
	struct conf_section *sections;
	size_t n;
	char **texts;
	size_t n_texts;
};

/* All of PATH and of what it includes (patterns of the shell; 10 deep, 1000 files,
 * a MiB each). NULL with "FILE:LINE: sentence" in ERR. */
struct conf *conf_read(const char *path, char *err, size_t errlen);
/* The same of a text, whose includes are refused. */
struct conf *conf_parse(struct span text, const char *name, char *err, size_t errlen);
void conf_free(struct conf *c);

/* The conn NAME, or NULL; "%default" is none. */
const struct conf_section *conf_find(const struct conf *c, const char *name);

/* A conn with what it takes from others: its own settings come first, then those
 * of also= in their order, then conn %default's. */
struct conf_conn {
	const char *name;
	struct conf_place at;
	const struct conf_setting *set[CONF_MAX_KEYWORDS][CONF_SIDES];
};
/* False with a sentence in ERR: an also= that names no conn, or goes round. */
bool conf_resolve(const struct conf *c, const struct conf_section *s, struct conf_conn *out,
		  char *err, size_t errlen);
/* The text of NAME ("" is left or right itself), or NULL. */
const char *conf_text(const struct conf_conn *c, const char *name, enum conf_side side);

/* A command line under construction; all of it is owned. */
struct conf_words {
	char *v[256];			/* NULL-terminated */
	size_t n;
	bool full;			/* something did not fit */
};
void conf_words_add(struct conf_words *w, const char *word);
void conf_words_option(struct conf_words *w, const char *option, const char *value);
void conf_words_clear(struct conf_words *w);
/* On one line, quoted for a shell where that is needed. OUT is truncated to fit. */
char *conf_words_text(const struct conf_words *w, char *out, size_t outlen);

/* The options of whack that add C. OWN is the address that %defaultroute stands
 * for; NULL: there is none. False with a sentence. */
bool conf_conn_words(const struct conf_conn *c, const char *own, struct conf_words *out, char *err,
		     size_t errlen);
/* The public keys that C gives for its ends, each as options of whack: how many. */
enum { CONF_MAX_KEYS = 8 };
unsigned conf_key_words(const struct conf_conn *c, const char *own,
			struct conf_words out[CONF_MAX_KEYS]);
/* The options of pluto for config setup. */
void conf_setup_words(const struct conf *c, struct conf_words *out);
/* The text of a keyword of config setup, or NULL. */
const char *conf_setup_text(const struct conf *c, const char *name);

#endif
