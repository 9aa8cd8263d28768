/* The listening control socket, and who may come in by it. */
#ifndef PLUTO_CONTROL_DOOR_H
#define PLUTO_CONTROL_DOOR_H

#include <stdbool.h>
#include <sys/types.h>

/* A listening socket at PATH, in place of what is there: for root, and for
 * GROUP when it is not NULL. -errno when it fails. */
int door_open(const char *path, const gid_t *group);
/* Is who stands at the other end of FD root, ourselves, or of GROUP? */
bool door_may_enter(int fd, const gid_t *group);

#endif
