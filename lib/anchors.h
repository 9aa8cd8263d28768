/* Trust anchor files: whether there is an anchor at all, and which keys. */
#ifndef LIB_ANCHORS_H
#define LIB_ANCHORS_H

#include <stdbool.h>
#include <stdio.h>

struct anchors {
	unsigned n;
	bool has_root;		/* one of them is for "." */
	char text[128];		/* ". 20326 38696", cut when there are many */
	char last_owner[256];	/* of the text so far */
};

/* Adds the DS and DNSKEY records of an open file. False, with a sentence in
 * ERR, when a record cannot be read or there is none. */
bool anchors_read(FILE *f, const char *name, struct anchors *a, char err[200]);

#endif
