/* Every reader of payload bodies over every payload of a chain, whatever its
 * type says: promises are checked, and broken ones abort. */
#ifndef TESTS_FUZZ_PAYLOAD_READERS_H
#define TESTS_FUZZ_PAYLOAD_READERS_H

#include "pluto/wire/ike_msg.h"

void read_payloads(const struct payload_list *l);

#endif
