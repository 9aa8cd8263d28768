/* Is anything left inside an engine? */
#ifndef TESTS_SOAK_TOWN_LOOK_H
#define TESTS_SOAK_TOWN_LOOK_H

#include <stdbool.h>
#include <stddef.h>

struct ike_engine;
struct v1_engine;

/* False, and "by_spi: 3" in OUT, when a table, the timers or a list is not empty. */
bool town_look_two(const struct ike_engine *e, char *out, size_t outlen);
bool town_look_one(const struct v1_engine *e, char *out, size_t outlen);

#endif
