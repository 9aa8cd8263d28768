/* --perpeerlog: a file for each peer, with what happens between it and us. */
#ifndef PLUTO_PEER_LOG_H
#define PLUTO_PEER_LOG_H

#include <limits.h>

#include "lib/addr.h"

/* "BASE/192/1/2/23.log", "BASE/2001/db8/-/45.log" (:: is -); false when it is too long. */
bool peer_log_path(const char *base, const struct ip_addr *peer, char out[PATH_MAX]);
/* A line with the time, at the end of the peer's file, which is made with its
 * folders (mode 0700). 0 or -errno. */
int peer_log(const char *base, const struct ip_addr *peer, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
