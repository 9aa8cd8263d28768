/* One .oppo scenario being played: words, values and expectations. */
#include "tests/oppo/oppo_play.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
play_fail(struct play *p, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%u: ", p->file, p->line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	p->failed = true;
}

void
play_split(const char *line, struct words *w)
{
	char *save, *at;

	w->n = 0;
	snprintf(w->text, sizeof(w->text), "%s", line);
	snprintf(w->copy, sizeof(w->copy), "%s", line);
	for (at = strtok_r(w->text, " \t", &save); at != NULL && w->n < MAX_WORDS;
	     at = strtok_r(NULL, " \t", &save)) {
		w->rest[w->n] = &w->copy[at - w->text];
		w->word[w->n++] = at;
	}
}

const char *
play_word(const struct words *w, unsigned i)
{
	return i < w->n ? w->word[i] : "";
}

const char *
play_rest(const struct words *w, unsigned i)
{
	return i < w->n ? w->rest[i] : "";
}

uint64_t
play_number(const char *text)
{
	return strtoull(text, NULL, 10);
}

oppo_id
play_request_id(struct play *p, const char *text)
{
	if (strncmp(text, "oe#", 3) != 0)
		play_fail(p, "expected oe#N, not \"%s\"", text);
	return (oppo_id){ play_number(&text[3 * (strlen(text) > 3)]) };
}

struct ip_addr
play_address(struct play *p, const char *text)
{
	struct ip_addr a = { .family = IP_NONE };

	if (!ip_addr_parse(text, &a))
		play_fail(p, "\"%s\" is not an address", text);
	return a;
}

struct flow
play_flow_at(struct play *p, const struct words *w, unsigned i)
{
	return (struct flow){
		.src = play_address(p, play_word(w, i)),
		.dst = play_address(p, play_word(w, i + 1)),
		.ip_proto = (uint8_t)play_number(play_word(w, i + 2)),
		.sport = (uint16_t)play_number(play_word(w, i + 3)),
		.dport = (uint16_t)play_number(play_word(w, i + 4)),
	};
}

/* Two rules that hold in every scenario: one verdict a packet, and no packet
 * of group private is ever passed. */
static void
check_verdict(struct play *p, const char *line)
{
	unsigned long long id;
	char what[20];
	enum group_id g;

	if (sscanf(line, "verdict %llu %19s", &id, what) != 2)
		return;
	for (unsigned i = 0; i < p->n_packets; i++) {
		struct packet *k = &p->packets[i];

		if (k->id != id)
			continue;
		if (++k->verdicts > 1)
			play_fail(p, "packet %llu got a second verdict", id);
		if (strcmp(what, "pass") == 0 && oe_group_of(p->oe, &k->flow, &g, NULL) &&
		    (g == GROUP_ID_PRIVATE || g == GROUP_ID_BLOCK))
			play_fail(p, "packet %llu of group %s was passed", id,
			     policy_group(g)->name);
	}
}

/* A shunt speaks for every flow of the pair, so it must not pass where any flow
 * is private; a flow without protocol stands for the pair. */
static void
check_shunt(struct play *p, const char *line)
{
	char local[64], remote[64], kind[20];
	enum group_id g;

	if (sscanf(line, "shunt %63s %63s %19s", local, remote, kind) != 3 ||
	    strcmp(kind, "pass") != 0)
		return;
	struct flow f = { .src = play_address(p, local), .dst = play_address(p, remote) };

	if (!oe_group_of(p->oe, &f, &g, NULL) || policy_group(g)->on_failure != SHUNT_PASS)
		play_fail(p, "a pass shunt for a pair that must not be clear");
}

static bool
same_line(const char *want, const char *have)
{
	size_t len = strlen(want);

	if (len >= 3 && strcmp(&want[len - 3], "...") == 0)
		return strncmp(want, have, len - 3) == 0;
	return strcmp(want, have) == 0;
}

void
play_expect(struct play *p, const char *want)
{
	const char *have = oe_recorder_next(&p->rec);

	while (*want == ' ')
		want++;
	if (have == NULL) {
		play_fail(p, "expected \"%s\", and nothing happened", want);
		return;
	}
	check_verdict(p, have);
	check_shunt(p, have);
	if (!same_line(want, have))
		play_fail(p, "expected \"%s\"\n    but saw \"%s\"", want, have);
}

void
play_expect_no_more(struct play *p)
{
	for (const char *have; (have = oe_recorder_next(&p->rec)) != NULL;) {
		check_verdict(p, have);
		check_shunt(p, have);
		play_fail(p, "not expected: \"%s\"", have);
	}
}
