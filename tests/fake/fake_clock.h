/* A clock that only tests move. */
#ifndef TESTS_FAKE_CLOCK_H
#define TESTS_FAKE_CLOCK_H

#include <stdint.h>

struct fake_clock { uint64_t now_ms; };

#endif
