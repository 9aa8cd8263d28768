/* A script of what befalls two hosts: two octets for each act, the first says who and what,
 * the second how; and the acts that a network does by itself. */
#ifndef TESTS_FUZZ_SCRIPT_H
#define TESTS_FUZZ_SCRIPT_H

#include "lib/wire.h"
#include "tests/fake/fake_net.h"

struct script_act { unsigned what; int who; uint8_t how; };

/* The next act, one of N; LEFT counts down. False: the script is over. */
bool script_next(struct wire_reader *r, unsigned *left, unsigned n, struct script_act *out);

/* The oldest datagram that is under way: lost; here twice; with another bit, HOW says which,
 * behind the others. */
void script_lose(struct fake_net *net);
void script_double(struct fake_net *net);
void script_alter(struct fake_net *net, uint8_t how);
/* From now on all are kept back, or none; what was comes in its order, or reversed. */
void script_hold(struct fake_net *net, uint8_t how);

#endif
