/* The root's keys, followed as they roll (RFC 5011): a state file that libunbound keeps,
 * begun from an anchor file. */
#ifndef ADNS_ANCHOR_STATE_H
#define ADNS_ANCHOR_STATE_H

#include <sys/types.h>

#include "lib/anchors.h"
#include "lib/loop.h"

/* Begins FILE with the keys of SEED where there is none, and where SEED is not what it
 * was begun from: then somebody has put new anchors there. Its folder is made when it
 * is missing, and given to UID and GID, who write the file. *BEGUN: it is new. False,
 * with a sentence in ERR, when that cannot be done, or SEED is not of the root alone. */
bool anchor_state_prepare(const char *file, const char *seed, uid_t uid, gid_t gid,
			  bool *begun, char err[200]);
/* Adds the keys that FILE says are believed (RFC 5011 4.2: valid, or missing for now). */
bool anchor_state_read(const char *file, struct anchors *a, char err[200]);

typedef void anchor_state_fn(void *ctx, const struct anchors *now);

struct anchor_watch {
	struct loop *loop;
	const char *file;
	uint32_t every_ms;
	char known[128];		/* struct anchors' text */
	loop_id timer;
	anchor_state_fn *fn;
	void *ctx;
};

/* Calls FN when FILE says that other keys than KNOWN are believed, as often as that
 * happens; looks each EVERY_MS. */
void anchor_watch(struct anchor_watch *w, struct loop *l, const char *file, const char *known,
		  uint32_t every_ms, anchor_state_fn *fn, void *ctx);
void anchor_watch_stop(struct anchor_watch *w);

#endif
