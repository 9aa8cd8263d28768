/* The addresses of which oe-zone reverse prints records. */
#ifndef ZONES_HOSTS_H
#define ZONES_HOSTS_H

#include "lib/addr.h"

enum { HOSTS_MAX = 65536 };

struct hosts {
	struct ip_prefix within;
	struct ip_addr *addrs;	/* owned */
	size_t n;
};

/* Each is false with a sentence in ERR: no address, not of the prefix, too many. */
bool hosts_add(struct hosts *h, const char *text, char *err, size_t errlen);
/* A file with an address a line; '#' begins a comment; "-" is standard input. */
bool hosts_read(struct hosts *h, const char *path, char *err, size_t errlen);
/* All addresses of the prefix, which is of IPv4. */
bool hosts_all(struct hosts *h, char *err, size_t errlen);
void hosts_free(struct hosts *h);

#endif
