/* The anti-replay window (RFC 6479) and the high half of extended sequence
 * numbers (RFC 4303 appendix A2). One thread owns a window. */
#ifndef PLUTO_ESP_REPLAY_H
#define PLUTO_ESP_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

struct replay {
	uint64_t top;		/* highest number that verified; 0: none yet */
	uint32_t window;	/* packets */
	uint32_t mask;		/* blocks - 1 */
	uint64_t map[];
};

enum { REPLAY_DEFAULT = 1984, REPLAY_MAX = 32704 };

/* A window of at least WINDOW packets (0: the default), or NULL. free() it. */
struct replay *replay_new(uint32_t window);
/* The full number of a packet that carries LOW; 0 when it cannot have one. */
uint64_t replay_infer(const struct replay *r, bool esn, uint32_t low);
/* Neither seen, nor too old, nor 0. Changes nothing. */
bool replay_check(const struct replay *r, uint64_t seq);
/* Marks SEQ as seen, once its ICV has verified. False: a replay after all. */
bool replay_accept(struct replay *r, uint64_t seq);

#endif
