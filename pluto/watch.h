/* Who watches what: whack clients that follow an attempt to its end. Several
 * may watch one. */
#ifndef PLUTO_WATCH_H
#define PLUTO_WATCH_H

#include "pluto/control/ctl.h"

enum { MAX_WATCHES = 64 };

struct watch {
	uint64_t owner;		/* oppo_id, or OWNER_CONNECTION attempt; 0: free */
	ctl_client client;
	uint64_t start_us;
	uint64_t ike, child;	/* serials, once known */
	int failure;		/* code of the last failure of IKE; 0: none */
	bool trial;		/* lines carry seconds and a stage */
};

struct watches {
	struct ctl *ctl;
	struct watch w[MAX_WATCHES];
	struct watch next;	/* for the owner that speaks first: an engine may tell
				 * before the call that made the attempt returns */
	bool has_next;
};

/* The next owner that nobody knows belongs to CLIENT; end with watch_bind. */
void watch_expect(struct watches *ws, ctl_client client, bool trial);
/* The same, of a trial that began at START_US. */
void watch_expect_since(struct watches *ws, ctl_client client, uint64_t start_us);
/* OWNER is what the call returned. False when there are too many watches. */
bool watch_bind(struct watches *ws, uint64_t owner);
struct watch *watch_find(struct watches *ws, uint64_t owner);
/* A line of a trial that no owner works at yet, begun at START_US. */
void watch_tell_before(struct watches *ws, ctl_client client, uint64_t start_us, const char *stage,
		       const char *text);
/* One line of the story; nothing when nobody watches. */
void watch_tell(struct watches *ws, uint64_t owner, int code, const char *stage, const char *text);
/* The last line; EXTRA is taken. The watch ends. */
void watch_end(struct watches *ws, uint64_t owner, json_t *extra, int code, const char *text);

#endif
