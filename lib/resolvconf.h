/* The name servers of /etc/resolv.conf. */
#ifndef LIB_RESOLVCONF_H
#define LIB_RESOLVCONF_H

#include <stdio.h>

#include "lib/addr.h"

/* Up to MAX addresses of its nameserver lines, port 53; the number found. */
size_t resolvconf_read(FILE *f, struct endpoint *out, size_t max);

#endif
