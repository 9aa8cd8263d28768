/* Mode Config: the server gives the client an address of the pool, name servers and
 * WINS servers, pushed or pulled (draft-dukes-ike-mode-cfg-02). The client is then
 * that address, and nothing else. */
#include <stdio.h>
#include <string.h>

#include "pluto/ikev1/after.h"
#include "pluto/ikev1/lease.h"

enum { CFG_ROOM = 512 };

static const uint8_t host_mask[] = { 255, 255, 255, 255 };

static uint64_t
pool_of(const struct isakmp *sa)
{
	return sa->conn->kind == CONN_INSTANCE ? sa->conn->from : sa->conn->serial;
}

/* The same one gets the same address again: by identity, user and where he is. */
static uint64_t
who_is(const struct isakmp *sa)
{
	uint8_t text[8 + 16 + CONN_USER_MAX];
	struct wire_writer w = wire_writer(text, sizeof(text));

	wire_put_u64(&w, isakmp_peer(sa));
	wire_put(&w, ip_addr_span(&sa->remote.addr));
	wire_put(&w, span_str(sa->after->user));
	return addr_hash(wire_written(&w));
}

/* One end of SA's own connection is just that address. */
static bool
narrow(struct isakmp *sa, bool ours, const struct ip_addr *a)
{
	struct connection *c = after_own_conn(sa);
	struct conn_end *end;

	if (c == NULL)
		return false;
	end = ours ? &c->local : &c->remote;
	end->ts = ts_host(a);
	end->has_client = true;
	if (ours)
		c->route.srcip = *a;
	return true;
}

static bool
lease(struct isakmp *sa)
{
	if (sa->leased.family == IP_NONE)
		sa->leased = v1_lease_take(sa->e, pool_of(sa), &sa->conn->remote.ts, who_is(sa));
	if (sa->leased.family == IP_V4 && narrow(sa, false, &sa->leased))
		return true;
	after_fail(sa, IKE_FAIL_INTERNAL, "no address is left in the pool (the peer's --client)");
	return false;
}

void
modecfg_release(struct isakmp *sa)
{
	if (sa->leased.family != IP_NONE)
		v1_lease_release(sa->e, pool_of(sa), &sa->leased);
	sa->leased.family = IP_NONE;
}

static void
put_servers(struct ike_build *b, uint16_t type, const struct ip_addr *a)
{
	for (unsigned i = 0; i < CONN_MODECFG_EACH; i++)
		if (a[i].family == IP_V4)
			v1_cfg_put(b, type, ip_addr_span(&a[i]));
}

static void
put_all(struct isakmp *sa, struct ike_build *b, uint8_t type, uint16_t id)
{
	size_t mark = v1_cfg_open(b, type, id);

	v1_cfg_put(b, V1_C_IP4_ADDRESS, ip_addr_span(&sa->leased));
	v1_cfg_put(b, V1_C_IP4_NETMASK, SPAN_OF(host_mask));
	put_servers(b, V1_C_IP4_DNS, sa->conn->modecfg_dns);
	put_servers(b, V1_C_IP4_NBNS, sa->conn->modecfg_wins);
	ike_build_close(b, mark);
}

/* Empty attributes: what is asked for, and what was understood. */
static void
put_names(struct ike_build *b, uint8_t type, uint16_t id)
{
	static const uint16_t names[] = { V1_C_IP4_ADDRESS, V1_C_IP4_NETMASK, V1_C_IP4_DNS,
		V1_C_IP4_NBNS };
	size_t mark = v1_cfg_open(b, type, id);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		v1_cfg_put(b, names[i], (struct span){ 0 });
	ike_build_close(b, mark);
}

void
modecfg_begin(struct isakmp *sa)
{
	bool server = sa->conn->modecfg == CONN_PART_SERVER;
	uint8_t buf[CFG_ROOM];
	struct ike_build b = ike_build_inner(buf, sizeof(buf));

	if (server == sa->conn->modecfg_pull)
		return;		/* the other begins */
	v1_random(sa->e, &sa->after->ours.id, sizeof(sa->after->ours.id));
	if (!server)
		put_names(&b, V1_CFG_REQUEST, sa->after->ours.id);
	else if (lease(sa))
		put_all(sa, &b, V1_CFG_SET, sa->after->ours.id);
	else
		return;
	trans_ask(sa, &b);
}

static void
server_takes(struct isakmp *sa, const struct v1_cfg *c, bool is_answer)
{
	uint8_t buf[CFG_ROOM];
	struct ike_build b = ike_build_inner(buf, sizeof(buf));

	if (is_answer && c->type == V1_CFG_ACK && sa->after->stage == AFTER_MODECFG) {
		after_next(sa);
		return;
	}
	if (is_answer || c->type != V1_CFG_REQUEST
	    || (sa->after->stage == AFTER_MODECFG && !lease(sa)))
		return;
	put_all(sa, &b, V1_CFG_REPLY, c->id);
	if (trans_answer(sa, &b) && sa->after->stage == AFTER_MODECFG)
		after_next(sa);
}

static bool
is_usable(const struct ip_addr *a)
{
	return !ip_addr_is_any(a) && !ip_addr_is_multicast(a) && !ip_addr_is_loopback(a);
}

/* The first of those that the peer names and that may be one, into OUT; told. */
static void
take_servers(struct isakmp *sa, const struct v1_cfg *c, uint16_t type, const char *word,
	     struct ip_addr out[CONN_MODECFG_EACH])
{
	struct wire_reader r = wire_reader(c->attributes);
	struct v1_cfg_value v;
	struct addr_buf b;
	unsigned n = 0;

	while (v1_cfg_next(&r, &v)) {
		struct ip_addr a = ip_addr_from(v.data);

		if (v.type != type || a.family != IP_V4 || n == CONN_MODECFG_EACH || !is_usable(&a))
			continue;
		v1_line(sa, sa->owner, 0, "ike", "the peer's %s server is %s", word,
			ip_addr_text(&a, &b));
		out[n++] = a;
	}
}

/* A client's: the address, or the end. */
static bool
take_address(struct isakmp *sa, const struct v1_cfg *c)
{
	struct connection *own;
	struct v1_cfg_value v;
	struct addr_buf b;
	struct ip_addr a;

	v1_cfg_find(c, V1_C_IP4_ADDRESS, &v);
	a = ip_addr_from(v.data);
	if (a.family != IP_V4 || !is_usable(&a) || !narrow(sa, true, &a)) {
		after_fail(sa, IKE_FAIL_CHILD, "the server gives no address (Mode Config)");
		return false;
	}
	v1_line(sa, sa->owner, 0, "ike", "the peer gives us the address %s", ip_addr_text(&a, &b));
	own = after_own_conn(sa);
	take_servers(sa, c, V1_C_IP4_DNS, "name", own->modecfg_dns);
	take_servers(sa, c, V1_C_IP4_NBNS, "WINS", own->modecfg_wins);
	return true;
}

static void
client_takes(struct isakmp *sa, const struct v1_cfg *c, bool is_answer)
{
	bool waiting = sa->after->stage == AFTER_MODECFG;
	uint8_t buf[CFG_ROOM];
	struct ike_build b = ike_build_inner(buf, sizeof(buf));

	if (is_answer ? c->type != V1_CFG_REPLY : c->type != V1_CFG_SET)
		return;
	if (waiting && !take_address(sa, c))
		return;
	put_names(&b, V1_CFG_ACK, c->id);
	if (!is_answer && !trans_answer(sa, &b))
		return;
	if (waiting)
		after_next(sa);
}

void
modecfg_take(struct isakmp *sa, const struct v1_cfg *c, bool is_answer)
{
	if (sa->conn->modecfg == CONN_PART_SERVER)
		server_takes(sa, c, is_answer);
	else if (sa->conn->modecfg == CONN_PART_CLIENT)
		client_takes(sa, c, is_answer);
}
