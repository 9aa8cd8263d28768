/* An xfrm interface: the device through which the traffic of keyed pairs goes. */
#include "pluto/kernel/xfrm_if.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "pluto/kernel/planes.h"

static struct nlmsghdr *
named(struct rtnl *r, uint16_t type, uint16_t flags, const char *name)
{
	struct nlmsghdr *h = rtnl_request(r, type, (uint16_t)(NLM_F_ACK | flags));
	struct ifinfomsg *i = mnl_nlmsg_put_extra_header(h, sizeof(*i));

	i->ifi_family = AF_UNSPEC;
	mnl_attr_put_strz(h, IFLA_IFNAME, name);
	return h;
}

static int
create(struct rtnl *r, const char *name, uint32_t if_id)
{
	struct nlmsghdr *h = named(r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, name);
	struct nlattr *info = mnl_attr_nest_start(h, IFLA_LINKINFO), *data;

	mnl_attr_put_strz(h, IFLA_INFO_KIND, "xfrm");
	data = mnl_attr_nest_start(h, IFLA_INFO_DATA);
	mnl_attr_put_u32(h, IFLA_XFRM_IF_ID, if_id);
	mnl_attr_nest_end(h, data);
	mnl_attr_nest_end(h, info);
	return rtnl_talk(r, h, NULL, NULL);
}

static int
destroy(struct rtnl *r, const char *name)
{
	return rtnl_talk(r, named(r, RTM_DELLINK, 0, name), NULL, NULL);
}

static int
find_if_id(const struct nlattr *a, void *ctx)
{
	if (mnl_attr_get_type(a) == IFLA_XFRM_IF_ID && mnl_attr_validate(a, MNL_TYPE_U32) >= 0)
		*(uint32_t *)ctx = mnl_attr_get_u32(a);
	return MNL_CB_OK;
}

struct link_info {
	const struct nlattr *kind, *data;
};

static int
find_info(const struct nlattr *a, void *ctx)
{
	struct link_info *l = ctx;

	if (mnl_attr_get_type(a) == IFLA_INFO_KIND && mnl_attr_validate(a, MNL_TYPE_NUL_STRING) >= 0)
		l->kind = a;
	if (mnl_attr_get_type(a) == IFLA_INFO_DATA)
		l->data = a;
	return MNL_CB_OK;
}

static int
find_link_info(const struct nlattr *a, void *ctx)
{
	if (mnl_attr_get_type(a) == IFLA_LINKINFO)
		mnl_attr_parse_nested(a, find_info, ctx);
	return MNL_CB_OK;
}

static int
see_link(const struct nlmsghdr *h, void *ctx)
{
	struct link_info l = { NULL, NULL };

	if (mnl_nlmsg_get_payload_len(h) >= sizeof(struct ifinfomsg))
		mnl_attr_parse(h, sizeof(struct ifinfomsg), find_link_info, &l);
	if (l.kind != NULL && l.data != NULL && strcmp(mnl_attr_get_str(l.kind), "xfrm") == 0)
		mnl_attr_parse_nested(l.data, find_if_id, ctx);
	return MNL_CB_OK;
}

static bool
is_ours(struct rtnl *r, const char *name)
{
	uint32_t if_id = 0;

	return rtnl_talk(r, named(r, RTM_GETLINK, 0, name), see_link, &if_id) == 0
		&& if_id == XFRM_IF_ID;
}

static int
configure(struct xfrm_if *i, struct rtnl *r)
{
	unsigned ifindex = if_nametoindex(i->name);
	int rc = rtnl_link_prepare(r, ifindex, rtnl_smallest_mtu(r));

	if (rc == 0)
		rc = rtnl_link_up(r, ifindex);
	return rc != 0 ? rc : marked_routes_set(&i->routes, r, ifindex);
}

static int
make(struct xfrm_if *i, struct rtnl *r)
{
	int rc = create(r, i->name, XFRM_IF_ID);

	if (rc == -EEXIST && is_ours(r, i->name)) {
		(void)destroy(r, i->name);
		rc = create(r, i->name, XFRM_IF_ID);
	}
	return rc != 0 ? rc : configure(i, r);
}

bool
xfrm_if_open(struct xfrm_if *i, const char *name, char *err, size_t errlen)
{
	struct rtnl *r = rtnl_open();
	struct xfrm_if made = { .name = "" };
	int rc;

	snprintf(made.name, sizeof(made.name), "%s", name);
	rc = r != NULL ? make(&made, r) : -errno;
	rtnl_close(r);
	if (rc != 0)
		snprintf(err, errlen, "xfrm interface %s: %s; %s", name, strerror(-rc),
			 rc == -EEXIST ? "a device of that name is another's: --tun-name "
			 "gives ours another one" : "--use-netkey does without");
	if (rc == 0)
		*i = made;
	else if (rc != -EEXIST)
		xfrm_if_close(&made);
	return rc == 0;
}

void
xfrm_if_close(struct xfrm_if *i)
{
	struct rtnl *r = i->name[0] != '\0' ? rtnl_open() : NULL;

	if (r == NULL)
		return;
	marked_routes_clear(&i->routes, r);
	(void)destroy(r, i->name);
	rtnl_close(r);
	*i = (struct xfrm_if){ .name = "" };
}

bool
kernel_has_xfrm_interfaces(void)
{
	static const char name[] = "oe-probe";
	struct rtnl *r = rtnl_open();
	bool has = r != NULL && create(r, name, XFRM_IF_ID + 1) == 0;

	if (has)
		(void)destroy(r, name);
	rtnl_close(r);
	return has;
}
