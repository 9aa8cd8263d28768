/* A roll-over of a host's key, between the runs of oe-zone roll: what its small file holds,
 * and when which step may be taken (after RFC 7583).
 *
 *	started		both records are to be published
 *	seen		every authoritative server has had both since then
 *	ready		+ what caches may still hold + a margin: pluto may sign with the new key
 *	activated	pluto signs with the new key
 *	over		+ what negotiations and SAs may last + a margin: the old record may go */
#ifndef ZONES_ROLL_STATE_H
#define ZONES_ROLL_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ROLL_PATH = 512, ROLL_NAME = 256, ROLL_NAMES = 64, ROLL_PRINT = 64 };

struct roll {
	char key[ROLL_PATH];		/* what pluto signs with; absolute, as all paths */
	char next[ROLL_PATH];		/* the other key: the new one, after activate the old one */
	char secrets[ROLL_PATH];	/* the file that names both; "": none does */
	char old_print[ROLL_PRINT], new_print[ROLL_PRINT];	/* fingerprints */
	uint64_t started_s, seen_s, activated_s;	/* seconds since 1970; 0: not yet */
	uint64_t wait_s;	/* how long caches may hold what was there before */
	uint64_t margin_s;	/* 0: as long as wait_s, at most an hour */
	uint64_t sa_life_s;	/* how long an SA of the old key is given */
	char name[ROLL_NAMES][ROLL_NAME];	/* addresses and names, as they were typed */
	unsigned n_names;
};

/* What was seen at the authoritative servers of all names, at one time. */
struct roll_seen {
	unsigned both, old, new, none;	/* servers with these of the two records */
	unsigned silent;		/* that did not answer, or could not be found */
	uint32_t longest_s;		/* of caches, where the new record is missing */
};

/* Both print a sentence into ERR. Reading a file that is not there is ENOENT in errno. */
bool roll_read(const char *path, struct roll *out, char *err, size_t errlen);
/* The file is replaced as a whole. */
bool roll_write(const char *path, const struct roll *r, char *err, size_t errlen);

/* Before activate: takes note of SEEN at NOW. A server without the new record starts the wait
 * again. */
void roll_note(struct roll *r, const struct roll_seen *seen, uint64_t now);
uint64_t roll_margin(const struct roll *r);
/* When pluto may sign with the new key; 0: nobody knows yet. */
uint64_t roll_ready(const struct roll *r);
/* When the old record may go; 0: the new key is not in use. */
uint64_t roll_over(const struct roll *r);

#endif
