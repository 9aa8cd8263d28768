/* Connections that pass (--pass), as policies without a template: what is wider
 * and encrypted leaves their packets alone, and takes them in the clear. */
#include <errno.h>
#include <linux/xfrm.h>
#include <stdlib.h>
#include <string.h>

#include "pluto/kernel/xfrm.h"

static const uint8_t dirs[] = { XFRM_POLICY_OUT, XFRM_POLICY_IN, XFRM_POLICY_FWD };

static int
tell(struct xfrm *x, const struct selector *sel, uint8_t dir, bool there)
{
	const struct xfrm_rule r = { .dir = dir, .rank = KERNEL_RANK_MANUAL, .sel = *sel,
		.bypass = true };
	struct nlmsghdr *h = xfrm_nl_request(x->nl, there ? XFRM_MSG_UPDPOLICY
					     : XFRM_MSG_DELPOLICY, NLM_F_ACK);
	int rc = there ? xfrm_put_policy(h, &r) : xfrm_put_policy_id(h, &r);

	return rc != 0 ? rc : xfrm_nl_talk(x->nl, h, NULL, NULL);
}

static int
tell_all(struct xfrm *x, const struct selector *sel, bool there)
{
	int rc = 0, one;

	for (size_t i = 0; i < sizeof(dirs); i++) {
		one = tell(x, sel, dirs[i], there);
		if (one != 0 && rc == 0)
			rc = one;
	}
	return rc;
}

static bool
has(const struct selector *list, size_t n, const struct selector *s)
{
	for (size_t i = 0; i < n; i++)
		if (ts_eq(&list[i].local, &s->local) && ts_eq(&list[i].remote, &s->remote))
			return true;
	return false;
}

/* A policy that is gone already is what was wanted. */
static void
remove_others(struct xfrm *x, const struct selector *sel, size_t n)
{
	for (size_t i = 0; i < x->n_bypass; i++)
		if (!has(sel, n, &x->bypass[i]))
			(void)tell_all(x, &x->bypass[i], false);
}

int
xfrm_set_bypass(void *k, const struct selector *sel, size_t n)
{
	struct xfrm *x = k;
	struct selector *copy;
	int rc = 0, one;

	/* Only what is keyed goes through an interface. */
	if (x->if_id != 0 || (n == 0 && x->n_bypass == 0))
		return 0;
	copy = calloc(n + 1, sizeof(*copy));
	if (copy == NULL)
		return -ENOMEM;
	remove_others(x, sel, n);
	for (size_t i = 0; i < n; i++) {
		copy[i] = sel[i];
		one = has(x->bypass, x->n_bypass, &sel[i]) ? 0 : tell_all(x, &sel[i], true);
		rc = rc != 0 ? rc : one;
	}
	free(x->bypass);
	x->bypass = copy;
	x->n_bypass = n;
	return rc;
}
