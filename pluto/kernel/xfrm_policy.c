/* Policies of the XFRM plane: they point to the newest SA of their flow. */
#include <errno.h>
#include <linux/xfrm.h>

#include "pluto/kernel/xfrm.h"

static const uint8_t all_dirs[] = { XFRM_POLICY_IN, XFRM_POLICY_FWD, XFRM_POLICY_OUT };

/* What leaves names its SA, so that a new one is current at once; what comes in
 * may come by any SA of the flow. */
struct xfrm_rule
xfrm_rule_for(const struct xfrm *x, const struct xfrm_flow *w, uint8_t dir,
	      const struct xfrm_sa *sa)
{
	struct xfrm_rule r = { .dir = dir, .rank = w->rank, .sel = w->sel, .reqid = w->reqid,
		.if_id = x->if_id };

	if (sa == NULL)
		return r;
	r.protocol = sa->protocol;
	r.mode = sa->mode;
	r.local = sa->local.addr;
	r.remote = sa->remote.addr;
	r.cpi = sa->cpi;
	r.spi = dir == XFRM_POLICY_OUT ? sa->spi : 0;
	return r;
}

static int
set_policy(struct xfrm *x, const struct xfrm_flow *w, uint8_t dir)
{
	const struct xfrm_sa *sa = xfrm_flow_current(w, dir == XFRM_POLICY_OUT ? SA_OUT : SA_IN);
	const struct xfrm_rule r = xfrm_rule_for(x, w, dir, sa);
	struct nlmsghdr *h = xfrm_nl_request(x->nl, sa != NULL ? XFRM_MSG_UPDPOLICY
					     : XFRM_MSG_DELPOLICY, NLM_F_ACK);
	int rc = sa != NULL ? xfrm_put_policy(h, &r) : xfrm_put_policy_id(h, &r);

	return rc != 0 ? rc : xfrm_nl_talk(x->nl, h, NULL, NULL);
}

int
xfrm_set_policies(struct xfrm *x, const struct xfrm_flow *w, enum sa_direction dir)
{
	int rc;

	if (dir == SA_OUT)
		return set_policy(x, w, XFRM_POLICY_OUT);
	rc = set_policy(x, w, XFRM_POLICY_IN);
	return rc != 0 ? rc : set_policy(x, w, XFRM_POLICY_FWD);
}

/* Another daemon may have made the same exemption: then it is not ours. */
static int
put_exemption(struct xfrm *x, uint8_t dir, uint16_t icmp6_type)
{
	const struct xfrm_rule r = xfrm_exemption(dir, icmp6_type);
	struct nlmsghdr *h = xfrm_nl_request(x->nl, XFRM_MSG_NEWPOLICY,
					     NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
	int rc = xfrm_put_policy(h, &r);

	if (rc == 0)
		rc = xfrm_nl_talk(x->nl, h, NULL, NULL);
	return rc == -EEXIST ? 0 : rc;
}

int
xfrm_put_exemptions(struct xfrm *x)
{
	enum { FIRST = 133, LAST = 137 };	/* RFC 4861 */

	for (unsigned type = FIRST; type <= LAST; type++)
		for (size_t i = 0; i < sizeof(all_dirs); i++) {
			int rc = put_exemption(x, all_dirs[i], (uint16_t)type);

			if (rc != 0)
				return rc;
		}
	return 0;
}
