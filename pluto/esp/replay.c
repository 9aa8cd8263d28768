/* The anti-replay window (RFC 6479) and the high half of extended sequence
 * numbers (RFC 4303 appendix A2). */
#include "pluto/esp/replay.h"

#include <stdlib.h>

enum { BLOCK_BITS = 64, MIN_BLOCKS = 2 };

struct replay *
replay_new(uint32_t window)
{
	uint32_t blocks = MIN_BLOCKS;
	struct replay *r;

	if (window == 0)
		window = REPLAY_DEFAULT;
	if (window > REPLAY_MAX)
		window = REPLAY_MAX;
	/* One block is always being cleared, so it does not count. */
	while ((blocks - 1) * BLOCK_BITS < window)
		blocks *= 2;
	r = calloc(1, sizeof(*r) + blocks * sizeof(r->map[0]));
	if (r == NULL)
		return NULL;
	r->window = (blocks - 1) * BLOCK_BITS;
	r->mask = blocks - 1;
	return r;
}

uint64_t
replay_infer(const struct replay *r, bool esn, uint32_t low)
{
	uint32_t top_low = (uint32_t)r->top;
	uint64_t high = r->top >> 32;
	uint32_t bottom = top_low - r->window + 1;	/* modulo 2^32 */

	if (!esn)
		return low;
	if (top_low >= r->window - 1) {
		if (low < bottom)
			high++;
	} else if (low >= bottom) {
		/* The window spans two halves and this is of the lower one,
		 * which does not exist before the first 2^32 packets. */
		if (high == 0)
			return 0;
		high--;
	}
	return high > UINT32_MAX ? 0 : high << 32 | low;
}

static uint64_t
bit_of(uint64_t seq)
{
	return UINT64_C(1) << (seq % BLOCK_BITS);
}

bool
replay_check(const struct replay *r, uint64_t seq)
{
	if (seq == 0)
		return false;
	if (seq > r->top)
		return true;
	if (r->top - seq >= r->window)
		return false;
	return (r->map[seq / BLOCK_BITS & r->mask] & bit_of(seq)) == 0;
}

/* Clears the blocks between the old top and the new one. */
static void
advance(struct replay *r, uint64_t seq)
{
	uint64_t from = r->top / BLOCK_BITS, to = seq / BLOCK_BITS;
	uint64_t n = to - from;

	if (n > (uint64_t)r->mask + 1)
		n = (uint64_t)r->mask + 1;
	for (uint64_t i = 1; i <= n; i++)
		r->map[(from + i) & r->mask] = 0;
	r->top = seq;
}

bool
replay_accept(struct replay *r, uint64_t seq)
{
	if (!replay_check(r, seq))
		return false;
	if (seq > r->top)
		advance(r, seq);
	r->map[seq / BLOCK_BITS & r->mask] |= bit_of(seq);
	return true;
}
