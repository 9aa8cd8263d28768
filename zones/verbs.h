/* What oe-zone can be asked to do: one row per verb. */
#ifndef ZONES_VERBS_H
#define ZONES_VERBS_H

enum {
	EXIT_OK = 0, EXIT_FAILED = 1, EXIT_WARNINGS = 2, EXIT_BOGUS = 3, EXIT_ASKED_IN_VAIN = 4,
	EXIT_USAGE_ERROR = 64,
};

/* ARGV[0] is the verb. Returns the exit status. */
typedef int verb_fn(int argc, char **argv);

verb_fn verb_check;
verb_fn verb_diff;
verb_fn verb_mail;
verb_fn verb_push;
verb_fn verb_record;
verb_fn verb_reverse;
verb_fn verb_roll;
verb_fn verb_verify;
verb_fn verb_watch;

#endif
