/* Every reader of payload bodies over every payload of a chain. */
#include "tests/fuzz/payload_readers.h"

#include <stdlib.h>
#include <string.h>

#include "pluto/wire/ident.h"
#include "pluto/wire/proposal.h"
#include "pluto/wire/ts.h"

static uint8_t buf[IKE_MAX_DATAGRAM];

static void
must(bool ok)
{
	if (!ok)
		abort();
}

/* A reader that fails says what, and how to answer. */
static void
check_error(bool ok, const struct parse_error *e)
{
	must(ok || (e->what != NULL && e->err != WIRE_OK && e->notify != 0));
}

/* The body of the only payload that was built. */
static struct span
built(struct ike_build *b)
{
	struct span s = ike_build_end(b);
	struct payload_list l;
	struct parse_error e;

	must(s.ptr != NULL && payload_list_read(s, b->first, &l, &e) && l.n == 1);
	return l.p[0].body;
}

static struct ike_build
fresh(void)
{
	return ike_build_inner(buf, sizeof(buf));
}

static void
read_ke(struct span body)
{
	struct ike_build b = fresh();
	struct parse_error e;
	struct ke_body ke, again;
	bool ok = ke_read(body, &ke, &e);

	check_error(ok, &e);
	if (!ok)
		return;
	ike_build_ke(&b, ke.group, ke.value);
	must(ke_read(built(&b), &again, &e));
	must(again.group == ke.group && span_eq(again.value, ke.value));
}

static void
read_auth(struct span body)
{
	struct ike_build b = fresh();
	struct parse_error e;
	struct auth_body a, again;
	bool ok = auth_read(body, &a, &e);

	check_error(ok, &e);
	if (!ok)
		return;
	ike_build_auth(&b, a.method, a.data);
	must(auth_read(built(&b), &again, &e));
	must(again.method == a.method && span_eq(again.data, a.data));
}

static void
read_notify(struct span body)
{
	struct ike_build b = fresh();
	struct parse_error e;
	struct notify_body n;

	if (!notify_read(body, &n, &e))
		return;
	must(n.spi.len + n.data.len + 4 == body.len);
	ike_build_notify(&b, n.protocol, n.spi, n.type, n.data);
	must(span_eq(built(&b), body));
}

static void
read_delete(struct span body)
{
	struct ike_build b = fresh();
	struct parse_error e;
	struct delete_body d;

	if (!delete_read(body, &d, &e)) {
		must(d.n_spis == 0);
		return;
	}
	must(d.spis.len == (size_t)d.n_spis * d.spi_size);
	ike_build_delete(&b, d.protocol, d.spi_size, d.spis.ptr, d.n_spis);
	must(span_eq(built(&b), body));
}

static void
read_nonce(struct span body)
{
	struct parse_error e;
	struct span nonce;

	if (nonce_read(body, &nonce, &e))
		must(nonce.len >= 16 && nonce.len <= 256);
}

static void
read_ident(struct span body)
{
	struct ident id, again;
	struct parse_error e;
	struct ip_addr a;
	char text[600];
	uint8_t out[259];
	bool ok = ident_read(body, &id, &e);

	check_error(ok, &e);
	if (!ok)
		return;
	ident_text(&id, text, sizeof(text));
	for (const char *c = text; *c != '\0'; c++)
		must(*c > ' ' && *c <= '~');
	must(ident_body(&id, out) == body.len);
	must(ident_read(span_of(out, body.len), &again, &e));
	must(ident_eq(&id, &again));
	must(ident_addr(&id, &a) ==
	    (id.type == ID_IPV4_ADDR || id.type == ID_IPV6_ADDR));
	ident_text(&id, text, 5);
	must(strlen(text) < 5);
}

static void
read_ts(struct span body)
{
	static const uint8_t net[4] = { 192, 0, 2, 0 };
	struct ip_prefix p = { ip_addr_from(SPAN_OF(net)), 24 };
	struct traffic_selector limit = ts_prefix(&p), part;
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	struct ts_list l, again;
	struct addr_buf text;
	struct parse_error e;
	bool ok = ts_list_read(body, &l, &e);

	check_error(ok, &e);
	must(ok || l.n == 0);
	if (ts_narrow(&l, &limit, &part) && part.port_lo <= part.port_hi)
		must(ts_contains(&limit, &part));
	ts_within(&l, &limit);
	for (unsigned i = 0; i < l.n; i++)
		ts_text(&l.ts[i], &text);
	if (l.n == 0)
		return;
	ts_list_write(&b, P_TSi, &l);
	must(ts_list_read(built(&b), &again, &e) && again.n == l.n);
	for (unsigned i = 0; i < l.n; i++)
		must(ts_eq(&l.ts[i], &again.ts[i]));
}

/* What was chosen is an answer that we would take. */
static void
check_choice(const struct chosen *c, const struct proposal_list *ours,
	     uint8_t spi_len, bool with_ke)
{
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	size_t mark = ike_build_open(&b, P_SA);
	struct chosen again;
	struct parse_error e;
	char text[100];

	must(c->encr != 0 && c->spi_len == spi_len);
	chosen_text(c, text, sizeof(text));
	must(strchr(text, '?') == NULL);
	proposal_write_chosen(&b, c, span_of(c->spi, c->spi_len));
	ike_build_close(&b, mark);
	must(proposal_check_answer(built(&b), ours, c->protocol, spi_len, with_ke,
	    &again, &e));
	must(again.encr == c->encr && again.encr_bits == c->encr_bits &&
	    again.prf == c->prf && again.integ == c->integ &&
	    again.ke == c->ke && again.esn == c->esn &&
	    again.number == c->number);
}

static void
read_proposals(struct span body, uint8_t protocol, uint8_t spi_len,
	       uint16_t prefer_ke, bool with_ke)
{
	const struct proposal_list *ours = protocol == PROTO_IKE
	    ? proposal_default_ike() : proposal_default_esp();
	struct parse_error e;
	struct chosen c;
	bool ok = proposal_choose(body, ours, protocol, spi_len, prefer_ke,
	    with_ke, &c, &e);

	check_error(ok, &e);
	if (ok)
		check_choice(&c, ours, spi_len, with_ke);
	ok = proposal_check_answer(body, ours, protocol, spi_len, with_ke, &c, &e);
	check_error(ok, &e);
}

void
read_payloads(const struct payload_list *l)
{
	struct notify_body n;

	for (unsigned i = 0; i < l->n; i++) {
		struct span body = l->p[i].body;

		must(l->seen & PAYLOAD_BIT(l->p[i].type));
		must(payload_find(l, l->p[i].type) != NULL);
		read_ke(body);
		read_auth(body);
		read_notify(body);
		read_delete(body);
		read_nonce(body);
		read_ident(body);
		read_ts(body);
		read_proposals(body, PROTO_IKE, 0, KE_MODP2048, true);
		read_proposals(body, PROTO_IKE, 8, 0, true);
		read_proposals(body, PROTO_ESP, 4, 0, false);
		read_proposals(body, PROTO_ESP, 4, KE_ECP256, true);
	}
	if (notify_find_error(l, &n))
		must(n.type < N_FIRST_STATUS);
	notify_find(l, N_COOKIE, &n);
}
