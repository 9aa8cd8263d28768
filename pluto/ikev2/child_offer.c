/* What is said about a Child SA: proposals and traffic selectors, both ways. */
#include "pluto/ikev2/child_offer.h"

#include "pluto/ikev2/auth.h"
#include "pluto/ikev2/child_ipcomp.h"
#include "pluto/ikev2/child_nat.h"
#include "pluto/wire/ts.h"

static bool
has_ke(const struct proposal *p)
{
	for (unsigned i = 0; i < p->n; i++)
		if (p->t[i].type == T_KE)
			return true;
	return false;
}

/* --esp says nothing of groups: then the IKE SA's own, or none, will do. */
static struct proposal_list
proposals(const struct ike_sa *sa, const struct connection *conn)
{
	struct proposal_list l = conn->esp.n > 0 ? conn->esp : *proposal_default_esp();

	for (unsigned i = 0; i < l.n; i++) {
		struct proposal *p = &l.p[i];

		if (has_ke(p) || p->n + 2u > PROPOSAL_MAX_TRANSFORMS)
			continue;
		p->t[p->n++] = (struct transform){ .type = T_KE, .id = sa->chosen.ke };
		p->t[p->n++] = (struct transform){ .type = T_KE, .id = KE_NONE };
	}
	return l;
}

static const struct connection *
conn_of(const struct ike_sa *sa, const struct negotiation *n)
{
	return n->task.conn != NULL ? n->task.conn : sa->conn;
}

struct selector
child_limit(const struct ike_sa *sa, const struct connection *conn)
{
	struct selector s = { .local = conn->local.ts, .remote = conn->remote.ts };

	if (s.local.addr_lo.family == IP_NONE)
		s.local = ts_host(&sa->local.addr);
	if (s.remote.addr_lo.family == IP_NONE)
		s.remote = ts_host(&sa->remote.addr);
	/* Transport mode is between the two hosts, wherever a NAT has put them. */
	if (conn->mode == MODE_TRANSPORT) {
		s.local.addr_lo = s.local.addr_hi = sa->local.addr;
		s.remote.addr_lo = s.remote.addr_hi = sa->remote.addr;
	}
	return s;
}

uint16_t
child_first_group(const struct ike_sa *sa, const struct connection *conn)
{
	return conn->pfs ? child_forced_group(sa, conn) : 0;
}

uint16_t
child_forced_group(const struct ike_sa *sa, const struct connection *conn)
{
	struct proposal_list l = proposals(sa, conn);

	if (proposal_has_ke(&l, sa->chosen.ke))
		return sa->chosen.ke;
	for (unsigned i = 0; i < l.p[0].n; i++)
		if (l.p[0].t[i].type == T_KE && ke_known(l.p[0].t[i].id))
			return l.p[0].t[i].id;
	return 0;
}

bool
child_ah_behind_nat(const struct ike_sa *sa, const struct connection *conn)
{
	return connection_is_ah(conn) && sa->nat_local;
}

static uint8_t
protocol_of(const struct ike_sa *sa, const struct negotiation *n)
{
	return connection_is_ah(conn_of(sa, n)) ? PROTO_AH : PROTO_ESP;
}

static bool
take_spi(struct ike_sa *sa, struct negotiation *n)
{
	enum sa_protocol p = protocol_of(sa, n) == PROTO_AH ? SA_AH : SA_ESP;

	if (n->spi_in == 0)
		n->spi_in = sa->e->kernel.ops->alloc_spi(sa->e->kernel.k, p,
							 &sa->local.addr, &sa->remote.addr);
	return n->spi_in != 0;
}

static void
spi_octets(uint32_t spi, uint8_t out[4])
{
	struct wire_writer w = wire_writer(out, 4);

	wire_put_u32(&w, spi);
}

bool
child_write_sa(struct ike_sa *sa, struct negotiation *n, struct ike_build *b, bool with_ke)
{
	struct proposal_list l = proposals(sa, conn_of(sa, n));
	uint8_t spi[4];
	size_t mark;

	if (!take_spi(sa, n))
		return false;
	child_ipcomp_take(sa, n, conn_of(sa, n));
	spi_octets(n->spi_in, spi);
	mark = ike_build_open(b, P_SA);
	proposal_write(b, &l, SPAN_OF(spi), with_ke);
	ike_build_close(b, mark);
	return true;
}

void
child_write_ts(const struct negotiation *n, struct ike_build *b, bool initiator)
{
	const struct selector said = child_nat_said(n);
	const struct ts_list local = { .n = 1, .ts = { said.local } };
	const struct ts_list remote = { .n = 1, .ts = { said.remote } };
	const struct span none = { NULL, 0 };

	ts_list_write(b, P_TSi, initiator ? &local : &remote);
	ts_list_write(b, P_TSr, initiator ? &remote : &local);
	if (n->transport)
		ike_build_notify(b, PROTO_NONE, none, N_USE_TRANSPORT_MODE, none);
	child_ipcomp_write(n, b);
}

static bool
read_ts(const struct payload_list *in, struct ts_list *tsi, struct ts_list *tsr)
{
	struct parse_error err;

	return ts_list_read(payload_find(in, P_TSi)->body, tsi, &err)
		&& ts_list_read(payload_find(in, P_TSr)->body, tsr, &err);
}

/* The first selector may be of the packet that began it (RFC 7296 2.9): only whom
 * it is about counts. */
static bool
one_host(const struct ts_list *l, struct traffic_selector *out)
{
	if (l->n == 0 || !ip_addr_eq(&l->ts[0].addr_lo, &l->ts[0].addr_hi))
		return false;
	*out = ts_host(&l->ts[0].addr_lo);
	return true;
}

struct ip_addr
child_client_asked(const struct ike_sa *sa, const struct payload_list *in)
{
	const struct ip_addr nobody = { .family = IP_NONE };
	struct traffic_selector host;
	struct ts_list tsi, tsr;

	if (payload_find(in, P_TSi) == NULL || payload_find(in, P_TSr) == NULL
	    || !read_ts(in, &tsi, &tsr) || !one_host(&tsi, &host)
	    || ip_addr_eq(&host.addr_lo, &sa->remote.addr))
		return nobody;
	return host.addr_lo;
}

/* Opportunism is about pairs of hosts; a peer that asks for more than one pair gets
 * its own and ours, when they are among them. */
static enum ike_client
oe_conn_asked(struct ike_sa *sa, const struct ts_list *tsi, const struct ts_list *tsr,
	      struct connection **out)
{
	const struct ike_ports *p = &sa->e->ports;
	struct ike_client_question q = { .conn = sa->conn, .remote_id = &sa->id_remote,
		.local = &sa->local, .remote = &sa->remote,
		.peer_key = sa->peer_key.kind != PUBKEY_NONE ? &sa->peer_key : NULL,
		.pair = { ts_host(&sa->local.addr), ts_host(&sa->remote.addr) } };

	(void)(one_host(tsr, &q.pair.local) && one_host(tsi, &q.pair.remote));
	return p->client(p->ctx, &q, out);
}

enum ike_client
child_conn_asked(struct ike_sa *sa, const struct payload_list *in, struct connection **out)
{
	const struct ike_ports *p = &sa->e->ports;
	struct ts_list tsi, tsr;

	*out = NULL;
	if (!read_ts(in, &tsi, &tsr))
		return IKE_CLIENT_NO;
	child_nat_take(sa, in, sa->conn, &tsr, &tsi);
	if (sa->conn->oe && p->client != NULL)
		return oe_conn_asked(sa, &tsi, &tsr, out);
	if (!sa->conn->oe && p->connection_for_ts != NULL)
		*out = p->connection_for_ts(p->ctx, sa->conn, &sa->id_remote, &tsr, &tsi);
	else
		*out = connection_ref(sa->conn);
	return *out != NULL ? IKE_CLIENT_YES : IKE_CLIENT_NO;
}

/* A peer without PFS is still a peer; one that insists on a group gets it. */
static uint16_t
choose_proposal(struct ike_sa *sa, struct negotiation *n, const struct payload_list *in,
		bool with_ke)
{
	struct proposal_list l = proposals(sa, conn_of(sa, n));
	const struct payload *p = payload_find(in, P_KE);
	struct parse_error err = { 0 };
	struct ke_body ke = { 0 };
	bool ok;

	if (p != NULL && !ke_read(p->body, &ke, &err))
		return N_INVALID_SYNTAX;
	if (child_ah_behind_nat(sa, conn_of(sa, n)))
		return N_NO_PROPOSAL_CHOSEN;
	ok = proposal_choose(payload_find(in, P_SA)->body, &l, protocol_of(sa, n), 4, ke.group,
			     with_ke && p != NULL, &n->chosen, &err);
	if (!ok)
		return err.notify != 0 ? err.notify : N_NO_PROPOSAL_CHOSEN;
	return 0;
}

uint16_t
child_choose(struct ike_sa *sa, struct negotiation *n, const struct payload_list *in,
	     const struct selector *limit, bool with_ke)
{
	struct ts_list tsi, tsr;
	struct notify_body nb;
	uint16_t why = choose_proposal(sa, n, in, with_ke);

	if (why != 0)
		return why;
	if (!read_ts(in, &tsi, &tsr))
		return N_INVALID_SYNTAX;
	n->natted = child_nat_take(sa, in, conn_of(sa, n), &tsr, &tsi);
	if (!ts_narrow(&tsi, &limit->remote, &n->sel.remote)
	    || !ts_narrow(&tsr, &limit->local, &n->sel.local))
		return N_TS_UNACCEPTABLE;
	if (anonymous_must_yield(sa, &n->sel))
		return N_TS_UNACCEPTABLE;
	child_nat_keep(in, n);
	n->transport = conn_of(sa, n)->mode == MODE_TRANSPORT
		&& notify_find(in, N_USE_TRANSPORT_MODE, &nb);
	child_ipcomp_choose(sa, n, conn_of(sa, n), in);
	return take_spi(sa, n) ? 0 : N_NO_ADDITIONAL_SAS;
}

void
child_write_choice(const struct negotiation *n, struct ike_build *b)
{
	size_t mark = ike_build_open(b, P_SA);
	uint8_t spi[4];

	spi_octets(n->spi_in, spi);
	proposal_write_chosen(b, &n->chosen, SPAN_OF(spi));
	ike_build_close(b, mark);
}

uint16_t
child_read_choice(struct ike_sa *sa, struct negotiation *n, const struct payload_list *in,
		  bool with_ke)
{
	struct proposal_list l = proposals(sa, conn_of(sa, n));
	struct parse_error err = { 0 };
	struct ts_list tsi, tsr;
	struct notify_body nb;

	if (!proposal_check_answer(payload_find(in, P_SA)->body, &l, protocol_of(sa, n), 4, with_ke,
				   &n->chosen, &err))
		return N_NO_PROPOSAL_CHOSEN;
	if (!read_ts(in, &tsi, &tsr))
		return N_TS_UNACCEPTABLE;
	child_nat_take(sa, in, conn_of(sa, n), &tsi, &tsr);
	if (!ts_within(&tsi, &n->sel.local) || !ts_within(&tsr, &n->sel.remote))
		return N_TS_UNACCEPTABLE;
	n->sel.local = tsi.ts[0];
	n->sel.remote = tsr.ts[0];
	if (anonymous_must_yield(sa, &n->sel))
		return N_TS_UNACCEPTABLE;
	child_ipcomp_read(n, in);
	n->transport = n->transport && notify_find(in, N_USE_TRANSPORT_MODE, &nb);
	return 0;
}
