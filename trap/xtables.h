/* The queue rules where nft has no queue: two rules in mangle OUTPUT that look
 * at our marks, loaded by iptables-restore (nft-backed or legacy), which a starter
 * runs. */
#ifndef TRAP_XTABLES_H
#define TRAP_XTABLES_H

#include <stddef.h>
#include <stdint.h>

#include "lib/starter.h"

struct xtables;

/* One of the two kinds of xtables tools; NULL past the last. */
const struct xtables *xtables_kind(unsigned i);
const char *xtables_name(const struct xtables *x);	/* "iptables-nft" */
/* Puts our rules before all others, or replaces those of an earlier run. For
 * IPv4 and IPv6. 0 or -errno with ERR. */
int xtables_install(const struct xtables *x, struct starter *st, uint16_t queue_num, char *err,
		    size_t errlen);
/* Takes them out; fine when they are not there. */
void xtables_remove(const struct xtables *x, struct starter *st);

#endif
