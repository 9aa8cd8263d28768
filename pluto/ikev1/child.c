/* A pair of IPsec SAs: its life. */
#include "pluto/ikev1/child.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pluto/crypto/cipher.h"
#include "pluto/ikev1/attempt.h"
#include "pluto/ikev1/info.h"
#include "pluto/ikev1/quick.h"

enum { SOFT_PACKETS = 0xe0000000, HARD_PACKETS = 0xfffffff0, OLD_PAIR_MS = 1000,
	OLD_PAIR_PATIENCE_MS = 5000 };

struct v1_child *
v1_child_find(struct v1_engine *e, uint64_t serial)
{
	for (struct v1_child *c = e->children; c != NULL; c = c->next)
		if (c->serial == serial)
			return c;
	return NULL;
}

struct v1_child *
v1_child_by_out(struct v1_engine *e, uint32_t spi, const struct ip_addr *remote)
{
	for (struct v1_child *c = e->children; c != NULL; c = c->next)
		if (c->spi_out == spi && ip_addr_eq(&c->remote.addr, remote))
			return c;
	return NULL;
}

uint64_t
v1_child_for(struct v1_engine *e, const struct ip_addr *local, const struct ip_addr *remote)
{
	for (struct v1_child *c = e->children; c != NULL; c = c->next)
		if (c->out_installed && ts_has_addr(&c->sel.local, local)
		    && ts_has_addr(&c->sel.remote, remote))
			return c->serial;
	return 0;
}

static uint32_t
number(const uint8_t spi[4])
{
	struct wire_reader r = wire_reader(span_of(spi, 4));

	return wire_u32(&r, "SPI");
}

static int
install(struct v1_child *c, enum sa_direction dir, struct span keymat)
{
	const struct integ_desc *i = integ_desc(c->chosen.integ);
	struct wire_reader r = wire_reader(keymat);
	struct kernel_sa k = { .dir = dir, .mode = c->mode,
		.protocol = c->chosen.protocol == PROTO_AH ? SA_AH : SA_ESP,
		.cpi = dir == SA_IN ? c->cpi_in : c->chosen.cpi, .rank = KERNEL_RANK_MANUAL,
		.spi = dir == SA_IN ? c->spi_in : c->spi_out, .reqid = c->reqid,
		.local = c->local, .remote = c->remote, .encap_udp = c->encap, .sel = c->sel,
		.encr = c->chosen.encr, .encr_bits = c->chosen.encr_bits, .integ = c->chosen.integ,
		.esn = c->chosen.esn, .soft_packets = c->chosen.esn ? 0 : SOFT_PACKETS,
		.clear_df = c->conn->clear_df && c->mode == MODE_TUNNEL,
		.hard_packets = c->chosen.esn ? 0 : HARD_PACKETS };

	/* RFC 2409 5.5, RFC 2401: encryption first, then authentication. */
	k.encr_key = wire_bytes(&r, keymat.len - (i != NULL ? i->key_len : 0), "cipher key");
	k.integ_key = wire_rest(&r);
	return c->e->kernel.ops->add_sa(c->e->kernel.k, &k);
}

static size_t
keymat_len(const struct chosen *s)
{
	const struct cipher_desc *d = cipher_desc(s->encr, s->encr_bits);
	const struct integ_desc *i = integ_desc(s->integ);

	if (s->protocol == PROTO_AH)
		return i != NULL ? i->key_len : 0;
	if (d == NULL)
		return 0;
	return (size_t)d->key_len + d->salt_len + (i != NULL ? i->key_len : 0);
}

static int
derive(struct quick *q, uint32_t receiver_spi, struct secret *out)
{
	struct v1_child_in in = { .g_qm = secret_span(&q->shared), .ni = chunk_span(q->ni),
		.nr = chunk_span(q->nr), .protocol = q->chosen.protocol };
	struct wire_writer w = wire_writer(in.spi, sizeof(in.spi));

	wire_put_u32(&w, receiver_spi);
	return v1_child_keymat(&q->sa->keys, &in, keymat_len(&q->chosen), out);
}

static struct v1_child *
from_quick(struct quick *q, bool initiator)
{
	struct isakmp *sa = q->sa;
	struct v1_child *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	*c = (struct v1_child){ .e = sa->e, .serial = v1_new_serial(sa->e), .isakmp = sa->serial, .peer = isakmp_peer(sa),
		.conn = connection_ref(q->conn), .local = sa->local, .remote = sa->remote,
		.sel = q->sel, .mode = q->transport ? MODE_TRANSPORT : MODE_TUNNEL,
		.chosen = q->chosen, .spi_in = q->spi_in, .spi_out = number(q->chosen.spi),
		.cpi_in = q->chosen.cpi != 0 ? q->cpi_in : 0,
		.encap = sa->encap && q->chosen.protocol != PROTO_AH, .initiator = initiator, .key_source = sa->key_source };
	c->reqid = (uint32_t)c->serial;
	return c;
}

struct v1_child *
v1_child_make(struct quick *q, bool initiator)
{
	struct v1_engine *e = q->sa->e;
	struct v1_child *c = from_quick(q, initiator);
	struct secret in = { { NULL, 0 } };

	if (c == NULL)
		return NULL;
	if (derive(q, c->spi_in, &in) != 0 || derive(q, c->spi_out, &c->out_keys) != 0
	    || install(c, SA_IN, secret_span(&in)) != 0) {
		secret_free(&in);
		v1_child_free(c);
		return NULL;
	}
	secret_free(&in);
	c->in_installed = true;
	q->spi_in = 0;
	if (c->cpi_in != 0)
		q->cpi_in = 0;
	q->child = c->serial;
	c->next = e->children;
	e->children = c;
	e->stats.child_now++;
	return c;
}

static void
too_old(struct v1_engine *e, struct timer *t)
{
	struct v1_child *c = HEAP_OWNER(&t->node, struct v1_child, life.node);

	(void)e;
	info_delete_child(c);
	v1_child_kill(c, "its lifetime is over");
}

static void
rekey_due(struct v1_engine *e, struct timer *t)
{
	struct v1_child *c = HEAP_OWNER(&t->node, struct v1_child, rekey.node);

	v1_rekey(e, c->serial);
}

/* A new pair by an ISAKMP SA that is up, or by one that begins now. */
bool
v1_rekey(struct v1_engine *e, uint64_t serial)
{
	struct isakmp *sa = isakmp_find(e, serial);
	struct v1_child *c = v1_child_find(e, serial);
	bool ok;

	v1_enter(e);
	if (sa != NULL && sa->state == ISAKMP_UP) {
		ok = v1_begin_phase1(e, sa->conn, 0, sa->serial) != 0;
	} else if (c != NULL && c->state == V1_CHILD_UP) {
		sa = isakmp_of(c);
		c->wants_rekey = sa == NULL || !isakmp_ready(sa);
		ok = c->wants_rekey ? sa != NULL || v1_begin_phase1(e, c->conn, 0, 0) != 0
			: quick_begin(sa, c->conn, 0, c->serial);
	} else {
		ok = false;
	}
	v1_leave(e);
	return ok;
}

void
v1_soft_expired(struct v1_engine *e, uint32_t spi)
{
	for (struct v1_child *c = e->children; c != NULL; c = c->next)
		if (c->spi_in == spi || c->spi_out == spi) {
			v1_rekey(e, c->serial);
			return;
		}
}

void
v1_hard_expired(struct v1_engine *e, enum sa_direction dir, uint32_t spi,
		const struct ip_addr *remote)
{
	for (struct v1_child *c = e->children; c != NULL; c = c->next)
		if (dir == SA_IN ? c->spi_in == spi
		    : c->spi_out == spi && ip_addr_eq(&c->remote.addr, remote)) {
			info_delete_child(c);
			v1_child_kill(c, "the kernel ended it at its limit");
			return;
		}
}

void
v1_children_go_on(struct isakmp *sa)
{
	for (struct v1_child *c = sa->e->children; c != NULL; c = c->next)
		if (c->wants_rekey && isakmp_of(c) == sa)
			c->wants_rekey = !quick_begin(sa, c->conn, 0, c->serial);
}

static void
schedule(struct v1_child *c)
{
	const struct connection *n = c->conn;
	uint64_t life_ms = 1000ull * n->child_lifetime_s, margin_ms = 1000ull * n->rekey_margin_s;

	margin_ms += v1_random_below(c->e, (uint32_t)(margin_ms * n->rekey_fuzz_pct / 100 + 1));
	if (margin_ms > life_ms / 2)
		margin_ms = life_ms / 2;
	c->up_ms = v1_now(c->e);
	c->life.fire = too_old;
	c->rekey.fire = rekey_due;
	v1_timer_set(c->e, &c->life, c->up_ms + life_ms);
	/* Only who began replaces it, or both would at once. */
	if (n->rekey && c->initiator)
		v1_timer_set(c->e, &c->rekey, c->up_ms + life_ms - margin_ms);
	v1_idle_watch(c);
}

/* Hosts behind one NAT have the same selectors in transport mode: their ports differ. */
static struct v1_child *
older_twin(struct v1_child *c)
{
	for (struct v1_child *o = c->next; o != NULL; o = o->next)
		if (o->state == V1_CHILD_UP && o->told && o->conn->from == c->conn->from
		    && (c->mode == MODE_TUNNEL || endpoint_eq(&o->remote, &c->remote))
		    && ts_eq(&o->sel.local, &c->sel.local) && ts_eq(&o->sel.remote, &c->sel.remote))
			return o;
	return NULL;
}

/* What the peer sent by the old pair before it had the new one still arrives.
 * Who began the new one deletes the old; the other does it when that is not
 * done. */
static void
replace(struct v1_child *c, struct v1_child *o, uint64_t owner)
{
	bool was_told = o->told;

	o->state = V1_CHILD_REKEYED;
	o->told = false;	/* its successor speaks for it */
	v1_timer_stop(c->e, &o->rekey);
	v1_timer_stop(c->e, &o->idle);
	o->life.fire = too_old;		/* perhaps it was never up */
	v1_timer_set(c->e, &o->life, v1_now(c->e)
		     + (c->initiator ? OLD_PAIR_MS : OLD_PAIR_PATIENCE_MS));
	v1_tell_child(c, was_told ? IKE_EV_CHILD_REKEYED : IKE_EV_CHILD_UP, owner,
		      was_told ? o->serial : 0, NULL);
}

static int
open_out(struct v1_child *c)
{
	int rc = c->out_installed ? 0 : install(c, SA_OUT, secret_span(&c->out_keys));

	secret_free(&c->out_keys);
	c->out_installed = rc == 0;
	return rc;
}

int
v1_child_ready(struct v1_child *c)
{
	return older_twin(c) != NULL ? 0 : open_out(c);
}

int
v1_child_start(struct v1_child *c, uint64_t owner, uint64_t old)
{
	struct v1_child *o = old != 0 ? v1_child_find(c->e, old) : older_twin(c);
	int rc = open_out(c);

	if (rc != 0)
		return rc;
	c->told = true;
	c->e->stats.child_up++;
	schedule(c);
	if (o == NULL) {
		v1_tell_child(c, IKE_EV_CHILD_UP, owner, 0, NULL);
		return 0;
	}
	replace(c, o, owner);
	return 0;
}

bool
v1_child_was_used(const struct v1_child *c)
{
	const struct kernel *k = c != NULL ? &c->e->kernel : NULL;
	struct sa_counters n;

	return c != NULL && k->ops->counters(k->k, SA_IN, c->spi_in, &c->remote.addr, &n)
		&& n.packets > 0;
}

void
v1_child_kill(struct v1_child *c, const char *why)
{
	struct v1_engine *e = c->e;
	const struct kernel *k = &e->kernel;
	struct v1_child **at = &e->children;

	if (c->state == V1_CHILD_GONE)
		return;
	v1_enter(e);
	c->state = V1_CHILD_GONE;
	while (*at != NULL && *at != c)
		at = &(*at)->next;
	if (*at != NULL)
		*at = c->next;
	v1_timer_stop(e, &c->rekey);
	v1_timer_stop(e, &c->life);
	v1_timer_stop(e, &c->idle);
	if (c->out_installed)
		k->ops->del_sa(k->k, SA_OUT, c->spi_out, &c->remote.addr);
	if (c->in_installed)
		k->ops->del_sa(k->k, SA_IN, c->spi_in, &c->remote.addr);
	e->stats.child_now--;
	if (c->told)
		v1_tell_child(c, IKE_EV_CHILD_DOWN, 0, 0, why);
	c->next = e->dead_children;
	e->dead_children = c;
	v1_leave(e);
}

void
v1_child_free(struct v1_child *c)
{
	secret_free(&c->out_keys);
	connection_unref(c->conn);
	free(c);
}
