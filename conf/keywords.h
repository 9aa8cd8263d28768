/* The keywords of ipsec.conf: const rows, each with its type and the option of
 * whack or pluto for which it stands. */
#ifndef CONF_KEYWORDS_H
#define CONF_KEYWORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/span.h"

enum conf_where {
	CONF_SETUP,	/* config setup */
	CONF_CONN,	/* conn NAME, about both ends */
	CONF_END,	/* conn NAME, behind left or right */
};

enum conf_side { CONF_LEFT, CONF_RIGHT, CONF_BOTH, CONF_SIDES };

enum conf_type {
	CONF_TEXT,	/* OPTION VALUE */
	CONF_BOOL,	/* yes: OPTION; no: OTHERWISE */
	CONF_NUMBER,	/* OPTION VALUE */
	CONF_TIME,	/* the same, in seconds: 30, 30s, 5m, 8h, 1d */
	CONF_PERCENT,	/* 100 or 100% */
	CONF_PROTOPORT,	/* tcp/80, 17/1701, udp */
	CONF_WORD,	/* one of WORDS */
	CONF_LIST,	/* several of WORDS, or OPTION for each */
	CONF_REFUSED,	/* STORY says what to do instead */
};

/* What a word stands for: OPTION, with VALUE unless that is NULL; OPTION NULL:
 * it is so anyway. */
struct conf_word { const char *word, *option, *value; };

struct conf_keyword {
	const char *name;	/* of an end: without left or right */
	enum conf_where where;
	enum conf_type type;
	const char *option, *otherwise;
	const struct conf_word *words;	/* ends with a NULL word */
	const char *same_as;	/* another spelling of that row */
	const char *story;
};

extern const struct conf_keyword conf_keywords[];
extern const unsigned n_conf_keywords;
enum { CONF_MAX_KEYWORDS = 160 };

/* The row of NAME in a section of this kind, and the side it is about; NULL when
 * there is none. */
const struct conf_keyword *conf_keyword_find(struct span name, bool setup,
					     enum conf_side *side);
const struct conf_word *conf_word_find(const struct conf_word *words, const char *word);
/* TEXT as whack and pluto take it, into OUT: seconds, yes or no, numbers. False
 * with a sentence that says what was expected. */
bool conf_value(const struct conf_keyword *k, struct span text, char *out, size_t outlen,
		char *err, size_t errlen);

#endif
