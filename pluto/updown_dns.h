/* The name servers that a peer told (Mode Config) become this machine's, and are given
 * up again. */
#ifndef PLUTO_UPDOWN_DNS_H
#define PLUTO_UPDOWN_DNS_H

#include "pluto/kernel/updown_event.h"

/* E of UPDOWN_DNS or UPDOWN_NO_DNS: by resolvconf where that is; else by resolvectl,
 * where the traffic has a device of its own; else as a marked block at the top of FILE,
 * unless that is NULL. Where there is no way at all one line says so, and that is no
 * failure. False with a sentence. */
bool updown_dns(const struct updown_event *e, const char *file, char *err, size_t errlen);

#endif
