/* An opportunistic peer is looked up again before its IKE SA is replaced. */
#ifndef PLUTO_IKEV2_VERIFY_H
#define PLUTO_IKEV2_VERIFY_H

#include "pluto/ikev2/ike_sa.h"

/* Is SA's peer one whose key DNS named, so that it must name it still? */
bool verify_must(const struct ike_sa *sa);
/* Asks. Where DNS names the key still SA is rekeyed when THEN_REKEY says so, else it
 * stays; where it does not, SA is closed; where there is no answer that counts it is
 * asked again, until SA's time is over. SA may be gone when this returns. */
void verify_begin(struct ike_sa *sa, bool then_rekey);
/* What was asked is known. */
void verify_answer(struct ike_sa *sa, const struct peer_keys *keys);

#endif
