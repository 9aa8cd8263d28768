/* Base64 (RFC 4648 section 4). */
#ifndef LIB_BASE64_H
#define LIB_BASE64_H

#include "lib/span.h"

/* Without breaks; returned text is malloc'd, NULL when memory is out. */
char *base64_encode(struct span in);
/* Blanks allowed; *OUT is owned by the caller. -EINVAL, -ENOMEM. */
int base64_decode(const char *text, struct chunk *out);

#endif
