/* ISAKMP SAs: made, found, established, ended. */
#include <stdlib.h>
#include <string.h>

#include "pluto/ikev1/after.h"
#include "pluto/ikev1/attempt.h"
#include "pluto/ikev1/child.h"
#include "pluto/ikev1/frag.h"
#include "pluto/ikev1/info.h"
#include "pluto/ikev1/inside.h"
#include "pluto/ikev1/quick.h"

enum { RETIRE_MS = 2000 };

static const char *const names[ISAKMP_N_STATES] = {
	[ISAKMP_NEW] = "ISAKMP_NEW", [MAIN_I1] = "MAIN_I1", [MAIN_I2] = "MAIN_I2", [MAIN_I3] = "MAIN_I3",
	[MAIN_R1] = "MAIN_R1", [MAIN_R2] = "MAIN_R2", [AGGR_I1] = "AGGR_I1",
	[AGGR_R1] = "AGGR_R1", [ISAKMP_UP] = "ISAKMP_UP",
	[ISAKMP_GONE] = "ISAKMP_GONE",
};

const char *
isakmp_state_name(enum isakmp_state s)
{
	return names[s];
}

static uint64_t
cookie_hash(const uint8_t cookie[COOKIE_LEN])
{
	return addr_hash(span_of(cookie, COOKIE_LEN));
}

static const uint8_t *
own_cookie(const struct isakmp *sa)
{
	return sa->role == SA_INITIATOR ? sa->cky_i : sa->cky_r;
}

static bool
same_item(const void *item, const void *key)
{
	return item == key;
}

static bool
same_serial(const void *item, const void *key)
{
	return ((const struct isakmp *)item)->serial == *(const uint64_t *)key;
}

struct cookies { const uint8_t *i, *r; };

static bool
same_cookies(const void *item, const void *key)
{
	const struct isakmp *sa = item;
	const struct cookies *c = key;

	/* Until it has heard of it, the initiator does not know the responder's. */
	return memcmp(sa->cky_i, c->i, COOKIE_LEN) == 0
		&& (memcmp(sa->cky_r, c->r, COOKIE_LEN) == 0 || sa->state == MAIN_I1
			|| sa->state == AGGR_I1);
}

struct half_open { const uint8_t *cky_i; const struct endpoint *remote; };

static bool
same_start(const void *item, const void *key)
{
	const struct isakmp *sa = item;
	const struct half_open *h = key;

	return memcmp(sa->cky_i, h->cky_i, COOKIE_LEN) == 0
		&& ip_addr_eq(&sa->remote.addr, &h->remote->addr);
}

struct isakmp *
isakmp_find(struct v1_engine *e, uint64_t serial)
{
	return table_find(&e->by_serial, addr_hash(span_of(&serial, sizeof(serial))), same_serial,
			  &serial);
}

struct isakmp *
isakmp_by_cookies(struct v1_engine *e, const uint8_t cky_i[8], const uint8_t cky_r[8])
{
	const struct cookies c = { cky_i, cky_r };
	struct isakmp *sa = table_find(&e->by_cookies, cookie_hash(cky_i), same_cookies, &c);

	return sa != NULL ? sa : table_find(&e->by_cookies, cookie_hash(cky_r), same_cookies, &c);
}

struct isakmp *
isakmp_half_open(struct v1_engine *e, const uint8_t cky_i[8], const struct endpoint *remote)
{
	const struct half_open h = { cky_i, remote };

	return table_find(&e->by_init, cookie_hash(cky_i), same_start, &h);
}

static bool
has_key(const struct connection *c, const struct pubkey *key)
{
	for (unsigned i = 0; i < c->n_keys; i++)
		if (key->kind != PUBKEY_NONE && pubkey_eq(key, &c->keys[i]))
			return true;
	return false;
}

/* Keys that DNS gave for this attempt bind it to SAs made with one of them, or that
 * can be made with no other. */
static bool
key_fits(const struct isakmp *sa, const struct connection *c)
{
	bool fits = sa->conn->n_keys > 0;

	if (!c->oe || sa->state == ISAKMP_UP)
		return !c->oe || has_key(c, &sa->peer_key);
	for (unsigned i = 0; fits && i < sa->conn->n_keys; i++)
		fits = has_key(c, &sa->conn->keys[i]);
	return fits;
}

struct isakmp *
isakmp_for(struct v1_engine *e, const struct connection *c)
{
	for (struct isakmp *sa = e->all; sa != NULL; sa = sa->next)
		if (ip_addr_eq(&sa->remote.addr, &c->remote.host.addr) && key_fits(sa, c)
		    && strcmp(sa->conn->name, c->name) == 0
		    && (sa->state == ISAKMP_UP || sa->role == SA_INITIATOR))
			return sa;
	return NULL;
}

static void
too_old(struct v1_engine *e, struct timer *t)
{
	struct isakmp *sa = HEAP_OWNER(&t->node, struct isakmp, life.node);

	(void)e;
	if (sa->state == ISAKMP_UP)
		info_delete_isakmp(sa);
	isakmp_kill(sa, IKE_FAIL_SILENT, 0);
}

struct isakmp *
isakmp_new(struct v1_engine *e, struct connection *c, enum sa_role role, uint8_t exchange,
	   const struct endpoint *local, const struct endpoint *remote)
{
	struct isakmp *sa = calloc(1, sizeof(*sa));
	struct phase1 *p1 = calloc(1, sizeof(*p1));

	if (sa == NULL || p1 == NULL || e->stats.isakmp_now >= e->cfg.max_sas) {
		free(sa);
		free(p1);
		return NULL;
	}
	*sa = (struct isakmp){ .e = e, .next = e->all, .serial = v1_new_serial(e), .role = role,
		.exchange = exchange, .state = role == SA_RESPONDER ? ISAKMP_NEW
			: exchange == V1_MAIN ? MAIN_I1 : AGGR_I1,
		.local = *local, .remote = *remote, .conn = connection_ref(c), .p1 = p1,
		.life = { .fire = too_old }, .begun_ms = v1_now(e) };
	sa->id_local = conn_end_id(&c->local, &local->addr);
	e->all = sa;
	e->stats.isakmp_now++;
	e->stats.half_open_now++;
	v1_timer_set(e, &sa->life, v1_now(e) + e->cfg.half_open_ms);
	return sa;
}

int
isakmp_index(struct isakmp *sa)
{
	struct v1_engine *e = sa->e;
	int rc = table_insert(&e->by_serial, addr_hash(span_of(&sa->serial, sizeof(sa->serial))), sa);

	if (rc == 0)
		rc = table_insert(&e->by_cookies, cookie_hash(own_cookie(sa)), sa);
	if (rc == 0 && sa->role == SA_RESPONDER)
		rc = table_insert(&e->by_init, cookie_hash(sa->cky_i), sa);
	return rc;
}

static void
leave_tables(struct isakmp *sa)
{
	struct v1_engine *e = sa->e;
	struct isakmp **at = &e->all;

	while (*at != NULL && *at != sa)
		at = &(*at)->next;
	if (*at != NULL)
		*at = sa->next;
	table_remove(&e->by_serial, addr_hash(span_of(&sa->serial, sizeof(sa->serial))),
		     same_item, sa);
	table_remove(&e->by_cookies, cookie_hash(own_cookie(sa)), same_item, sa);
	table_remove(&e->by_init, cookie_hash(sa->cky_i), same_item, sa);
	v1_timer_stop(e, &sa->out.timer);
	v1_timer_stop(e, &sa->life);
	v1_timer_stop(e, &sa->rekey);
	v1_timer_stop(e, &sa->dpd);
}

void
isakmp_become(struct isakmp *sa, enum isakmp_state next)
{
	log_debug_of(LOG_LIFECYCLE, NULL, "isakmp#%llu %s -> %s", (unsigned long long)sa->serial, names[sa->state],
		  names[next]);
	sa->state = next;
}

static void
phase1_free(struct isakmp *sa)
{
	struct phase1 *p = sa->p1;

	if (p == NULL)
		return;
	chunk_free(&p->sai_b);
	chunk_free(&p->idi_b);
	chunk_free(&p->idr_b);
	ke_free(p->ke);
	chunk_free(&p->ke_peer);
	chunk_free(&p->ni);
	chunk_free(&p->nr);
	chunk_free(&p->peer_auth);
	free(p);
	sa->p1 = NULL;
	sa->e->stats.half_open_now--;
}

static void
rekey_due(struct v1_engine *e, struct timer *t)
{
	struct isakmp *sa = HEAP_OWNER(&t->node, struct isakmp, rekey.node);

	v1_begin_phase1(e, sa->conn, 0, sa->serial);
}

/* Nothing new begins under it; what is on its way may end. */
static void
retire(struct isakmp *old)
{
	if (old == NULL || old->state != ISAKMP_UP)
		return;
	v1_timer_stop(old->e, &old->rekey);
	v1_timer_set(old->e, &old->life, v1_now(old->e) + RETIRE_MS);
}

/* RFC 2409 5: both have proved themselves. The initiator replaces it in time. */
void
isakmp_established(struct isakmp *sa)
{
	struct v1_engine *e = sa->e;
	const struct connection *c = sa->conn;
	uint64_t life_ms = 1000ull * c->ike_lifetime_s, margin_ms = 1000ull * c->rekey_margin_s;
	bool contact = sa->p1->contact;

	phase1_free(sa);
	sa->up_ms = sa->heard_ms = v1_now(e);
	table_remove(&e->by_init, cookie_hash(sa->cky_i), same_item, sa);
	v1_timer_set(e, &sa->life, sa->up_ms + life_ms);
	v1_timer_stop(e, &sa->out.timer);
	if (sa->exchange == V1_MAIN && sa->role == SA_INITIATOR)
		sent_clear(e, &sa->out);
	margin_ms += v1_random_below(e, (uint32_t)(margin_ms * c->rekey_fuzz_pct / 100 + 1));
	if (margin_ms > life_ms / 2)
		margin_ms = life_ms / 2;
	sa->rekey.fire = rekey_due;
	if (c->rekey && sa->role == SA_INITIATOR)
		v1_timer_set(e, &sa->rekey, sa->up_ms + life_ms - margin_ms);
	v1_line(sa, sa->owner, 0, "auth", "peer %s proved itself (%s)", c->name,
		sa->key_source != NULL ? sa->key_source : "shared secret");
	v1_tell_isakmp(sa, IKE_EV_IKE_UP);
	if (contact)
		isakmp_forget_older(sa);
	if (e->cfg.unique_ids)
		isakmp_end_elsewhere(sa);
	retire(isakmp_find(e, sa->replaces));
	info_watch(sa);
	after_begin(sa);
}

bool
isakmp_ready(const struct isakmp *sa)
{
	return sa->state == ISAKMP_UP && after_done(sa);
}

void
isakmp_become_ready(struct isakmp *sa)
{
	v1_attempts_go_on(sa);
	v1_children_go_on(sa);
}

void
isakmp_heard(struct isakmp *sa)
{
	sa->heard_ms = v1_now(sa->e);
	if (sa->exchange == V1_AGGRESSIVE && sa->role == SA_INITIATOR)
		sent_clear(sa->e, &sa->out);
}

void
isakmp_repeat_last(struct isakmp *sa)
{
	if (sa->exchange == V1_AGGRESSIVE && sa->role == SA_INITIATOR)
		sent_repeat(sa, &sa->out);
}

void
isakmp_kill(struct isakmp *sa, enum ike_failure why, uint16_t notify)
{
	struct v1_engine *e = sa->e;

	if (sa->state == ISAKMP_GONE)
		return;
	v1_enter(e);
	leave_tables(sa);
	isakmp_become(sa, ISAKMP_GONE);
	e->stats.isakmp_now--;
	v1_attempts_lost(sa, why, notify, sa->p1 != NULL ? sa->p1->why : after_why(sa));
	after_end(sa);
	while (sa->quicks != NULL)
		quick_abandon(sa->quicks);
	v1_tell_isakmp(sa, IKE_EV_IKE_DOWN);
	sa->next_dead = e->dead;
	e->dead = sa;
	v1_leave(e);
}

void
isakmp_free(struct isakmp *sa)
{
	after_free(sa);
	fragments_free(sa);
	phase1_free(sa);
	sent_clear(sa->e, &sa->out);
	v1_keymat_free(&sa->keys);
	connection_unref(sa->conn);
	pubkey_free(&sa->peer_key);
	free(sa);
}

bool
isakmp_encap_forced(const struct isakmp *sa)
{
	return sa->e->cfg.encap_always || (sa->conn != NULL && sa->conn->force_encaps);
}
