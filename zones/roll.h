/* oe-zone roll: a host's key is replaced while its peers go on. */
#ifndef ZONES_ROLL_H
#define ZONES_ROLL_H

#include "zones/front.h"
#include "zones/push.h"
#include "zones/roll_files.h"
#include "zones/roll_look.h"

#define ROLL_PROG "oe-zone roll"

struct roll_args {
	struct push push;		/* first: the options of push are set there */
	const char *key, *file, *secrets, *ctlbase, *anchor;
	struct endpoint resolver;
	struct record_request q;	/* of records that are not published yet */
	enum pubkey_kind type;		/* PUBKEY_NONE: that of the old key */
	unsigned long margin_s, sa_life_s;
	bool json, quiet;
	char **names;			/* borrowed */
	int n_names;
	const char *server;		/* "@ADDR"; NULL: records are printed */
};

/* What is at hand while a step is taken. */
struct roll_run {
	const struct roll_args *a;
	struct roll r;
	struct pubkey old, fresh;	/* owned; start alone has them */
	bool refused;			/* the new key does not fit where the old one is */
	struct ub_ctx *ctx;
	struct roll_seen seen;
	enum lookup_verdict worst;
	uint64_t now;
	char err[700];
};

/* The steps: an exit status, after a sentence. R is read from its file but for start. */
typedef int roll_step_fn(struct roll_run *run);
roll_step_fn roll_start;
roll_step_fn roll_status;
roll_step_fn roll_activate;
roll_step_fn roll_finish;

/* A date that somebody reads, into OUT: "2026-11-26T08:00:00Z". */
const char *roll_date(uint64_t at, char out[32]);
/* The file of the roll-over, but not with --dry-run: false with a sentence in ERR of RUN. */
bool roll_save(struct roll_run *run);
/* Looks at all servers, with a line for each when LOUD, notes what is seen and writes the
 * file. */
int roll_look_and_note(struct roll_run *run, bool loud);
/* What is to be done next, and when. */
void roll_say_next(const struct roll_run *run);

/* Prints the records of each name by FN, or pushes them, zone by zone. */
typedef bool roll_records_fn(struct roll_run *run, FILE *out, const struct server *s,
			     const struct roll_place *place);
int roll_publish(struct roll_run *run, roll_records_fn *fn);

#endif
