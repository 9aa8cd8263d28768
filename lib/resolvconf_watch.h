/* Notices that a resolv.conf names other name servers than it did. */
#ifndef LIB_RESOLVCONF_WATCH_H
#define LIB_RESOLVCONF_WATCH_H

#include "lib/resolvconf.h"
#include "lib/loop.h"

enum { RESOLVCONF_MAX = 8 };

struct resolvconf_watch;

/* Looks at FILE, a borrowed path, every EVERY_MS, and calls FN once when it names
 * others than it does now and has stayed so for one more look. One that names none,
 * as while it is written or while there is no network, changes nothing. NULL when
 * memory is out. */
struct resolvconf_watch *resolvconf_watch_new(struct loop *l, const char *file,
		uint32_t every_ms, loop_timer_fn *fn, void *ctx);
void resolvconf_watch_free(struct resolvconf_watch *w);	/* NULL: fine */

#endif
