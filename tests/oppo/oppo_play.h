/* One .oppo scenario being played: its state, the words of a line, and what
 * the engine is expected to do. */
#ifndef TESTS_OPPO_OPPO_PLAY_H
#define TESTS_OPPO_OPPO_PLAY_H

#include "oe/policy_group.h"
#include "tests/fake/oe_recorder.h"

enum { MAX_WORDS = 40, MAX_PACKETS = 128, MAX_LINE = 1000 };

/* One file being played. */
struct play {
	const char *file;
	unsigned line;
	bool failed;
	struct oe_recorder rec;
	struct oe_config cfg;
	struct oe *oe;			/* made by the first stimulus */
	struct group_entry *groups;	/* owned */
	size_t n_groups;
	bool groups_changed;
	struct packet {
		uint64_t id;
		struct flow flow;
		unsigned verdicts;
	} packets[MAX_PACKETS];
	unsigned n_packets;
};

struct words {
	char *word[MAX_WORDS];
	char *rest[MAX_WORDS];		/* the line from that word on */
	unsigned n;
	char text[MAX_LINE], copy[MAX_LINE];
};

/* Marks the scenario as failed and says where. */
void play_fail(struct play *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

void play_split(const char *line, struct words *w);
/* Word I, or the line from word I on; "" past the end. */
const char *play_word(const struct words *w, unsigned i);
const char *play_rest(const struct words *w, unsigned i);
uint64_t play_number(const char *text);
oppo_id play_request_id(struct play *p, const char *text);
struct ip_addr play_address(struct play *p, const char *text);
/* Words I..: source destination [protocol sport dport]. */
struct flow play_flow_at(struct play *p, const struct words *w, unsigned i);

/* The next thing the engine did must be WANT ("..." at its end: any end). */
void play_expect(struct play *p, const char *want);
/* Nothing may have happened that the scenario does not mention. */
void play_expect_no_more(struct play *p);

/* Runs one line of a scenario that is not an expectation. False when its first
 * word is no command. */
bool play_command(struct play *p, const struct words *w);

#endif
