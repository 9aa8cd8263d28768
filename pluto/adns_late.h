/* A fault for tests: answers of the DNS helper that are held back for a while. */
#ifndef PLUTO_ADNS_LATE_H
#define PLUTO_ADNS_LATE_H

#include "lib/loop.h"
#include "lib/span.h"

struct adns_late;
/* RECORD as it was given to adns_late_hold. */
typedef void adns_late_fn(void *ctx, struct span record);

struct adns_late *adns_late_new(struct loop *l, adns_late_fn *fn, void *ctx);
void adns_late_free(struct adns_late *a);
/* How long answers with keys (KEY, IPSECKEY) and with TXT wait; 0: not at all. */
void adns_late_set(struct adns_late *a, uint32_t key_ms, uint32_t txt_ms);
/* True: a copy of RECORD, the answer to a question for RRTYPE, comes back later.
 * False: it is not to wait, or too many do. */
bool adns_late_hold(struct adns_late *a, uint16_t rrtype, struct span record);

#endif
