/* SipHash-2-4 (Aumasson and Bernstein): a keyed hash for hash tables. */
#ifndef LIB_SIPHASH_H
#define LIB_SIPHASH_H

#include "lib/span.h"

uint64_t siphash24(const uint8_t key[16], struct span in);

#endif
