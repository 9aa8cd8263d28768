/* Which packets a bad wire harms: a deck of ten cards for each fault, for each kind of
 * packet from one host to another, shuffled by a seed. */
#ifndef TESTS_LAB_BAD_DECK_H
#define TESTS_LAB_BAD_DECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bad_fault { BAD_LOSS, BAD_DOUBLE, BAD_REORDER, BAD_CORRUPT, BAD_FAULTS };
enum bad_kind { BAD_IKE, BAD_ESP, BAD_OTHER, BAD_KINDS };

struct bad_deck {
	unsigned left, harmful;		/* cards of this deck that are still to come */
	unsigned in_a_row;
	uint64_t drawn;			/* harmful ones */
};

struct bad_flow {
	uint8_t key[34];		/* direction, kind, both addresses */
	bool ipv6;
	enum bad_kind kind;
	uint64_t random, seen;
	struct bad_deck deck[BAD_FAULTS];
	const uint32_t *percent;	/* of the decks below */
};

enum { BAD_FLOWS = 512 };
struct bad_decks {
	uint64_t seed;
	uint32_t percent[BAD_FAULTS];
	unsigned n;
	struct bad_flow flow[BAD_FLOWS];
};

/* WORD begins with a fault's name and "=". False when there is none, or PERCENT is no
 * percentage. */
bool bad_decks_set(struct bad_decks *d, const char *word, uint32_t percent);
/* The flow of an Ethernet frame; NULL for what no fault is for: anything but IP,
 * neighbour discovery, and flows above BAD_FLOWS. */
struct bad_flow *bad_flow_of(struct bad_decks *d, unsigned direction, const uint8_t *frame,
			     size_t len);
/* The next card: is this packet harmed? */
bool bad_draw(struct bad_flow *f, enum bad_fault fault);
uint32_t bad_random(struct bad_flow *f, uint32_t below);
/* "ike: 120 seen, 36 lost, 0 doubled, 0 overtaken, 0 corrupted", a line a kind. */
void bad_decks_print(const struct bad_decks *d);

#endif
