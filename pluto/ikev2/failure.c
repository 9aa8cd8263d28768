/* Failures in words, with the whack code that goes with each. */
#include <stdio.h>

#include "pluto/ikev2/event.h"

struct failure_row {
	enum ike_failure failure;
	int code;			/* interface.md */
	const char *sentence;
};

static const struct failure_row rows[] = {
	{ IKE_FAIL_NONE, 0, "nothing failed" },
	{ IKE_FAIL_SILENT, 31, "the peer did not answer" },
	{ IKE_FAIL_NO_PROPOSAL, 34, "no algorithms in common with the peer" },
	{ IKE_FAIL_AUTH_PEER, 64, "the peer did not prove its identity" },
	{ IKE_FAIL_AUTH_US, 64, "the peer refused our authentication" },
	{ IKE_FAIL_LATER, 65, "the peer cannot do it now" },
	{ IKE_FAIL_TS, 65, "the peer refused the traffic selectors" },
	{ IKE_FAIL_CHILD, 65, "the peer refused the Child SA" },
	{ IKE_FAIL_NO_KEY, 28, "there is no key to authenticate with" },
	{ IKE_FAIL_SYNTAX, 65, "the peer could not make sense of our message" },
	{ IKE_FAIL_KERNEL, 32, "the data plane refused the SA" },
	{ IKE_FAIL_INTERNAL, 32, "no memory, or the crypto library refused" },
	{ IKE_FAIL_CANCELLED, 66, "it was cancelled" },
	{ IKE_FAIL_MOVED, 66, "our address is gone" },
};

static const struct failure_row *
row_of(enum ike_failure why)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].failure == why)
			return &rows[i];
	return &rows[0];
}

const char *
failure_text(enum ike_failure why, uint16_t notify, char *out, size_t outlen)
{
	struct name_buf b;

	if (notify != 0)
		snprintf(out, outlen, "%s (%s)", row_of(why)->sentence,
			 name_of(&notify_names, notify, &b));
	else
		snprintf(out, outlen, "%s", row_of(why)->sentence);
	return out;
}

int
failure_code(enum ike_failure why)
{
	return row_of(why)->code;
}
