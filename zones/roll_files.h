/* What a roll-over does on this host: keys, the secrets file, and pluto. */
#ifndef ZONES_ROLL_FILES_H
#define ZONES_ROLL_FILES_H

#include "pluto/crypto/sign.h"
#include "zones/roll_state.h"

/* All of these are false with a sentence in ERR. */

/* The two paths, absolute: "host.next.pem" beside "host.pem". */
bool roll_paths(struct roll *r, const char *key, const char *secrets, char *err, size_t errlen);
/* Makes the new key, of KIND, and adds it to the secrets file, behind the other. DRY: it is
 * nowhere but in OUT. */
bool roll_make_key(struct roll *r, enum pubkey_kind kind, unsigned bits, bool dry,
		   struct pubkey *out, char *err, size_t errlen);
/* The two files change their names at one blow: pluto never finds neither. */
bool roll_exchange(const struct roll *r, char *err, size_t errlen);
/* The secrets file forgets the old key, whose file is "host.old.pem" then. */
bool roll_retire(const struct roll *r, char *err, size_t errlen);
/* pluto reads its secrets again. *RUNS: false when there is none to tell. */
bool roll_tell_pluto(const char *ctlbase, bool *runs, char *err, size_t errlen);

#endif
