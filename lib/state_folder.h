/* A folder in which an unprivileged process of ours keeps a file. */
#ifndef LIB_STATE_FOLDER_H
#define LIB_STATE_FOLDER_H

#include <sys/types.h>

/* Makes the folder of FILE when it is missing, and the one above it; the folder is then
 * UID's and GID's, and anybody may read in it. One that is there stays as it is. 0 or
 * -errno. */
int state_folder_make(const char *file, uid_t uid, gid_t gid);

#endif
