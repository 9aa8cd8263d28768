/* A conf under construction, for the files that read one. */
#ifndef CONF_BUILD_H
#define CONF_BUILD_H

#include "conf/conf.h"

enum { CONF_MAX_DEPTH = 10, CONF_MAX_FILES = 1000, CONF_MAX_FILE = 1 << 20 };

struct conf_build {
	struct conf *conf;
	bool may_include;
	unsigned files;
	char *err;
	size_t errlen;
};

/* "FILE:LINE: sentence"; false always. */
bool conf_bad(const struct conf_build *b, struct conf_place at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* A copy that the conf owns; NULL without memory. */
const char *conf_keep(struct conf *c, struct span text);
/* Reads TEXT of the file NAME, DEPTH includes deep; NAME must live as long as the conf. */
bool conf_build_text(struct conf_build *b, struct span text, const char *name, unsigned depth);
/* parts.c: conns for the pairs of those that have subnets=. */
bool conf_expand(struct conf_build *b);
/* Reads the files that match PATTERN. FROM: the include, or NULL. */
bool conf_build_files(struct conf_build *b, const char *pattern, unsigned depth,
		      const struct conf_place *from);

#endif
