/* Giving up privilege: uid, capabilities, no-new-privs. Needs libcap-ng. */
#ifndef LIB_CONFINE_H
#define LIB_CONFINE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Becomes USER (name; "nobody" when it does not exist) with no capabilities,
 * no supplementary groups and no-new-privs, and ROOT as its root and working directory:
 * NULL for an empty one that nobody can put anything into. Outside root it only sets
 * no-new-privs. 0 or -errno; *USED says who we became. */
int confine_to_user(const char *user, const char *root, char used[32]);
int confine_no_new_privs(void);	/* 0 or -errno */
/* Keeps of the capabilities that we have those in KEEP (a bit each), and in the
 * bounding set no others where that may be changed. Nothing but system calls: for
 * a process between fork and exec. 0 or -errno. */
int confine_narrow_caps(uint64_t keep);
/* No file is made, changed or removed any more but in DIR (NULL: nowhere). Needs
 * no-new-privs. 0; -ENOSYS when this kernel has no Landlock; or -errno. */
int confine_writes(const char *dir);
/* Who confine_to_user would become: false when there is no such user, nor "nobody". */
bool confine_user_ids(const char *user, uid_t *uid, gid_t *gid);
/* What this process has in memory, now and later, is never swapped out. 0, or -errno
 * when so much may not be locked; then nothing is. */
int confine_lock_memory(void);
/* No core dumps, not traceable. */
void confine_hide_memory(void);

#endif
