/* MOBIKE: what is said of addresses, and what the peer says (RFC 4555 3, 4). */
#include <stdlib.h>
#include <string.h>

#include "pluto/ikev2/event.h"
#include "pluto/ikev2/keepalive.h"
#include "pluto/ikev2/mobike.h"
#include "pluto/ikev2/task.h"

enum { COOKIE2_MIN = 8, COOKIE2_MAX = 64, REFUSALS_MAX = 5 };

static const struct span none = { NULL, 0 };

static void
say(struct ike_build *b, uint16_t type, struct span data)
{
	ike_build_notify(b, PROTO_NONE, none, type, data);
}

/* Addresses besides the one in the IP header, but none of the client that is
 * reached through the tunnel; NONE is said when there are none. */
static void
say_addresses(const struct ike_sa *sa, struct ike_build *b, uint16_t when_none)
{
	const struct ike_engine *e = sa->e;
	unsigned said = 0;

	for (unsigned i = 0; i < e->n_ours && said < MOBIKE_ADDRS; i++) {
		const struct ip_addr *a = &e->ours[i];

		if (ip_addr_eq(a, &sa->local.addr) || ts_has_addr(&sa->conn->local.ts, a))
			continue;
		say(b, a->family == IP_V4 ? N_ADDITIONAL_IP4_ADDRESS : N_ADDITIONAL_IP6_ADDRESS,
		    ip_addr_span(a));
		said++;
	}
	if (said == 0 && when_none != 0)
		say(b, when_none, none);
}

/* RFC 4555 3.9, 4.2.6: source and destination, then their ports. */
static struct span
addresses_in_header(const struct endpoint *from, const struct endpoint *to, uint8_t out[36])
{
	struct wire_writer w = wire_writer(out, 36);

	wire_put(&w, ip_addr_span(&from->addr));
	wire_put(&w, ip_addr_span(&to->addr));
	wire_put_u16(&w, from->port);
	wire_put_u16(&w, to->port);
	return wire_written(&w);
}

/* Where addresses are not hashed for NAT detection they are protected. */
static void
say_no_nats(const struct ike_sa *sa, struct ike_build *b)
{
	uint8_t text[36];

	if (!sa->natt)
		say(b, N_NO_NATS_ALLOWED, addresses_in_header(&sa->local, &sa->remote, text));
}

static bool
nats_fit(const struct step *s)
{
	struct notify_body n;
	uint8_t text[36];

	return !notify_find(&s->in, N_NO_NATS_ALLOWED, &n)
		|| span_eq(n.data, addresses_in_header(&s->remote, &s->local, text));
}

void
mobike_offer(struct ike_sa *sa, struct ike_build *b)
{
	bool initiator = sa->role == SA_INITIATOR;

	if (initiator ? !mobike_wanted(sa) : sa->mobike == NULL)
		return;
	say(b, N_MOBIKE_SUPPORTED, none);
	say_addresses(sa, b, 0);
	if (initiator)
		say_no_nats(sa, b);
}

/* The whole list anew (RFC 4555 3.6). False when the message holds none. */
static bool
take_addresses(struct mobike *m, const struct payload_list *in)
{
	struct parse_error err;
	struct notify_body n;
	bool listed = notify_find(in, N_NO_ADDITIONAL_ADDRESSES, &n);
	unsigned found = 0;

	for (unsigned i = 0; i < in->n; i++) {
		if (in->p[i].type != P_N || !notify_read(in->p[i].body, &n, &err)
		    || (n.type != N_ADDITIONAL_IP4_ADDRESS && n.type != N_ADDITIONAL_IP6_ADDRESS))
			continue;
		listed = true;
		if (n.data.len != (n.type == N_ADDITIONAL_IP4_ADDRESS ? 4u : 16u)
		    || found == MOBIKE_ADDRS)
			continue;
		m->peer[found] = ip_addr_from(n.data);
		if (!ip_addr_is_any(&m->peer[found]) && !ip_addr_is_multicast(&m->peer[found])
		    && !ip_addr_is_loopback(&m->peer[found]))
			found++;
	}
	if (listed)
		m->n_peer = found;
	return listed;
}

uint16_t
mobike_take_offer(struct step *s)
{
	struct ike_sa *sa = s->sa;
	struct notify_body n;

	if (!mobike_wanted(sa) || !notify_find(&s->in, N_MOBIKE_SUPPORTED, &n))
		return 0;
	if (sa->role == SA_RESPONDER && !nats_fit(s))
		return N_UNEXPECTED_NAT_DETECTED;
	if (sa->mobike == NULL)
		sa->mobike = calloc(1, sizeof(*sa->mobike));
	if (sa->mobike == NULL)
		return 0;
	sa->mobike->initiator = sa->role == SA_INITIATOR;
	take_addresses(sa->mobike, &s->in);
	return 0;
}

static void
say_nat_detection(const struct ike_sa *sa, struct ike_build *b, const struct endpoint *local,
		  const struct endpoint *remote)
{
	if (sa->natt)
		natd_write(b, sa->spi_i, sa->spi_r, local, remote, ike_sa_encap_forced(sa));
}

bool
mobike_write(struct ike_sa *sa, struct ike_build *b)
{
	struct mobike *m = sa->mobike;
	struct mobike_work w;

	if (m == NULL || !(m->owed.update || m->owed.announce || m->owed.check))
		return false;
	w = m->asked = m->owed;
	m->owed = (struct mobike_work){ false };
	m->moved = false;
	if (w.update)
		say(b, N_UPDATE_SA_ADDRESSES, none);
	if (w.update)
		say_nat_detection(sa, b, &sa->local, &sa->remote);
	if (w.announce)
		say_addresses(sa, b, N_NO_ADDITIONAL_ADDRESSES);
	if (w.update || w.announce)
		say_no_nats(sa, b);
	engine_random(sa->e, m->cookie, sizeof(m->cookie));
	m->cookie_out = true;
	say(b, N_COOKIE2, SPAN_OF(m->cookie));
	ike_line(sa, 0, "ike", "> INFORMATIONAL:%s%s%s", w.update ? " UPDATE_SA_ADDRESSES" : "",
		 w.announce ? " addresses" : "", w.check ? " return routability" : "");
	return true;
}

void
mobike_write_probe(const struct ike_sa *sa, struct ike_build *b)
{
	if (sa->mobike != NULL && sa->mobike->initiator && sa->nat_local)
		say_nat_detection(sa, b, &sa->local, &sa->remote);
}

/* RFC 4555 3.7: copied as it is. */
static void
echo_cookie(struct step *s)
{
	struct notify_body n;

	if (notify_find(&s->in, N_COOKIE2, &n) && n.data.len >= COOKIE2_MIN
	    && n.data.len <= COOKIE2_MAX)
		say(&s->out, N_COOKIE2, n.data);
}

/* NAT traversal as the path now needs it. */
static void
take_nat_detection(struct step *s)
{
	struct ike_sa *sa = s->sa;
	struct natd_result r = natd_check(&s->in, &s->hdr, &s->local, &s->remote);

	if (!r.supported || !sa->natt)
		return;
	sa->nat_local = r.nat_local;
	sa->nat_remote = r.nat_remote;
	sa->encap = r.nat_local || r.nat_remote || ike_sa_encap_forced(sa);
	keepalive_schedule(sa);
}

/* By policy a peer whose traffic hangs on its address stays there. */
static bool
is_acceptable(const struct step *s)
{
	const struct ike_sa *sa = s->sa;

	for (const struct child_sa *c = sa->children; c != NULL; c = c->next)
		if (c->mode == MODE_TRANSPORT
		    || (ip_addr_eq(&c->sel.remote.addr_lo, &c->remote.addr)
			&& ip_addr_eq(&c->sel.remote.addr_hi, &c->remote.addr)))
			return ip_addr_eq(&sa->remote.addr, &s->remote.addr);
	return true;
}

/* What we have asked at the old address is asked at the new one, now. */
static void
follow_peer(struct ike_sa *sa)
{
	if (sa->ours.pending)
		msgid_resend(sa);
	mobike_go(sa);
}

/* RFC 4555 3.5: the IKE SA at once, the Child SAs when the peer is known to be
 * there. */
static void
take_update(struct step *s)
{
	struct ike_sa *sa = s->sa;
	struct addr_buf b;

	if (!is_acceptable(s)) {
		say(&s->out, N_UNACCEPTABLE_ADDRESSES, none);
		return;
	}
	ike_line(sa, 0, "ike", "< UPDATE_SA_ADDRESSES: the peer is at %s", endpoint_text(&s->remote, &b));
	ike_sa_move(sa, &s->local, &s->remote);
	take_nat_detection(s);
	sa->mobike->moved = true;
	sa->mobike->owed.check = true;
	s->then = follow_peer;
}

/* Is the address in use still one of the peer's? Else the one that it speaks
 * from is the first to be tried. */
static void
take_list(struct step *s)
{
	struct mobike *m = s->sa->mobike;
	struct ip_addr now = s->sa->remote.addr;

	if (!take_addresses(m, &s->in) || !m->initiator || ip_addr_eq(&now, &s->remote.addr))
		return;
	for (unsigned i = 0; i < m->n_peer; i++)
		if (ip_addr_eq(&m->peer[i], &now))
			return;
	if (m->n_peer < MOBIKE_ADDRS)
		m->n_peer++;
	memmove(&m->peer[1], &m->peer[0], (m->n_peer - 1) * sizeof(m->peer[0]));
	m->peer[0] = s->remote.addr;
	s->then = mobike_peer_moved;
}

void
mobike_request(struct step *s)
{
	struct ike_sa *sa = s->sa;
	struct notify_body n;

	echo_cookie(s);
	if (sa->mobike == NULL)
		return;
	if (!nats_fit(s)) {
		say(&s->out, N_UNEXPECTED_NAT_DETECTED, none);
		return;
	}
	if (notify_find(&s->in, N_NAT_DETECTION_SOURCE_IP, &n))
		say_nat_detection(sa, &s->out, &s->local, &s->remote);
	if (sa->state != IKE_ESTABLISHED)
		return;
	take_list(s);
	if (!sa->mobike->initiator && notify_find(&s->in, N_UPDATE_SA_ADDRESSES, &n))
		take_update(s);
}

static void
cookie_wrong(struct ike_sa *sa)
{
	ike_step_complain(sa->e, &sa->remote, sa, "COOKIE2", "is not the one that was sent");
	ike_sa_close(sa, 0);
}

static bool
cookie_fits(struct mobike *m, const struct payload_list *in)
{
	struct notify_body n;

	if (!m->cookie_out)
		return true;
	m->cookie_out = false;
	return notify_find(in, N_COOKIE2, &n) && span_eq_secret(n.data, SPAN_OF(m->cookie));
}

static void
no_path_left(struct ike_sa *sa)
{
	if (!mobike_next_path(sa))
		ike_sa_close(sa, 0);
}

static void
again_or_elsewhere(struct ike_sa *sa)
{
	if (++sa->mobike->refusals > REFUSALS_MAX) {
		no_path_left(sa);
		return;
	}
	sa->mobike->owed.update = true;
	mobike_go(sa);
}

/* The mapping of a NAT has changed since the peer last told us (RFC 4555 3.8). */
static bool
mapping_changed(struct mobike *m, const struct payload_list *in, bool update)
{
	static const uint8_t unknown[NATD_LEN];
	struct notify_body n;
	bool other;

	if (!notify_find(in, N_NAT_DETECTION_DESTINATION_IP, &n) || n.data.len != NATD_LEN)
		return false;
	other = memcmp(m->seen, unknown, NATD_LEN) != 0
		&& memcmp(m->seen, n.data.ptr, NATD_LEN) != 0;
	memcpy(m->seen, n.data.ptr, NATD_LEN);
	return other && !update;
}

static void
take_answer(struct step *s, struct mobike_work asked)
{
	struct mobike *m = s->sa->mobike;
	struct notify_body n;

	m->owed.update |= mapping_changed(m, &s->in, asked.update);
	s->then = mobike_go;
	if (!asked.update && !asked.check)
		return;
	if (notify_find(&s->in, N_UNEXPECTED_NAT_DETECTED, &n)) {
		s->then = again_or_elsewhere;
		return;
	}
	if (notify_find(&s->in, N_UNACCEPTABLE_ADDRESSES, &n)) {
		ike_line(s->sa, 0, "ike", "< the peer refuses our new address");
		s->then = no_path_left;
		return;
	}
	m->refusals = m->rounds = 0;
	take_nat_detection(s);
	mobike_move_children(s->sa);
}

void
mobike_answer(struct step *s)
{
	struct mobike *m = s->sa->mobike;
	struct mobike_work asked = m->asked;

	m->asked = (struct mobike_work){ false };
	if (!cookie_fits(m, &s->in)) {
		s->then = cookie_wrong;
		return;
	}
	if (!m->moved) {
		take_answer(s, asked);
		return;
	}
	/* It was asked from, or to, another address: that proves nothing. */
	m->owed.check |= asked.check;
	m->owed.update |= asked.update;
	m->owed.announce |= asked.announce;
	s->then = mobike_go;
}
