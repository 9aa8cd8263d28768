/* 24 hours of two daemons' IKE cores by a clock that we move: rekeys, deletes, peers
 * that fall silent and come back, a crash, strangers; nothing of it may be left.
 *
 *	day [-n PEERS] [-h HOURS]
 *
 * Prints TAP with figures. Status 1: something is left, or grew. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/number.h"
#include "tests/soak/town.h"

enum {
	MINUTE_MS = 60000, LOSE_PCT = 3, REPEAT_PCT = 3, STRANGERS = 20, TOUCHES = 2, DARK_EVERY = 10,
	DARK_MINUTES = 10, LEFT_BYTES = 131072, GROWTH_PCT = 5, MOST_IN_A_MINUTE_PCT = 25,
	PEERS = 100, HOURS = 24, MOST_HOURS = 1000, LIFE_MINUTES = 75,
};

static unsigned checks, failed;

static void
check(bool ok, const char *what)
{
	printf("%s %u - %s\n", ok ? "ok" : "not ok", ++checks, what);
	failed += !ok;
}

static long long
in_use(void)
{
	return (long long)mallinfo2().uordblks;
}

static void
begin_all(struct town *t)
{
	for (unsigned i = 0; i < t->n; i++)
		town_begin(t, i);
}

/* A Delete of IKEv1 that was lost on the way is not repeated: what it was about lives
 * as long as it was given. */
static void
end_all(struct town *t)
{
	for (unsigned i = 0; i < t->n; i++)
		town_end(t, i);
	town_advance(t, LIFE_MINUTES * MINUTE_MS);
}

static unsigned
count_up(struct town *t)
{
	unsigned n = 0;

	for (unsigned i = 0; i < t->n; i++)
		n += town_is_up(t, i);
	return n;
}

/* Who is down is begun with again; somebody's SA goes, or is replaced out of turn; now
 * and then nothing arrives from and at somebody for a while. */
static void
minute(struct town *t, unsigned m)
{
	begin_all(t);
	for (unsigned i = 0; i < TOUCHES; i++)
		town_touch(t, town_random(t, t->n), i == 0);
	if (m % 7 == 0)
		town_end(t, town_random(t, t->n));
	if (m % DARK_EVERY == 0)
		t->dark_until[town_random(t, t->n)] = t->now_ms + DARK_MINUTES * MINUTE_MS;
	for (unsigned i = 0; i < STRANGERS; i++)
		town_stranger(t, i % 4 == 0);
	town_advance(t, MINUTE_MS);
}

/* Loss and darkness end before a figure is taken, so that all are up. */
static long long
calm(struct town *t)
{
	unsigned lose = t->lose_pct, repeat = t->repeat_pct;

	t->lose_pct = t->repeat_pct = 0;
	town_advance(t, DARK_MINUTES * MINUTE_MS);
	begin_all(t);
	town_advance(t, MINUTE_MS);
	begin_all(t);
	town_advance(t, MINUTE_MS);
	t->lose_pct = lose;
	t->repeat_pct = repeat;
	return in_use();
}

/* All began at one time; their first rekeys do not come at one time. */
static void
storm(struct town *t)
{
	unsigned most = 0, sum = 0, first = TOWN_MINUTES, last = 0;
	char words[120];

	t->rekeys_from_ms = t->now_ms;
	begin_all(t);
	town_advance(t, TOWN_MINUTES * MINUTE_MS);
	for (unsigned i = 0; i < TOWN_MINUTES; i++) {
		if (t->rekeys[i] == 0)
			continue;
		first = first < i ? first : i;
		last = i;
		sum += t->rekeys[i];
		most = t->rekeys[i] > most ? t->rekeys[i] : most;
		printf("# minute %2u: %u rekeyed for the first time\n", i, t->rekeys[i]);
	}
	snprintf(words, sizeof(words), "begun at once, %u SAs are rekeyed from minute %u to %u, "
		 "in one at most %u", sum, first, last, most);
	check(sum == t->n && most * 100 <= sum * MOST_IN_A_MINUTE_PCT + 400, words);
}

static void
tell(const struct town *t, unsigned hours)
{
	for (int i = 0; i < 2; i++)
		printf("# %s: %llu Child SAs up, %llu rekeyed, %llu down, %llu attempts failed\n",
		       i == A ? "A" : "B", (unsigned long long)t->house[i].up,
		       (unsigned long long)t->house[i].rekeyed, (unsigned long long)t->house[i].down,
		       (unsigned long long)t->house[i].failed);
	printf("# figure: %u peers, %u hours, %llu datagrams, %llu pairs of SAs rekeyed, %llu gone\n",
	       t->n, hours, (unsigned long long)t->letters,
	       (unsigned long long)(t->house[A].rekeyed + t->house[B].rekeyed) / 2,
	       (unsigned long long)(t->house[A].down + t->house[B].down) / 2);
}

static void
the_day(struct town *t, unsigned hours)
{
	long long early = 0, late;
	char words[160];

	for (unsigned m = 0; m < 60 * hours; m++) {
		if (m == 60)
			early = calm(t);
		if (m == 30 * hours)
			town_restart(t);
		minute(t, m);
	}
	late = calm(t);
	snprintf(words, sizeof(words), "all %u are up when nothing is lost", t->n);
	check(count_up(t) == t->n, words);
	tell(t, hours);
	snprintf(words, sizeof(words), "memory with all up: %lld kB after an hour, %lld kB after %u; "
		 "%lld bytes a pair, both ends", early / 1024, late / 1024, hours, late / t->n);
	check(late * 100 <= early * (100 + GROWTH_PCT), words);
}

static void
whole(struct town *t, unsigned hours)
{
	long long empty, end;
	char left[120], words[200];

	begin_all(t);
	town_advance(t, MINUTE_MS);
	end_all(t);
	empty = in_use();
	storm(t);
	t->lose_pct = LOSE_PCT;
	t->repeat_pct = REPEAT_PCT;
	the_day(t, hours);
	t->lose_pct = t->repeat_pct = 0;
	end_all(t);
	end = in_use();
	snprintf(words, sizeof(words), "memory with none: %lld kB before, %lld kB after", empty / 1024,
		 end / 1024);
	check(end <= empty + LEFT_BYTES, words);
	check(town_is_empty(t, left, sizeof(left)), "nothing is left in tables, timers and planes");
	printf("# last looked at: %s\n", left);
}

int
main(int argc, char **argv)
{
	unsigned long n = PEERS, hours = HOURS;
	bool ok = argc % 2 == 1;
	struct town *t;

	for (int i = 1; ok && i + 1 < argc; i += 2)
		ok = strcmp(argv[i], "-n") == 0 ? number_parse(argv[i + 1], TOWN_MAX, &n) && n > 0
			: strcmp(argv[i], "-h") == 0 && number_parse(argv[i + 1], MOST_HOURS, &hours)
			  && hours > 1;
	if (!ok) {
		fprintf(stderr, "usage: day [-n PEERS] [-h HOURS]\n");
		return 2;
	}
	log_set_level(LOG_LEVEL_ERROR);
	t = town_new((unsigned)n);
	if (t == NULL) {
		fprintf(stderr, "day: no memory\n");
		return 2;
	}
	whole(t, (unsigned)hours);
	town_free(t);
	printf("1..%u\n", checks);
	return failed > 0;
}
