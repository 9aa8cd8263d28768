/* The user-space plane, ESP and AH: SAs, data threads and sockets put together. */
#include "pluto/esp/plane.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pluto/esp/worker.h"

enum { TICK_MS = 100, PARTS = 20, ASKS_PER_TICK = 16, TOLD_MS = 600 * 1000,
	REST_MS = 60 * 1000 };
enum { FLOOR_V4 = 576, FLOOR_V6 = 1280 };

struct esp_plane {
	struct esp_shared shared;
	struct loop *loop;
	struct kernel_events events;
	esp_route_mtu_fn *route_mtu;
	void *route_ctx;
	loop_id event_id, tick_id;
	int event_fds[2];
	struct worker *worker[ESP_THREADS];
	unsigned workers, socks;
	unsigned part;		/* of the table, looked at in this tick */
	unsigned asks;		/* path MTUs asked in this tick */
	uint64_t rest_before_ms;	/* SAs not used since then rest */
};

/* The socket that has ADDR, or one that is bound to no address; RAW: AH's. */
static struct esp_sock *
sock_for(struct esp_plane *p, const struct ip_addr *addr, bool raw)
{
	struct esp_sock *any = NULL;

	for (unsigned i = 0; i < ESP_SOCKS; i++) {
		struct esp_sock *s = atomic_load(&p->shared.sock[i]);

		if (s == NULL || s->raw != raw || s->local.addr.family != addr->family)
			continue;
		if (ip_addr_eq(&s->local.addr, addr))
			return s;
		if (s->wildcard)
			any = s;
	}
	return any;
}

static void
choose_sock(void *ctx, struct esp_sa *sa)
{
	struct esp_plane *p = ctx;
	struct esp_path *path = atomic_load(&sa->path);

	if (sa->dir == SA_OUT)
		atomic_store(&sa->sock, sock_for(p, &path->local.addr, sa->protocol == SA_AH));
}

/* The device's MTU, or what a router told less than ten minutes ago. */
static void
set_path_mtu(struct esp_plane *p, struct esp_sa *sa)
{
	struct esp_path *path = atomic_load(&sa->path);
	uint32_t mtu = p->route_mtu(p->route_ctx,
				    &path->remote.addr);

	if (sa->told_mtu != 0 && sa->told_ms + TOLD_MS < monotonic_ms())
		sa->told_mtu = 0;
	if (sa->told_mtu != 0 && sa->told_mtu < mtu)
		mtu = sa->told_mtu;
	atomic_store(&sa->mtu_asked, false);
	atomic_store(&sa->inner_mtu, esp_sa_inner_mtu(sa, mtu));
}

/* Anybody can send an ICMP message: never up, never below what every path
 * carries (RFC 791, RFC 8200). */
static void
path_told(void *ctx, uint32_t spi, const struct ip_addr *remote, uint32_t mtu)
{
	struct esp_plane *p = ctx;
	struct esp_sa *sa = sa_table_find(p->shared.table, SA_OUT, spi, remote);
	uint32_t least = remote->family == IP_V6 ? FLOOR_V6 : FLOOR_V4;

	if (sa == NULL)
		return;
	if (mtu < least)
		mtu = least;
	if (sa->told_mtu == 0 || mtu < sa->told_mtu) {
		sa->told_mtu = mtu;
		sa->told_ms = monotonic_ms();
	}
	set_path_mtu(p, sa);
}

/* SAs in use follow the device their packets leave by. */
static void
refresh_path(struct esp_plane *p, struct esp_sa *sa)
{
	struct sa_counters c;

	if (sa->dir != SA_OUT || p->asks >= ASKS_PER_TICK)
		return;
	esp_sa_counters(sa, &c);
	if (!atomic_load(&sa->mtu_asked) && (c.last_used_ms == 0 ||
	    c.last_used_ms + 2 * PARTS * TICK_MS < monotonic_ms()))
		return;
	p->asks++;
	set_path_mtu(p, sa);
}

static void
look_after(void *ctx, struct esp_sa *sa)
{
	struct esp_plane *p = ctx;

	refresh_path(p, sa);
	esp_sa_rest(sa, &p->shared.q, p->rest_before_ms);
}

static void
tick(void *ctx)
{
	struct esp_plane *p = ctx;
	uint64_t now = monotonic_ms();

	p->asks = 0;
	p->rest_before_ms = now > REST_MS ? now - REST_MS : 0;
	p->part = (p->part + 1) % PARTS;
	sa_table_part(p->shared.table, p->part, PARTS, look_after, p);
	qsbr_poll(&p->shared.q);
	p->tick_id = loop_after(p->loop, TICK_MS, tick, p);
}

static void
events_ready(void *ctx, int fd, int what)
{
	struct esp_plane *p = ctx;

	(void)what;
	esp_event_drain(fd, &p->events, path_told, p);
}

static int
start_workers(struct esp_plane *p, const int *tun_fds, unsigned queues)
{
	int err = 0;

	p->shared.queues = queues < ESP_THREADS ? queues : ESP_THREADS;
	memcpy(p->shared.tun_fd, tun_fds,
	       p->shared.queues * sizeof(tun_fds[0]));
	for (unsigned i = 0; i < p->shared.queues; i++) {
		p->worker[i] = worker_start(&p->shared, i, &err);
		if (p->worker[i] == NULL)
			return err;
		p->workers++;
	}
	return 0;
}

int
esp_plane_new(struct loop *l, const struct esp_plane_config *cfg,
	      struct esp_plane **out)
{
	struct esp_plane *p;
	int err;

	p = aligned_alloc(_Alignof(struct esp_plane), sizeof(*p));
	if (p == NULL)
		return -ENOMEM;
	memset(p, 0, sizeof(*p));
	p->loop = l;
	p->events = *cfg->events;
	p->shared.uso = cfg->uso;
	p->route_mtu = cfg->route_mtu;
	p->route_ctx = cfg->route_ctx;
	p->event_fds[0] = p->event_fds[1] = -1;
	qsbr_init(&p->shared.q);
	p->shared.table = sa_table_new(&p->shared.q);
	err = p->shared.table == NULL ? -ENOMEM : esp_event_pair(p->event_fds);
	p->shared.event_fd = p->event_fds[1];
	if (err == 0)
		err = start_workers(p, cfg->tun_fds, cfg->queues);
	if (err != 0) {
		esp_plane_free(p);
		return err;
	}
	p->event_id = loop_fd(l, p->event_fds[0], LOOP_READ, events_ready, p);
	p->tick_id = loop_after(l, TICK_MS, tick, p);
	*out = p;
	return 0;
}

void
esp_plane_free(struct esp_plane *p)
{
	if (p == NULL)
		return;
	loop_cancel(p->loop, &p->event_id);
	loop_cancel(p->loop, &p->tick_id);
	for (unsigned i = 0; i < p->workers; i++)
		worker_stop(p->worker[i]);
	for (unsigned i = 0; i < ESP_SOCKS; i++)
		free(atomic_load(&p->shared.sock[i]));
	qsbr_clear(&p->shared.q);
	sa_table_free(p->shared.table);
	for (int i = 0; i < 2; i++) {
		if (p->event_fds[i] >= 0)
			close(p->event_fds[i]);
	}
	free(p);
}

int
esp_plane_add(struct esp_plane *p, const struct kernel_sa *ks)
{
	int err;
	struct esp_sa *sa = esp_sa_new(ks, &err);

	if (sa == NULL)
		return err;
	if (sa->dir == SA_OUT)
		set_path_mtu(p, sa);
	choose_sock(p, sa);
	err = sa_table_add(p->shared.table, sa);
	if (err != 0)
		esp_sa_free(sa);
	qsbr_poll(&p->shared.q);
	return err;
}

int
esp_plane_del(struct esp_plane *p, enum sa_direction dir, uint32_t spi,
	      const struct ip_addr *remote)
{
	struct esp_sa *sa = sa_table_find(p->shared.table, dir, spi, remote);

	if (sa == NULL)
		return -ENOENT;
	sa_table_del(p->shared.table, sa);
	qsbr_poll(&p->shared.q);
	return 0;
}

int
esp_plane_move(struct esp_plane *p, enum sa_direction dir, uint32_t spi,
	       const struct ip_addr *old_remote, const struct endpoint *local,
	       const struct endpoint *remote)
{
	struct esp_sa *sa = sa_table_find(p->shared.table, dir, spi,
					  old_remote);
	int err;

	if (sa == NULL)
		return -ENOENT;
	if (local->addr.family != remote->addr.family)
		return -EINVAL;
	err = sa_table_move(p->shared.table, sa, local, remote);
	if (err == 0 && dir == SA_OUT) {
		choose_sock(p, sa);
		set_path_mtu(p, sa);
	}
	return err;
}

bool
esp_plane_counters(struct esp_plane *p, enum sa_direction dir, uint32_t spi,
		   const struct ip_addr *remote, struct sa_counters *out)
{
	struct esp_sa *sa = sa_table_find(p->shared.table, dir, spi, remote);

	if (sa != NULL)
		esp_sa_counters(sa, out);
	return sa != NULL;
}

/* S, which may be NULL, is the plane's. */
static int
take(struct esp_plane *p, struct esp_sock *s)
{
	unsigned slot = 0;
	int err;

	if (s == NULL)
		return -ENOMEM;
	while (slot < ESP_SOCKS && atomic_load(&p->shared.sock[slot]) != NULL)
		slot++;
	if (slot == ESP_SOCKS) {
		free(s);
		return -ENOSPC;
	}
	s->thread = p->socks++ % p->workers;
	atomic_store(&p->shared.sock[slot], s);
	err = worker_watch(p->worker[s->thread], slot, s->fd);
	if (err != 0) {
		atomic_store(&p->shared.sock[slot], NULL);
		qsbr_wait(&p->shared.q);
		free(s);
		return err;
	}
	sa_table_each(p->shared.table, choose_sock, p);
	return 0;
}

int
esp_plane_take_socket(struct esp_plane *p, int fd, const struct endpoint *local)
{
	return take(p, esp_sock_new(fd, local));
}

int
esp_plane_take_ah(struct esp_plane *p, int fd, enum ip_family family)
{
	return take(p, esp_sock_new_ah(fd, family));
}

uint16_t
esp_plane_cpi(const struct esp_plane *p, uint32_t spi_in)
{
	const struct esp_sa *sa = sa_table_find(p->shared.table, SA_IN, spi_in, NULL);

	return sa != NULL ? sa->cpi : 0;
}

/* LOCAL: NULL for all of them. AH's stay. */
static void
drop(struct esp_plane *p, const struct endpoint *local)
{
	struct esp_sock *gone[ESP_SOCKS];

	for (unsigned i = 0; i < ESP_SOCKS; i++) {
		gone[i] = atomic_load(&p->shared.sock[i]);
		if (gone[i] != NULL && (gone[i]->raw || (local != NULL
		    && !endpoint_eq(&gone[i]->local, local))))
			gone[i] = NULL;
		if (gone[i] == NULL)
			continue;
		worker_unwatch(p->worker[gone[i]->thread], gone[i]->fd);
		atomic_store(&p->shared.sock[i], NULL);
	}
	sa_table_each(p->shared.table, choose_sock, p);
	qsbr_wait(&p->shared.q);
	for (unsigned i = 0; i < ESP_SOCKS; i++)
		free(gone[i]);
}

void
esp_plane_drop_sockets(struct esp_plane *p)
{
	drop(p, NULL);
	p->socks = 0;
}

void
esp_plane_drop_socket(struct esp_plane *p, const struct endpoint *local)
{
	drop(p, local);
}

static uint64_t
get(const _Atomic uint64_t *c)
{
	return atomic_load_explicit(c, memory_order_relaxed);
}

void
esp_plane_totals(const struct esp_plane *p, struct esp_plane_totals *out)
{
	*out = (struct esp_plane_totals){ 0 };
	for (unsigned i = 0; i < p->workers; i++) {
		const struct worker_counts *c = &p->worker[i]->counts;

		out->from_tun += get(&c->from_tun);
		out->to_tun += get(&c->to_tun);
		out->no_sa += get(&c->no_sa);
		out->bad_packet += get(&c->bad_packet);
		out->dropped += get(&c->dropped);
		out->too_big += get(&c->too_big);
		out->datagrams += get(&c->datagrams);
		out->unknown_spi += get(&c->unknown_spi);
		out->malformed += get(&c->malformed);
		out->ike += get(&c->ike);
		out->keepalives += get(&c->keepalives);
		out->events_lost += get(&c->events_lost);
		out->tun_errors += get(&c->tun_errors);
	}
}
