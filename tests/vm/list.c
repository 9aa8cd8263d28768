/* What a kernel lists of SAs and policies, and events sent in its name, for the
 * tests of the XFRM plane. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/xfrm.h>
#include <stdio.h>
#include <string.h>

#include "pluto/kernel/xfrm_put.h"
#include "tests/vm/plane.h"

enum { ROOM = 32768 };

static int
find_offload(const struct nlattr *a, void *ctx)
{
	struct listed *l = ctx;

	l->offloaded = l->offloaded || mnl_attr_get_type(a) == XFRMA_OFFLOAD_DEV;
	return MNL_CB_OK;
}

static int
see_sa(const struct nlmsghdr *h, void *ctx)
{
	const struct xfrm_usersa_info *x = mnl_nlmsg_get_payload(h);
	struct listed *l = ctx;

	if (x->reqid == XFRM_REQID_FIRST)
		l->reserved++;
	else if (xfrm_reqid_ours(x->reqid))
		l->sas++;
	else
		l->others++;
	if (xfrm_reqid_ours(x->reqid))
		mnl_attr_parse(h, sizeof(*x), find_offload, l);
	return MNL_CB_OK;
}

static int
find_ours(const struct nlattr *a, void *ctx)
{
	bool *ours = ctx;

	if (mnl_attr_get_type(a) == XFRMA_TMPL)
		*ours = xfrm_reqid_ours(((const struct xfrm_user_tmpl *)
					 mnl_attr_get_payload(a))->reqid);
	return MNL_CB_OK;
}

/* Exemptions have no template, and sockets' policies no business here. */
static int
see_policy(const struct nlmsghdr *h, void *ctx)
{
	const struct xfrm_userpolicy_info *x = mnl_nlmsg_get_payload(h);
	struct listed *l = ctx;
	bool ours = false;

	if (x->dir > XFRM_POLICY_FWD || x->sel.proto == IPPROTO_ICMPV6)
		return MNL_CB_OK;
	mnl_attr_parse(h, sizeof(*x), find_ours, &ours);
	l->policies += ours;
	l->other_policies += !ours;
	return MNL_CB_OK;
}

static void
dump(struct mnl_socket *nl, uint16_t type, mnl_cb_t cb, struct listed *l)
{
	_Alignas(8) char buf[ROOM];
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	ssize_t n;

	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	h->nlmsg_seq = type;
	if (mnl_socket_sendto(nl, h, h->nlmsg_len) < 0)
		return;
	do
		n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
	while (n > 0 && mnl_cb_run(buf, (size_t)n, type, 0, cb, l) > 0);
}

struct listed
net_list(enum host h)
{
	struct listed l = { .sas = 0 };
	struct mnl_socket *nl;

	net_enter(h);
	nl = mnl_socket_open2(NETLINK_XFRM, SOCK_CLOEXEC);
	if (nl == NULL || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) != 0)
		return l;
	dump(nl, XFRM_MSG_GETSA, see_sa, &l);
	dump(nl, XFRM_MSG_GETPOLICY, see_policy, &l);
	mnl_socket_close(nl);
	return l;
}

void
net_flood(enum host at, const struct kernel_sa *sa, unsigned n)
{
	_Alignas(8) char buf[1024];
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	struct xfrm_user_expire *e = mnl_nlmsg_put_extra_header(h, sizeof(*e));
	struct mnl_socket *nl;

	h->nlmsg_type = XFRM_MSG_EXPIRE;
	h->nlmsg_flags = NLM_F_REQUEST;
	e->state.id.daddr = xfrm_addr(sa->dir == SA_OUT ? &sa->remote.addr : &sa->local.addr);
	e->state.id.spi = htonl(sa->spi);
	e->state.id.proto = xfrm_ip_proto(sa->protocol);
	e->state.family = xfrm_family(&sa->local.addr);
	net_enter(at);
	nl = mnl_socket_open2(NETLINK_XFRM, SOCK_CLOEXEC);
	if (nl == NULL || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) != 0)
		return;
	for (unsigned i = 0; i < n; i++)
		if (mnl_socket_sendto(nl, h, h->nlmsg_len) < 0)
			perror("flood");
	mnl_socket_close(nl);
}
