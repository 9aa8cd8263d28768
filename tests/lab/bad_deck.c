/* Which packets a bad wire harms. */
#include "tests/lab/bad_deck.h"

#include <stdio.h>
#include <string.h>

enum { CARDS = 10, MOST_IN_A_ROW = 2, ETHER = 14, ICMP6_NDISC_FROM = 133, ICMP6_NDISC_TO = 137 };

static const char *const fault_words[BAD_FAULTS] = { "loss=", "double=", "reorder=", "corrupt=" };
static const char *const kind_words[BAD_KINDS] = { "ike", "esp", "other" };

bool
bad_decks_set(struct bad_decks *d, const char *word, uint32_t percent)
{
	for (size_t i = 0; i < BAD_FAULTS; i++)
		if (strncmp(word, fault_words[i], strlen(fault_words[i])) == 0) {
			d->percent[i] = percent;
			return percent <= 100;
		}
	return false;
}

/* splitmix64. */
static uint64_t
next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

uint32_t
bad_random(struct bad_flow *f, uint32_t below)
{
	return (uint32_t)(next_random(&f->random) % below);
}

bool
bad_draw(struct bad_flow *f, enum bad_fault fault)
{
	struct bad_deck *d = &f->deck[fault];
	bool harmed;

	if (f->percent[fault] == 0)
		return false;
	if (d->left == 0) {
		d->left = CARDS;
		/* What found no place in the last deck comes in this. */
		d->harmful += (f->percent[fault] + CARDS / 2) / CARDS;
	}
	harmed = bad_random(f, d->left) < d->harmful && d->in_a_row < MOST_IN_A_ROW;
	d->left--;
	d->harmful -= harmed;
	d->in_a_row = harmed ? d->in_a_row + 1 : 0;
	d->drawn += harmed;
	return harmed;
}

/* Port 4500 carries both: IKE behind four octets of zero (RFC 3948 2.2). */
static enum bad_kind
kind_of(uint8_t proto, const uint8_t *p, size_t len)
{
	static const uint8_t marker[4];
	unsigned sport, dport;

	if (proto == 50)
		return BAD_ESP;
	if (proto != 17 || len < 12)
		return BAD_OTHER;
	sport = p[0] << 8 | p[1];
	dport = p[2] << 8 | p[3];
	if (sport == 500 || dport == 500)
		return BAD_IKE;
	if (sport == 4500 || dport == 4500)
		return memcmp(&p[8], marker, 4) == 0 ? BAD_IKE : BAD_ESP;
	return BAD_OTHER;
}

static bool
key_of(struct bad_flow *f, unsigned direction, const uint8_t *frame, size_t len)
{
	const uint8_t *ip = &frame[ETHER];
	unsigned type = len < ETHER + 40 ? 0 : frame[12] << 8 | frame[13];
	size_t head = type == 0x86dd ? 40 : 20;
	uint8_t proto;

	if (type != 0x0800 && type != 0x86dd)
		return false;
	f->ipv6 = type == 0x86dd;
	proto = f->ipv6 ? ip[6] : ip[9];
	if (proto == 58 && len > ETHER + 40 && ip[40] >= ICMP6_NDISC_FROM && ip[40] <= ICMP6_NDISC_TO)
		return false;
	f->kind = kind_of(proto, &ip[head], len - ETHER - head);
	f->key[0] = (uint8_t)direction;
	f->key[1] = (uint8_t)f->kind;
	memcpy(&f->key[2], f->ipv6 ? &ip[8] : &ip[12], f->ipv6 ? 32 : 8);
	return true;
}

struct bad_flow *
bad_flow_of(struct bad_decks *d, unsigned direction, const uint8_t *frame, size_t len)
{
	struct bad_flow f = { .percent = d->percent, .random = d->seed };

	if (!key_of(&f, direction, frame, len))
		return NULL;
	for (unsigned i = 0; i < d->n; i++)
		if (memcmp(d->flow[i].key, f.key, sizeof(f.key)) == 0)
			return &d->flow[i];
	if (d->n == BAD_FLOWS)
		return NULL;
	for (size_t i = 0; i < sizeof(f.key); i++)
		f.random = next_random(&f.random) ^ f.key[i];
	d->flow[d->n] = f;
	return &d->flow[d->n++];
}

void
bad_decks_print(const struct bad_decks *d)
{
	for (unsigned k = 0; k < BAD_KINDS; k++) {
		uint64_t seen = 0, n[BAD_FAULTS] = { 0 };

		for (unsigned i = 0; i < d->n; i++) {
			const struct bad_flow *f = &d->flow[i];

			if (f->kind != k)
				continue;
			seen += f->seen;
			for (unsigned j = 0; j < BAD_FAULTS; j++)
				n[j] += f->deck[j].drawn;
		}
		printf("%s: %llu seen, %llu lost, %llu doubled, %llu overtaken, %llu corrupted\n",
		       kind_words[k], (unsigned long long)seen, (unsigned long long)n[BAD_LOSS],
		       (unsigned long long)n[BAD_DOUBLE], (unsigned long long)n[BAD_REORDER],
		       (unsigned long long)n[BAD_CORRUPT]);
	}
}
