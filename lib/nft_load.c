/* Loads rulesets as text; needs libnftables. */
#include "lib/nft.h"

#include <errno.h>
#include <nftables/libnftables.h>
#include <stdio.h>
#include <string.h>

#include "lib/fault.h"

/* The first line that says something; the rest repeats our own text. */
static void
first_line(const char *from, char *err, size_t errlen)
{
	size_t len = strcspn(from, "\n");

	if (errlen > 0)
		snprintf(err, errlen, "nft: %.*s", (int)(len > 400 ? 400 : len),
			 len > 0 ? from : "refused without a reason");
}

int
nft_load(const char *text, char *err, size_t errlen)
{
	struct nft_ctx *ctx = nft_ctx_new(NFT_CTX_DEFAULT);
	int rc = 0;

	if (ctx == NULL)
		return -ENOMEM;
	if (fault(FAULT_NETLINK_REFUSES)) {
		nft_ctx_free(ctx);
		first_line(strerror(EPERM), err, errlen);
		return -EPERM;
	}
	nft_ctx_buffer_output(ctx);
	nft_ctx_buffer_error(ctx);
	if (nft_run_cmd_from_buffer(ctx, text) != 0) {
		first_line(nft_ctx_get_error_buffer(ctx), err, errlen);
		rc = -EINVAL;
	}
	nft_ctx_free(ctx);
	return rc;
}
