/* What this kernel can do for the trap, found by trying. */
#ifndef TRAP_PROBE_H
#define TRAP_PROBE_H

#include "trap/rules.h"
#include "trap/xtables.h"

/* Tries each expression in a throw-away table (added and deleted in the same
 * transaction: nothing is ever there). False with ERR when nftables itself, or
 * sets of address pairs, are missing: without them there is no trap. */
bool probe_nft(struct kernel_can *can, char *err, size_t errlen);
/* Installs the queue rules with the first xtables tool that works here. NULL
 * with ERR when none does. */
const struct xtables *probe_xtables(struct starter *st, uint16_t queue_num, char *err,
				   size_t errlen);

#endif
