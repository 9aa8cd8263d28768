/* Keeps strangers from filling the resolver with the names of one prefix. */
#include <string.h>
#include <strings.h>

#include "adns/bucket.h"
#include "lib/addr.h"

struct kind {
	const char *under;
	unsigned labels;	/* from the end, that of UNDER included */
};

static const struct kind kinds[] = {
	{ ".in-addr.arpa.", 3 + 2 },	/* 192.0.2.0/24 */
	{ ".ip6.arpa.", 12 + 2 },	/* 2001:db8:1::/48 */
};

enum { OTHER_LABELS = 2 };

static unsigned
labels_wanted(const char *text, size_t len)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		size_t n = strlen(kinds[i].under);

		if (len >= n && strcasecmp(text + len - n, kinds[i].under) == 0)
			return kinds[i].labels;
	}
	return OTHER_LABELS;
}

const char *
bucket_prefix(const struct dns_name *name)
{
	size_t len = strlen(name->text), at = len;
	unsigned wanted = labels_wanted(name->text, len), dots = 0;

	/* The last dot ends the name. */
	while (at > 0 && (name->text[at - 1] != '.' || dots++ < wanted))
		at--;
	return name->text + at;
}

/* A bucket is known by the time at which it is full: a token taken moves that on
 * by what one takes to come back. */
bool
bucket_take(uint64_t *full_ms, unsigned burst, unsigned per_s, uint64_t now_ms)
{
	uint64_t token_ms = (1000 + per_s - 1) / per_s;

	if (*full_ms < now_ms)
		*full_ms = now_ms;
	if (*full_ms + token_ms > now_ms + burst * token_ms)
		return false;
	*full_ms += token_ms;
	return true;
}

bool
buckets_take(struct buckets *b, const struct dns_name *name, uint64_t now_ms)
{
	return b->per_s == 0
		|| bucket_take(&b->full_ms[addr_hash(span_str(bucket_prefix(name))) % BUCKETS],
			       b->burst, b->per_s, now_ms);
}
