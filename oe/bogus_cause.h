/* What is likely behind an answer that DNSSEC refuses. */
#ifndef OE_BOGUS_CAUSE_H
#define OE_BOGUS_CAUSE_H

struct bogus_cause {
	const char *brief;	/* "its signatures have expired" */
	const char *likely;	/* whose fault, in a sentence for people */
};

/* WHY holds the validator's words. Never NULL. */
const struct bogus_cause *bogus_cause(const char *why);

#endif
