/* What an earlier run left in the kernel, and what is to go at the end: our SAs
 * and policies are found by their numbers in two dumps. */
#include <errno.h>
#include <linux/xfrm.h>
#include <stdlib.h>
#include <string.h>

#include "pluto/kernel/xfrm.h"
#include "pluto/kernel/xfrm_trap.h"

enum { TRIES = 3 };

struct named_policy {
	struct xfrm_userpolicy_id id;
	uint32_t if_id;
};

/* What a dump found to delete; owned. */
struct found {
	size_t n, room;
	bool no_memory;
	struct xfrm_usersa_id *sas;
	struct named_policy *policies;
};

/* Room for one more of SIZE in *LIST. */
static bool
more(struct found *f, void **list, size_t size)
{
	size_t room = f->room == 0 ? 64 : 2 * f->room;
	void *bigger;

	if (f->n < f->room)
		return true;
	bigger = reallocarray(*list, room, size);
	if (bigger == NULL) {
		f->no_memory = true;
		return false;
	}
	*list = bigger;
	f->room = room;
	return true;
}

static int
see_sa(const struct nlmsghdr *h, void *ctx)
{
	const struct xfrm_usersa_info *x = mnl_nlmsg_get_payload(h);
	struct found *f = ctx;
	void *list = f->sas;

	if (mnl_nlmsg_get_payload_len(h) < sizeof(*x) || !xfrm_reqid_ours(x->reqid)
	    || !more(f, &list, sizeof(*f->sas)))
		return MNL_CB_OK;
	f->sas = list;
	f->sas[f->n++] = (struct xfrm_usersa_id){ .daddr = x->id.daddr, .spi = x->id.spi,
		.family = x->family, .proto = x->id.proto };
	return MNL_CB_OK;
}

struct policy_attrs {
	const struct xfrm_user_tmpl *tmpl;
	uint32_t if_id;
};

static int
find_attrs(const struct nlattr *a, void *ctx)
{
	struct policy_attrs *p = ctx;

	if (mnl_attr_get_type(a) == XFRMA_TMPL
	    && mnl_attr_get_payload_len(a) >= sizeof(*p->tmpl))
		p->tmpl = mnl_attr_get_payload(a);
	if (mnl_attr_get_type(a) == XFRMA_IF_ID && mnl_attr_validate(a, MNL_TYPE_U32) >= 0)
		p->if_id = mnl_attr_get_u32(a);
	return MNL_CB_OK;
}

/* By its template; without one, by its signature or by an exemption's very priority. */
static bool
policy_ours(const struct xfrm_userpolicy_info *x, const struct policy_attrs *a)
{
	const struct xfrm_rule r = xfrm_exemption(XFRM_POLICY_OUT, 0);

	if (xfrm_trap_policy(x))	/* stays, for what is closed without us */
		return false;
	if (xfrm_is_bypass(x))
		return true;
	return a->tmpl != NULL ? xfrm_reqid_ours(a->tmpl->reqid)
		: x->priority == xfrm_priority(r.rank, &r.sel);
}

static int
see_policy(const struct nlmsghdr *h, void *ctx)
{
	const struct xfrm_userpolicy_info *x = mnl_nlmsg_get_payload(h);
	struct policy_attrs a = { .tmpl = NULL };
	struct found *f = ctx;
	void *list = f->policies;

	if (mnl_nlmsg_get_payload_len(h) < sizeof(*x) || x->dir > XFRM_POLICY_FWD)
		return MNL_CB_OK;
	mnl_attr_parse(h, sizeof(*x), find_attrs, &a);
	if (!policy_ours(x, &a) || !more(f, &list, sizeof(*f->policies)))
		return MNL_CB_OK;
	f->policies = list;
	f->policies[f->n++] = (struct named_policy){ { .sel = x->sel, .dir = x->dir }, a.if_id };
	return MNL_CB_OK;
}

static int
dump(struct xfrm_nl *n, uint16_t type, mnl_cb_t cb, struct found *f)
{
	int rc = -EINTR;

	for (unsigned i = 0; i < TRIES && rc == -EINTR; i++) {
		f->n = 0;
		rc = xfrm_nl_talk(n, xfrm_nl_request(n, type, NLM_F_DUMP), cb, f);
	}
	return rc != 0 ? rc : f->no_memory ? -ENOMEM : 0;
}

/* It may have gone by itself meanwhile. */
static int
delete(struct xfrm_nl *n, struct nlmsghdr *h)
{
	int rc = xfrm_nl_talk(n, h, NULL, NULL);

	return rc == -ESRCH || rc == -ENOENT ? 0 : rc;
}

static int
sweep_policies(struct xfrm_nl *n)
{
	struct found f = { .n = 0 };
	int rc = dump(n, XFRM_MSG_GETPOLICY, see_policy, &f);

	for (size_t i = 0; rc == 0 && i < f.n; i++) {
		struct nlmsghdr *h = xfrm_nl_request(n, XFRM_MSG_DELPOLICY, NLM_F_ACK);

		memcpy(mnl_nlmsg_put_extra_header(h, sizeof(f.policies[i].id)),
		       &f.policies[i].id, sizeof(f.policies[i].id));
		if (f.policies[i].if_id != 0)
			mnl_attr_put_u32(h, XFRMA_IF_ID, f.policies[i].if_id);
		rc = delete(n, h);
	}
	free(f.policies);
	return rc;
}

static int
sweep_sas(struct xfrm_nl *n)
{
	struct found f = { .n = 0 };
	int rc = dump(n, XFRM_MSG_GETSA, see_sa, &f);

	for (size_t i = 0; rc == 0 && i < f.n; i++) {
		struct nlmsghdr *h = xfrm_nl_request(n, XFRM_MSG_DELSA, NLM_F_ACK);

		memcpy(mnl_nlmsg_put_extra_header(h, sizeof(f.sas[i])), &f.sas[i],
		       sizeof(f.sas[i]));
		rc = delete(n, h);
	}
	free(f.sas);
	return rc;
}

/* Policies before SAs: an SA that goes first would make the kernel ask for
 * another. */
int
xfrm_sweep(struct xfrm_nl *n)
{
	int rc = sweep_policies(n);

	return rc != 0 ? rc : sweep_sas(n);
}
