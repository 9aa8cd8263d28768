/* The steps of oe-zone roll that change something. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "zones/key_file.h"
#include "zones/roll.h"
#include "zones/roll_records.h"

static int
refuse(struct roll_run *run)
{
	return front_failed(ROLL_PROG, run->err);
}

/* What a step would do; with --dry-run that is all. */
static bool
dry(const struct roll_run *run, const char *would, const char *what)
{
	if (run->a->push.dry && !run->a->quiet)
		fprintf(stderr, ROLL_PROG ": --dry-run: %s: %s\n", would, what);
	return run->a->push.dry;
}

static int
tell_pluto(struct roll_run *run, const char *what)
{
	bool runs;

	if (dry(run, "pluto would be told", what))
		return EXIT_OK;
	if (!roll_tell_pluto(run->a->ctlbase, &runs, run->err, sizeof(run->err)))
		return refuse(run);
	if (!run->a->quiet)
		fprintf(stderr, ROLL_PROG ": pluto %s %s\n", runs ? "was told:" : "does not run; when it starts:", what);
	return EXIT_OK;
}

static bool
records_both(struct roll_run *run, FILE *out, const struct server *s, const struct roll_place *place)
{
	return roll_records_both(out, s, place, &run->a->q, &run->old, &run->fresh, run->err,
				 sizeof(run->err));
}

static bool
records_new(struct roll_run *run, FILE *out, const struct server *s, const struct roll_place *place)
{
	return roll_records_new(out, s, place, &run->r, run->err, sizeof(run->err));
}

static bool
same_names(const struct roll_args *a, const struct roll *r)
{
	bool same = (unsigned)a->n_names == r->n_names;

	for (unsigned i = 0; same && i < r->n_names; i++)
		same = strcmp(a->names[i], r->name[i]) == 0;
	return same;
}

/* A start that could not publish is taken up again. */
static bool
go_on(struct roll_run *run, const struct roll *before)
{
	char since[32];

	if (before->activated_s > 0 || !same_names(run->a, before) ||
	    strcmp(before->old_print, run->old.fingerprint) != 0) {
		snprintf(run->err, sizeof(run->err), "a roll-over is under way since %s: oe-zone roll "
			 "status tells how far it is", roll_date(before->started_s, since));
		return false;
	}
	run->r = *before;
	return key_file_load(run->r.next, &run->fresh, run->err, sizeof(run->err));
}

static bool
take_names(struct roll_run *run)
{
	const struct roll_args *a = run->a;

	run->r = (struct roll){ .started_s = run->now, .margin_s = a->margin_s, .sa_life_s = a->sa_life_s };
	for (int i = 0; i < a->n_names; i++) {
		if (strlen(a->names[i]) >= ROLL_NAME) {
			snprintf(run->err, sizeof(run->err), "\"%.40s...\" is too long for a name", a->names[i]);
			return false;
		}
		strcpy(run->r.name[run->r.n_names++], a->names[i]);
	}
	return true;
}

static enum pubkey_kind
kind_of_new(const struct roll_run *run)
{
	return run->a->type != PUBKEY_NONE ? run->a->type : run->old.kind;
}

static void
note_refusal(void *arg, const struct roll_at *at)
{
	struct roll_run *run = arg;

	run->refused = run->refused || (at->has == ROLL_HAS_OLD &&
		roll_refuses(at->place, at->type, kind_of_new(run), run->err, sizeof(run->err)));
}

/* How long the world may hold what is there now, before anything is changed. */
static bool
measure(struct roll_run *run)
{
	if (!roll_look(run->ctx, &run->r, note_refusal, run, &run->seen, &run->worst, run->err, sizeof(run->err)))
		return false;
	if (run->refused)
		return false;
	roll_note(&run->r, &run->seen, run->now);
	snprintf(run->err, sizeof(run->err), "no authoritative server of these names answers: oe-zone "
		 "verify tells more");
	return run->seen.old + run->seen.none + run->seen.both + run->seen.new > 0;
}

/* The new key, and the file that says so. */
static bool
make(struct roll_run *run)
{
	unsigned bits = run->old.kind == PUBKEY_RSA ? run->old.bits : 3072;

	return roll_make_key(&run->r, kind_of_new(run), bits, dry(run, "a key would be made", run->r.next),
			     &run->fresh, run->err, sizeof(run->err)) && roll_save(run);
}

static int
publish_both(struct roll_run *run)
{
	int status = tell_pluto(run, "it has both keys, and signs with the old one");

	if (status == EXIT_OK)
		status = roll_publish(run, records_both);
	if (status == EXIT_OK && run->a->server != NULL && !run->a->push.dry) {
		status = roll_look_and_note(run, true);
		roll_say_next(run);
	}
	return status;
}

/* Once both keys are there. */
static bool
prepare(struct roll_run *run)
{
	const struct roll_args *a = run->a;
	static struct roll before;
	char *err = run->err;

	if (!key_file_load(a->key, &run->old, err, sizeof(run->err)))
		return false;
	if (roll_read(a->file, &before, err, sizeof(run->err)))
		return go_on(run, &before);
	if (errno != ENOENT || !take_names(run) ||
	    !roll_paths(&run->r, a->key, a->secrets, err, sizeof(run->err)))
		return false;
	strcpy(run->r.old_print, run->old.fingerprint);
	return measure(run) && make(run);
}

int
roll_start(struct roll_run *run)
{
	int status = prepare(run) ? publish_both(run) : refuse(run);

	if (run->old.kind != PUBKEY_NONE)
		pubkey_free(&run->old);
	if (run->fresh.kind != PUBKEY_NONE)
		pubkey_free(&run->fresh);
	return status;
}

/* Why pluto may not sign with the new key yet; NULL: it may. */
static const char *
too_early(struct roll_run *run)
{
	char when[32];

	if (run->worst == LOOKUP_BOGUS)
		snprintf(run->err, sizeof(run->err), "DNSSEC says that the answer is bogus: oe-zone verify "
			 "tells why; pluto goes on with the old key");
	else if (run->r.seen_s == 0)
		snprintf(run->err, sizeof(run->err), "not every server has the new record (above): pluto "
			 "goes on with the old key");
	else if (run->now < roll_ready(&run->r))
		snprintf(run->err, sizeof(run->err), "caches may hold the old answer until %s: pluto goes "
			 "on with the old key", roll_date(roll_ready(&run->r), when));
	else
		return NULL;
	return run->err;
}

int
roll_activate(struct roll_run *run)
{
	int status;

	if (run->r.activated_s > 0) {
		roll_say_next(run);
		return tell_pluto(run, "it signs with the new key");
	}
	status = roll_look_and_note(run, true);
	if (status != EXIT_OK)
		return status;
	if (too_early(run) != NULL) {
		refuse(run);
		return run->worst == LOOKUP_BOGUS ? EXIT_BOGUS : EXIT_FAILED;
	}
	if (dry(run, "pluto would sign with the new key", run->r.next))
		return EXIT_OK;
	/* The file first: were it written last, a run that ends between would exchange again. */
	run->r.activated_s = run->now;
	if (!roll_write(run->a->file, &run->r, run->err, sizeof(run->err)))
		return refuse(run);
	if (!roll_exchange(&run->r, run->err, sizeof(run->err))) {
		refuse(run);
		run->r.activated_s = 0;
		if (!roll_write(run->a->file, &run->r, run->err, sizeof(run->err)))
			refuse(run);
		return EXIT_FAILED;
	}
	status = tell_pluto(run, "it signs with the new key");
	roll_say_next(run);
	return status;
}

static int
clean_up(struct roll_run *run)
{
	int status;

	if (dry(run, "the old key would be put aside", run->r.next))
		return EXIT_OK;
	if (!roll_retire(&run->r, run->err, sizeof(run->err)))
		return refuse(run);
	status = tell_pluto(run, "it has the new key alone");
	if (unlink(run->a->file) != 0) {
		snprintf(run->err, sizeof(run->err), "%s: %s", run->a->file, strerror(errno));
		return refuse(run);
	}
	if (!run->a->quiet)
		printf("%s is the new key alone, and the roll-over is over\n", run->r.key);
	return status;
}

/* Secondary servers follow soon: each second is a try. */
enum { TRIES = 10 };

static int
wait_for_servers(struct roll_run *run)
{
	int status = EXIT_OK;

	for (unsigned i = 0; i < TRIES && status == EXIT_OK; i++) {
		if (i > 0)
			sleep(1);
		if (!roll_look(run->ctx, &run->r, NULL, NULL, &run->seen, &run->worst, run->err,
			       sizeof(run->err)))
			return refuse(run);
		if (run->seen.both + run->seen.old + run->seen.silent == 0)
			return EXIT_OK;
	}
	status = roll_look_and_note(run, true);
	front_failed(ROLL_PROG, "not every server has taken the old record away: run oe-zone roll finish "
		     "again when they have");
	return status == EXIT_OK ? EXIT_FAILED : status;
}

int
roll_finish(struct roll_run *run)
{
	char when[32];
	int status;

	if (run->r.activated_s == 0 || run->now < roll_over(&run->r)) {
		if (run->r.activated_s == 0)
			snprintf(run->err, sizeof(run->err), "pluto signs with the old key: oe-zone roll "
				 "activate comes first");
		else
			snprintf(run->err, sizeof(run->err), "SAs of the old key may live until %s: its "
				 "record stays", roll_date(roll_over(&run->r), when));
		return refuse(run);
	}
	status = roll_look_and_note(run, false);
	if (status == EXIT_OK && run->seen.both + run->seen.old + run->seen.silent == 0)
		return clean_up(run);
	if (status == EXIT_OK)
		status = roll_publish(run, records_new);
	if (run->a->push.dry)
		return status;
	if (status == EXIT_OK && run->a->server == NULL) {
		front_failed(ROLL_PROG, "publish these records, and run it again");
		return EXIT_FAILED;
	}
	if (status == EXIT_OK)
		status = wait_for_servers(run);
	return status == EXIT_OK ? clean_up(run) : status;
}
