/* The table of ipsec top: from the daemon's answers to lines of text. */
#ifndef WHACK_TOP_TABLE_H
#define WHACK_TOP_TABLE_H

#include <jansson.h>
#include <stdint.h>

/* What one question gave. */
struct top_sample {
	json_t *pairs;		/* array of "pair" objects, owned; best first */
	json_t *sum;		/* the result, owned */
	uint64_t at_ms;
};

void top_sample_clear(struct top_sample *s);

/* 1234567 to "1.2M"; five characters at most. */
const char *top_number(uint64_t n, char out[8]);
/* Seconds to "59s", "3m", "7h", "12d"; four characters at most. */
const char *top_seconds(uint64_t s, char out[8]);

/* "412 pairs ...", and the heads of the columns. */
void top_summary(const struct top_sample *s, char *out, size_t len);
extern const char top_heads[];
/* Row I of S; rates are against BEFORE, which may be empty. */
void top_row(const struct top_sample *s, const struct top_sample *before, size_t i, char *out,
	     size_t len);

#endif
