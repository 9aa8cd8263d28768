/* Validated lookups with libunbound. */
#include "zones/lookup.h"

#include <stdio.h>

#include "lib/rr_ipseckey.h"

static int
set_up(struct ub_ctx *ctx, const struct endpoint *resolver, const char *anchor)
{
	char at[200];
	struct addr_buf b;
	int rc;

	/* RFC 6303: the operator of such a zone asks about it on purpose. */
	ub_ctx_set_option(ctx, "unblock-lan-zones:", "yes");
	ub_ctx_set_option(ctx, "outbound-msg-retry:", "2");
	if (resolver == NULL) {
		rc = ub_ctx_resolvconf(ctx, NULL);
	} else {
		snprintf(at, sizeof(at), "%s@%u", ip_addr_text(&resolver->addr, &b), resolver->port);
		rc = ub_ctx_set_fwd(ctx, at);
	}
	return rc != 0 ? rc : ub_ctx_add_ta_file(ctx, anchor);
}

struct ub_ctx *
lookup_open(const struct endpoint *resolver, const char *anchor, char *err, size_t errlen)
{
	struct ub_ctx *ctx = ub_ctx_create();
	int rc = ctx != NULL ? set_up(ctx, resolver, anchor) : UB_NOMEM;

	if (rc == 0) {
		ub_ctx_debugout(ctx, NULL);
		return ctx;
	}
	snprintf(err, errlen, "no lookups: %s: is %s a file with trust anchors?", ub_strerror(rc), anchor);
	ub_ctx_delete(ctx);
	return NULL;
}

enum lookup_verdict
lookup_ask(struct ub_ctx *ctx, const char *name, int type, struct ub_result **out)
{
	struct ub_result *r = NULL;

	*out = NULL;
	if (ub_resolve(ctx, name, type, 1, &r) != 0)
		return LOOKUP_UNKNOWN;
	*out = r;
	if (r->bogus)
		return LOOKUP_BOGUS;
	if (r->rcode != 0 && !r->nxdomain)
		return LOOKUP_UNKNOWN;
	if (!r->secure)
		return LOOKUP_INSECURE;
	return r->havedata ? LOOKUP_SECURE : LOOKUP_ABSENT;
}
