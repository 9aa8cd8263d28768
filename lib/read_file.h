/* Reads descriptors to their end, and whole files of a bounded size. */
#ifndef LIB_READ_FILE_H
#define LIB_READ_FILE_H

#include <sys/types.h>

#include "lib/span.h"

/* Into OUT until it is full or FD ends: how many bytes, or -errno. */
ssize_t read_full(int fd, struct chunk out);
/* The regular file FD, whole; OUT is owned, and empty for an empty file or on
 * failure. -EINVAL: not a regular file; -EFBIG: more than MAX bytes; -EIO: it
 * shrank meanwhile. What was read of a file that failed is wiped. */
int read_file(int fd, size_t max, struct chunk *out);

#endif
