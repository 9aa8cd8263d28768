/* IKE_SA_INIT as its initiator. */
#include "pluto/ikev2/sa_init.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pluto/ikev2/attempt.h"
#include "pluto/ikev2/auth.h"
#include "pluto/ikev2/event.h"
#include "pluto/ikev2/mobike.h"

enum { MAX_COOKIES = 3, MAX_KE_ROUNDS = 6, ROOM = 4096 };

const struct proposal_list *
sa_init_proposals(const struct connection *c)
{
	return c->ike.n > 0 ? &c->ike : proposal_default_ike();
}

/* RFC 7427 4: the hashes of SET. */
static void
put_hashes(struct ike_build *b, unsigned set)
{
	uint8_t text[32];
	struct wire_writer w = wire_writer(text, sizeof(text));

	for (uint16_t h = 1; h < 16; h++)
		if ((set >> h & 1) != 0)
			wire_put_u16(&w, h);
	if (w.len > 0)
		ike_build_notify(b, PROTO_NONE, (struct span){ NULL, 0 },
				 N_SIGNATURE_HASH_ALGORITHMS, wire_written(&w));
}

void
sa_init_notifies(struct ike_sa *sa, struct ike_build *b)
{
	const struct span none = { NULL, 0 };
	bool first = sa->role == SA_INITIATOR;

	if (first || sa->natt)
		natd_write(b, sa->spi_i, sa->spi_r, &sa->local, &sa->remote,
			   ike_sa_encap_forced(sa));
	if (first || sa->fragmentation)
		ike_build_notify(b, PROTO_NONE, none, N_IKEV2_FRAGMENTATION_SUPPORTED, none);
	put_hashes(b, first ? sign_our_hashes()
		   : (unsigned)(sign_our_hashes() & sa->hs->peer_hashes));
}

static uint16_t
read_hashes(const struct payload_list *in)
{
	struct notify_body n;
	struct wire_reader r;
	unsigned set = 0;

	if (!notify_find(in, N_SIGNATURE_HASH_ALGORITHMS, &n))
		return 0;
	r = wire_reader(n.data);
	while (wire_left(&r) >= 2) {
		uint16_t h = wire_u16(&r, "hash algorithm");

		if (h < 16)
			set |= 1u << h;
	}
	return (uint16_t)(set | 1u);	/* bit 0: it was sent */
}

void
sa_init_read_notifies(struct ike_sa *sa, const struct payload_list *in, const struct ike_hdr *hdr,
		      const struct endpoint *local, const struct endpoint *remote)
{
	struct natd_result nat = natd_check(in, hdr, local, remote);
	struct notify_body n;

	sa->natt = nat.supported;
	sa->nat_local = nat.nat_local;
	sa->nat_remote = nat.nat_remote;
	sa->encap = nat.supported && (nat.nat_local || nat.nat_remote || ike_sa_encap_forced(sa));
	sa->fragmentation = notify_find(in, N_IKEV2_FRAGMENTATION_SUPPORTED, &n);
	sa->hs->peer_hashes = read_hashes(in);
}

int
sa_init_derive(struct ike_sa *sa, const struct secret *shared)
{
	struct ike_keymat_in in = { .prf = sa->chosen.prf, .encr = sa->chosen.encr,
		.encr_bits = sa->chosen.encr_bits, .integ = sa->chosen.integ,
		.ni = chunk_span(sa->hs->ni), .nr = chunk_span(sa->hs->nr),
		.shared = secret_span(shared) };
	int err;

	memcpy(in.spi_i, sa->spi_i, 8);
	memcpy(in.spi_r, sa->spi_r, 8);
	err = ike_keymat_derive(&in, &sa->keys);
	return err != 0 ? err : ike_sa_make_sealers(sa);
}

/* The first group that our proposals name. */
static uint16_t
first_group(const struct proposal_list *l)
{
	for (unsigned p = 0; p < l->n; p++)
		for (unsigned t = 0; t < l->p[p].n; t++)
			if (l->p[p].t[t].type == T_KE && ke_known(l->p[p].t[t].id))
				return l->p[p].t[t].id;
	return 0;
}

static void
build_request(struct ike_sa *sa, struct ike_build *b)
{
	struct handshake *hs = sa->hs;
	const struct span none = { NULL, 0 };
	size_t mark;

	/* RFC 7296 2.6: the cookie comes first, everything else is unchanged. */
	if (hs->cookie_len > 0)
		ike_build_notify(b, PROTO_NONE, none, N_COOKIE, span_of(hs->cookie, hs->cookie_len));
	mark = ike_build_open(b, P_SA);
	proposal_write(b, sa_init_proposals(sa->conn), none, true);
	ike_build_close(b, mark);
	ike_build_ke(b, hs->group, ke_public(hs->ke));
	ike_build_payload(b, P_NONCE, chunk_span(hs->ni));
	sa_init_notifies(sa, b);
}

static void
send_request(struct ike_sa *sa)
{
	struct ike_hdr h = ike_step_header(sa, EX_SA_INIT, false, 0);
	uint8_t room[ROOM];
	struct ike_build b = ike_build_message(room, sizeof(room), &h);
	struct sk_out out = { .n = 1 };
	struct name_buf group;
	struct addr_buf to;
	struct span text;

	build_request(sa, &b);
	text = ike_build_end(&b);
	chunk_free(&sa->hs->init_i);
	sa->hs->init_i = chunk_copy(text);
	out.datagram[0] = chunk_copy(text);
	if (text.len == 0 || sa->hs->init_i.ptr == NULL || out.datagram[0].ptr == NULL) {
		sk_out_free(&out);
		ike_sa_kill(sa, IKE_FAIL_INTERNAL, 0);
		return;
	}
	ike_step_become(sa, IKE_SA_INIT_SENT);
	ike_line(sa, 0, "ike", "> IKE_SA_INIT to %s, %s%s", endpoint_text(&sa->remote, &to),
		 name_of(&ke_names, sa->hs->group, &group), sa->hs->cookie_len > 0 ? ", cookie" : "");
	sa->ours.next = 0;
	msgid_request(sa, &out);
}

static void
pair_made(struct ike_sa *sa, struct job *j)
{
	if (!j->ok) {
		ike_sa_kill(sa, IKE_FAIL_INTERNAL, 0);
		return;
	}
	ke_free(sa->hs->ke);
	sa->hs->ke = j->ke;
	j->ke = NULL;
	send_request(sa);
}

static bool
make_pair(struct ike_sa *sa)
{
	struct job *j = job_new(sa, -1, pair_made);

	if (j == NULL)
		return false;
	j->group = sa->hs->group;
	return job_submit_ke(j) == 0;
}

bool
sa_init_begin(struct ike_sa *sa)
{
	sa->hs->group = first_group(sa_init_proposals(sa->conn));
	sa->hs->ni = chunk_new(NONCE_LEN);
	if (sa->hs->group == 0 || sa->hs->ni.ptr == NULL)
		return false;
	engine_random(sa->e, sa->hs->ni.ptr, NONCE_LEN);
	return make_pair(sa);
}

static void
pair_again(struct ike_sa *sa)
{
	if (!make_pair(sa))
		ike_sa_kill(sa, IKE_FAIL_INTERNAL, 0);
}

static enum step_result
take_cookie(struct step *s, struct span cookie)
{
	struct handshake *hs = s->sa->hs;

	if (cookie.len == 0 || cookie.len > COOKIE_MAX || hs->cookie_rounds >= MAX_COOKIES)
		return STEP_IGNORE;
	hs->cookie_rounds++;
	memcpy(hs->cookie, cookie.ptr, cookie.len);
	hs->cookie_len = (uint8_t)cookie.len;
	ike_line(s->sa, 0, "ike", "< IKE_SA_INIT: the peer is busy and asks for a cookie");
	s->then = send_request;
	return STEP_DONE;
}

/* RFC 7296 1.2: only a group that we offered, and not the one that we sent. */
static enum step_result
take_group(struct step *s, struct span data)
{
	struct handshake *hs = s->sa->hs;
	struct wire_reader r = wire_reader(data);
	uint16_t group = wire_u16(&r, "group");
	struct name_buf b;

	if (!wire_done(&r) || group == hs->group || hs->ke_rounds >= MAX_KE_ROUNDS
	    || !ke_known(group) || !proposal_has_ke(sa_init_proposals(s->sa->conn), group))
		return STEP_IGNORE;
	hs->ke_rounds++;
	hs->group = group;
	ike_line(s->sa, 0, "ike", "< IKE_SA_INIT: the peer prefers %s", name_of(&ke_names, group, &b));
	s->then = pair_again;
	return STEP_DONE;
}

enum step_result
sa_init_error(struct step *s)
{
	struct notify_body n;
	struct name_buf b;

	if (notify_find(&s->in, N_COOKIE, &n))
		return take_cookie(s, n.data);
	if (notify_find(&s->in, N_INVALID_KE_PAYLOAD, &n))
		return take_group(s, n.data);
	/* Anybody can forge the others: remembered, and the wait goes on. */
	if (notify_find_error(&s->in, &n) && s->sa->hs->remembered == 0) {
		attempt_refused(s->sa);
		s->sa->hs->remembered = n.type;
		ike_line(s->sa, 0, "ike", "< IKE_SA_INIT: %s, which nobody vouches for; still waiting",
			 name_of(&notify_names, n.type, &b));
	}
	return STEP_IGNORE;
}

struct answer { struct chosen chosen; struct ke_body ke; struct span nr; };

static bool
read_answer(struct step *s, struct answer *a)
{
	struct ike_sa *sa = s->sa;
	struct parse_error err = { .what = "responder's SPI" };
	static const uint8_t zero[8];

	if (memcmp(s->hdr.spi_r, zero, 8) == 0
	    || !proposal_check_answer(payload_find(&s->in, P_SA)->body, sa_init_proposals(sa->conn),
				      PROTO_IKE, 0, true, &a->chosen, &err)
	    || !ke_read(payload_find(&s->in, P_KE)->body, &a->ke, &err)
	    || !nonce_read(payload_find(&s->in, P_NONCE)->body, &a->nr, &err)) {
		ike_step_complain(s->e, &s->remote, sa, err.what, "in the IKE_SA_INIT response");
		return false;
	}
	if (a->ke.group == sa->hs->group && a->chosen.ke == sa->hs->group
	    && 2 * a->nr.len >= prf_len(a->chosen.prf))
		return true;
	ike_step_complain(s->e, &s->remote, sa, "group or nonce", "does not fit the proposal");
	return false;
}

static enum step_result
begin_shared(struct step *s, const struct answer *a)
{
	struct job *j = job_new(s->sa, 1, NULL);

	if (j == NULL || (j->peer_value = chunk_copy(a->ke.value)).ptr == NULL) {
		job_free(j);
		return STEP_IGNORE;
	}
	j->ke = s->sa->hs->ke;
	s->sa->hs->ke = NULL;
	if (job_submit_ke(j) != 0)
		return step_fatal(s, 0, IKE_FAIL_INTERNAL);
	return STEP_WAIT;
}

static void
tell_answer(struct step *s)
{
	struct ike_sa *sa = s->sa;
	const char *nat = sa->nat_local && sa->nat_remote ? "NAT on both sides"
		: sa->nat_local ? "NAT here" : sa->nat_remote ? "NAT there" : "no NAT";
	char text[96];

	/* A peer that needs UDP claims a NAT before itself, as we do: whether there is
	 * one nobody can tell. One before us it tells truly. */
	if (ike_sa_encap_forced(sa))
		nat = sa->nat_local ? "NAT here, ESP in UDP" : "ESP in UDP";
	ike_line(sa, 0, "ike", "< IKE_SA_INIT %s, %s", chosen_text(&sa->chosen, text, sizeof(text)),
		 nat);
	if (sa->nat_local && sa->conn->oe)
		ike_line(sa, 0, "ike", "we are behind a NAT: the peer sees another address of us, and "
			 "gives us no other");
}

static enum step_result
take_answer(struct step *s, const struct answer *a)
{
	struct ike_sa *sa = s->sa;

	sa->chosen = a->chosen;
	memcpy(sa->spi_r, s->hdr.spi_r, 8);
	sa->hs->nr = chunk_copy(a->nr);
	sa->hs->init_r = chunk_copy(s->raw);
	sa_init_read_notifies(sa, &s->in, &s->hdr, &s->local, &s->remote);
	if (sa->hs->nr.ptr == NULL || sa->hs->init_r.ptr == NULL
	    || sa_init_derive(sa, &s->job->shared) != 0)
		return step_fatal(s, 0, IKE_FAIL_INTERNAL);
	tell_answer(s);
	/* RFC 4555 3.3: with MOBIKE also where no NAT is, yet. */
	if ((sa->encap || (sa->natt && mobike_wanted(sa))) && sa->local.port == IKE_PORT) {
		sa->local.port = NATT_PORT;
		sa->remote.port = NATT_PORT;
	}
	s->then = auth_begin;
	return STEP_DONE;
}

enum step_result
sa_init_response(struct step *s)
{
	struct answer a;

	if (!read_answer(s, &a))
		return STEP_IGNORE;
	if (s->stage == 0)
		return s->sa->hs->ke == NULL ? STEP_IGNORE : begin_shared(s, &a);
	if (s->job->ok)
		return take_answer(s, &a);
	/* A value that is not of the group: perhaps a forgery, so keep waiting. */
	s->sa->hs->ke = s->job->ke;
	s->job->ke = NULL;
	ike_step_complain(s->e, &s->remote, s->sa, "KE", "not a value of its group");
	return STEP_IGNORE;
}
