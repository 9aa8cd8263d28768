/* IPCOMP_SUPPORTED (RFC 7296 2.22): IPComp beside a Child SA, deflate alone. */
#include "pluto/ikev2/child_ipcomp.h"

enum { IPCOMP_DEFLATE = 2 };

void
child_ipcomp_take(struct ike_sa *sa, struct negotiation *n, const struct connection *conn)
{
	const struct kernel *k = &sa->e->kernel;

	if (conn->compress && n->cpi_in == 0 && k->ops->alloc_cpi != NULL)
		n->cpi_in = k->ops->alloc_cpi(k->k);
}

/* The peer's CPI for deflate; 0: it does not offer that. */
static uint16_t
cpi_in(const struct payload_list *in)
{
	struct notify_body nb;
	struct parse_error e;

	for (unsigned i = 0; i < in->n; i++) {
		struct wire_reader r;
		uint16_t cpi;

		if (in->p[i].type != P_N || !notify_read(in->p[i].body, &nb, &e)
		    || nb.type != N_IPCOMP_SUPPORTED)
			continue;
		r = wire_reader(nb.data);
		cpi = wire_u16(&r, "CPI");
		if (wire_u8(&r, "IPComp transform") == IPCOMP_DEFLATE && wire_ok(&r))
			return cpi;
	}
	return 0;
}

void
child_ipcomp_choose(struct ike_sa *sa, struct negotiation *n, const struct connection *conn,
		    const struct payload_list *in)
{
	uint16_t cpi = cpi_in(in);

	if (cpi == 0)
		return;
	child_ipcomp_take(sa, n, conn);
	if (n->cpi_in != 0)
		n->chosen.cpi = cpi;
}

/* Who did not offer it is not answered with it. */
void
child_ipcomp_read(struct negotiation *n, const struct payload_list *in)
{
	if (n->cpi_in != 0)
		n->chosen.cpi = cpi_in(in);
}

void
child_ipcomp_write(const struct negotiation *n, struct ike_build *b)
{
	const uint8_t data[] = { (uint8_t)(n->cpi_in >> 8), (uint8_t)n->cpi_in, IPCOMP_DEFLATE };
	const struct span none = { NULL, 0 };

	if (n->cpi_in != 0)
		ike_build_notify(b, PROTO_NONE, none, N_IPCOMP_SUPPORTED, SPAN_OF(data));
}
