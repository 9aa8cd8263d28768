/* Settings of the network namespace under which acquires work: changed while the
 * trap needs them, and put back. */
#ifndef PLUTO_KERNEL_XFRM_SETTINGS_H
#define PLUTO_KERNEL_XFRM_SETTINGS_H

#include <stdint.h>

/* net.core.xfrm_larval_drop 0: the kernel keeps a packet until its SA is there.
 * net.core.xfrm_acq_expires WAIT_S: how long it does not ask again.
 * What they were is written to FILE first, so that the next start can put it
 * back when we could not; a file that is there counts, as long as the setting
 * still is what that run made it. 0 or -errno after one line. */
int xfrm_settings_change(const char *file, uint32_t wait_s);
/* Puts back what FILE says and removes it; a setting that somebody else has
 * changed meanwhile stays. Nothing happens without the file. */
void xfrm_settings_restore(const char *file);

#endif
