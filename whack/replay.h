/* whack --whackreplay: the requests of a file of --whackrecord. */
#ifndef WHACK_REPLAY_H
#define WHACK_REPLAY_H

#include <jansson.h>
#include <stdbool.h>

/* Appends the requests of PATH to the array INTO, in their order. False with what
 * is wrong in ERR; INTO may have some of them then. */
bool replay_read(const char *path, json_t *into, char *err, size_t errlen);

#endif
