/* The IKE engines' ports: sockets, keys, timers. */
#include "pluto/daemon_ike.h"
#include "pluto/daemon_oe.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "lib/log.h"
#include "pluto/ikev1/ikev1.h"

static uint64_t
port_now(void *ctx)
{
	(void)ctx;
	return monotonic_ms();
}

static void
port_random(void *ctx, void *buf, size_t len)
{
	(void)ctx;
	if (getrandom(buf, len, 0) != (ssize_t)len)
		log_error(NULL, "the kernel gives no random bytes");
}

static void
port_send(void *ctx, const struct endpoint *local, const struct endpoint *remote,
	  struct span datagram)
{
	struct daemon *d = ctx;

	for (unsigned n = d->udp != NULL ? daemon_sending(d, local, remote, datagram) : 0; n > 0; n--)
		udp_send(d->udp, local, remote, datagram);
}

static void
port_keepalive(void *ctx, const struct endpoint *local, const struct endpoint *remote)
{
	struct daemon *d = ctx;
	struct addr_buf b;

	log_debug_of(LOG_NATT, NULL, "NAT keepalive to %s", endpoint_text(remote, &b));
	if (d->udp != NULL)
		udp_keepalive(d->udp, local, remote);
}

static void
run_ike(void *ctx)
{
	struct daemon *d = ctx;

	d->ike_timer.n = 0;
	engines_run(d);
}

static void
port_wake_at(void *ctx, uint64_t when_ms)
{
	struct daemon *d = ctx;
	uint64_t now = monotonic_ms();

	if (d->ike_timer.n != 0 && d->ike_wake_ms <= when_ms)
		return;
	loop_cancel(d->loop, &d->ike_timer);
	d->ike_wake_ms = when_ms;
	d->ike_timer = loop_after(d->loop, when_ms > now ? when_ms - now : 0, run_ike, d);
}

void
daemon_configured_keys(struct daemon *d, struct connection *c)
{
	struct ident id = c->remote.id.type != 0 ? c->remote.id
			: ident_from_addr(&c->remote.host.addr);

	if (c->remote.auth != CONN_AUTH_PUBKEY || c->n_keys > 0 || c->oe)
		return;
	c->n_keys = configured_keys_find(d->keys, &id, c->keys, CONN_MAX_KEYS);
	if (c->n_keys > 0)
		c->key_source = "configured";
}

/* By address an identity must be the address that the packets come from; by
 * name it is checked when its key is looked up. */
static bool
oe_id_allowed(const struct ident *id, const struct ip_addr *remote)
{
	struct ip_addr a;

	if (id == NULL || id->type == 0 || id->type == ID_FQDN)
		return true;
	return ident_addr(id, &a) && ip_addr_eq(&a, remote);
}

/* Not for a peer that somebody has configured to prove itself. */
static struct connection *
anonymous(struct daemon *d, const struct ip_addr *local, const struct ip_addr *remote,
	  const struct ident *asked)
{
	const struct connection *known = conn_table_for_peer(&d->conns, local, remote, NULL, NULL,
							     AUTH_NONE);

	if (known != NULL && known->kind == CONN_PERMANENT)
		return NULL;
	return daemon_oe_anonymous(d, local, remote, asked);
}

struct connection *
daemon_find_connection(void *ctx, const struct endpoint *local, const struct endpoint *remote,
		     const struct ident *id_local, const struct ident *id_remote, uint8_t method)
{
	struct daemon *d = ctx;
	struct connection *c = conn_table_for_peer(&d->conns, &local->addr, &remote->addr,
						   id_local, id_remote, method);

	if (c != NULL && c->kind == CONN_TEMPLATE) {
		c = connection_instance(c, &local->addr, &remote->addr);
		if (c != NULL)
			c->instance = (unsigned)++d->last_instance;
	} else if (c != NULL) {
		connection_ref(c);
	} else if (method == AUTH_NULL) {
		return anonymous(d, &local->addr, &remote->addr, id_local);
	} else if (oe_id_allowed(id_remote, &remote->addr)) {
		return daemon_oe_responder(d, &local->addr, &remote->addr, id_local);
	}
	if (c != NULL)
		daemon_configured_keys(d, c);
	return c;
}

static const struct pubkey *
port_find_key(void *ctx, const struct connection *c)
{
	struct daemon *d = ctx;
	struct ident id = c->local.id.type != 0 ? c->local.id
			: ident_from_addr(&c->local.host.addr);

	if (c->oe)
		return daemon_signing_key(d, &id, &c->local.host.addr);
	return key_list_find(&d->signing, &id);
}

static void
pool_ready(void *ctx, int fd, int what)
{
	struct daemon *d = ctx;

	(void)fd;
	(void)what;
	pool_collect(d->pool);
}

/* SAs of both versions are numbered together. */
static uint64_t
new_serial(void *ctx)
{
	return ++((struct daemon *)ctx)->last_serial;
}

/* Opportunism is IKEv2's, but for --oe-legacy; a connection may rule this version
 * out. */
static struct connection *
port_find_connection_v1(void *ctx, const struct endpoint *local, const struct endpoint *remote,
			const struct ident *id_local, const struct ident *id_remote,
			uint8_t method)
{
	const struct daemon *d = ctx;
	struct connection *c = daemon_find_connection(ctx, local, remote, id_local, id_remote, method);

	if (c != NULL && c->oe && d->opt.oe_legacy) {
		daemon_oe_in_v1(c);
		return c;
	}
	if (c == NULL
	    || (!c->oe && (c->versions == 0 || (c->versions & CONN_IKEV1) != 0)))
		return c;
	connection_unref(c);
	return NULL;
}

static struct v1_engine *
make_v1(struct daemon *d, struct ike_ports ports, const struct kernel *kernel, bool encap_always)
{
	struct v1_config cfg = v1_config_default();

	cfg.new_serial = new_serial;
	cfg.encap_always = encap_always;
	cfg.unique_ids = d->opt.uniqueids;
	cfg.no_retransmits = d->opt.noretransmits;
	ports.find_connection = port_find_connection_v1;
	ports.check_password = daemon_check_password;
	ports.ask_password = daemon_ask_password;
	return v1_engine_new(&ports, &cfg, kernel, d->pool);
}

bool
daemon_make_ike(struct daemon *d)
{
	const struct ike_ports ports = {
		.ctx = d,
		.now_ms = port_now,
		.random = port_random,
		.send = port_send,
		.keepalive = port_keepalive,
		.wake_at = port_wake_at,
		.find_connection = daemon_find_connection,
		.connection_for_ts = daemon_connection_for_ts,
		.secrets = { .secrets = d->keeper, .sign = keeper_sign,
			.sign_v1 = keeper_sign_v1, .psk_auth = keeper_psk_auth,
			.skeyid = keeper_skeyid },
		.find_key = port_find_key,
		.lookup_keys = daemon_lookup_keys,
		.client = daemon_client,
		.event = daemon_ike_event,
		.path = daemon_path,
	};
	const struct kernel kernel = daemon_impairable_kernel(d);
	struct ike_config cfg = ike_config_default();

	cfg.no_retransmits = d->opt.noretransmits;
	cfg.keepalive_ms = 1000 * d->opt.keep_alive_s;
	cfg.keepalive_always = d->opt.force_keepalive;
	if (d->opt.force_busy)
		cfg.cookie_threshold = 0;
	cfg.encap_always = strcmp(d->kernel.ops->name, "tun") == 0;
	loop_fd(d->loop, pool_fd(d->pool), LOOP_READ, pool_ready, d);
	cfg.new_serial = new_serial;
	d->ike = ike_engine_new(&ports, &cfg, &kernel, d->pool);
	d->v1 = make_v1(d, ports, &kernel, cfg.encap_always);
	if (d->ike == NULL || d->v1 == NULL)
		return false;
	daemon_impair(d, d->opt.impair);
	return true;
}

void
daemon_datagram(void *ctx, const struct endpoint *local, const struct endpoint *remote,
		struct span datagram)
{
	const struct arrived here = { *local, *remote, datagram };
	struct daemon *d = ctx;

	daemon_received(d, local, remote, datagram);
	d->arrived = &here;
	if (d->ike != NULL)
		engines_receive(d, local, remote, datagram);
	d->arrived = NULL;
	daemon_die_oninfo(d, remote, datagram);
}
