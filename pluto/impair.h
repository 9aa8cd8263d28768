/* Faults that a test asks for by name (--impair-*). */
#ifndef PLUTO_IMPAIR_H
#define PLUTO_IMPAIR_H

#include <stddef.h>
#include <stdint.h>

enum impair {
	IMPAIR_DELAY_KEY = 1 << 0,	/* KEY and IPSECKEY answers come IMPAIR_DELAY_MS late */
	IMPAIR_DELAY_TXT = 1 << 1,	/* so do TXT answers */
	IMPAIR_BUST_MI2 = 1 << 2,	/* MM3 of Main Mode is larger than any path */
	IMPAIR_BUST_MR2 = 1 << 3,	/* MM4 */
	IMPAIR_SA_FAIL = 1 << 4,	/* the data plane takes no SA */
	IMPAIR_DIE_ONINFO = 1 << 5,	/* an informational exchange ends the SA */
	IMPAIR_TWICE = 1 << 6,		/* every message goes out twice */
	IMPAIR_ADNS_STALLS = 1 << 7,	/* no answer of the DNS helper is read */
	/* Of the system: lib/fault.h says where each is made. */
	IMPAIR_NETLINK_REFUSES = 1 << 8,
	IMPAIR_NETLINK_OVERRUN = 1 << 9,
	IMPAIR_NO_MEMORY = 1 << 10,
	IMPAIR_LOG_FULL = 1 << 11,
	IMPAIR_CLOCK_FORWARD = 1 << 12,
	IMPAIR_CLOCK_BACK = 1 << 13,
};
enum { IMPAIR_DELAY_MS = 30000 };

/* The faults of the system among them, as bits of enum fault. */
uint32_t impair_faults(uint32_t impair);
/* 0 when there is none of that name. */
uint32_t impair_named(const char *word);
/* "sa-fail die-oninfo" or "none"; truncated to fit. */
const char *impair_text(uint32_t impair, char *out, size_t outlen);

#endif
