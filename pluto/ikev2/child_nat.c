/* Transport mode through a NAT (RFC 7296 2.23.1). */
#include "pluto/ikev2/child_nat.h"

static bool
is_host(const struct traffic_selector *ts)
{
	return ip_addr_eq(&ts->addr_lo, &ts->addr_hi);
}

static bool
put_host(struct ts_list *l, const struct ip_addr *a)
{
	for (unsigned i = 0; i < l->n; i++)
		if (!is_host(&l->ts[i]) || l->ts[i].addr_lo.family != a->family)
			return false;
	for (unsigned i = 0; i < l->n; i++)
		l->ts[i].addr_lo = l->ts[i].addr_hi = *a;
	return true;
}

bool
child_nat_take(const struct ike_sa *sa, const struct payload_list *in,
	       const struct connection *conn, struct ts_list *local, struct ts_list *remote)
{
	struct ts_list l = *local, r = *remote;
	struct notify_body nb;

	if (!sa->encap || conn == NULL || conn->mode != MODE_TRANSPORT
	    || !notify_find(in, N_USE_TRANSPORT_MODE, &nb)
	    || !put_host(&l, &sa->local.addr) || !put_host(&r, &sa->remote.addr))
		return false;
	*local = l;
	*remote = r;
	return true;
}

void
child_nat_keep(const struct payload_list *in, struct negotiation *n)
{
	struct parse_error err;
	struct ts_list tsi, tsr;

	if (!n->natted || !ts_list_read(payload_find(in, P_TSi)->body, &tsi, &err)
	    || !ts_list_read(payload_find(in, P_TSr)->body, &tsr, &err))
		return;
	n->said = (struct selector){ .local = tsr.ts[0], .remote = tsi.ts[0] };
}

static void
as_said(struct traffic_selector *ts, const struct traffic_selector *said)
{
	ts->addr_lo = said->addr_lo;
	ts->addr_hi = said->addr_hi;
}

struct selector
child_nat_said(const struct negotiation *n)
{
	struct selector s = n->sel;

	if (n->natted) {
		as_said(&s.local, &n->said.local);
		as_said(&s.remote, &n->said.remote);
	}
	return s;
}
