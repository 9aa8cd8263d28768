/* An updown event as the environment of a program, and back. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pluto/kernel/updown_event.h"

enum { ANY_PORT_HI = 65535 };

static const char *const verb_words[] = {
	[UPDOWN_PREPARE] = "prepare", [UPDOWN_ROUTE] = "route", [UPDOWN_UNROUTE] = "unroute",
	[UPDOWN_UP] = "up", [UPDOWN_DOWN] = "down", [UPDOWN_DNS] = "updateresolvconf",
	[UPDOWN_NO_DNS] = "restoreresolvconf",
};

bool
updown_is_host(const struct updown_event *e)
{
	return ip_addr_eq(&e->sel.local.addr_lo, &e->me)
		&& ip_addr_eq(&e->sel.local.addr_hi, &e->me);
}

const char *
updown_verb_text(const struct updown_event *e, char out[32])
{
	snprintf(out, 32, "%s-%s%s", verb_words[e->verb], updown_is_host(e) ? "host" : "client",
		 e->me.family == IP_V6 ? "-v6" : "");
	return out;
}

static void __attribute__((format(printf, 3, 4)))
put(struct updown_env *env, const char *name, const char *fmt, ...)
{
	size_t room = sizeof(env->text) - env->used;
	char *at = env->text + env->used;
	int head = snprintf(at, room, "%s=", name), body;
	va_list ap;

	if (head < 0 || (size_t)head >= room || env->n + 1 >= sizeof(env->envp) / sizeof(*env->envp)) {
		env->used = sizeof(env->text);
		return;
	}
	va_start(ap, fmt);
	body = vsnprintf(at + head, room - (size_t)head, fmt, ap);
	va_end(ap);
	if (body < 0 || (size_t)head + (size_t)body + 1 > room) {
		env->used = sizeof(env->text);
		return;
	}
	env->envp[env->n++] = at;
	env->used += (size_t)head + (size_t)body + 1;
}

static bool
is_plain(char c, bool first)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
		return true;
	return c != '\0' && strchr("._@:/=,+", c) != NULL ? true : c == '-' && !first;
}

/* A script may hand a value to a shell or take it for an option. */
static void
put_said(struct updown_env *env, const char *name, const char *said)
{
	char out[3 * 300 + 1];
	size_t n = 0;

	for (size_t i = 0; said[i] != '\0' && n + 4 < sizeof(out); i++) {
		if (is_plain(said[i], i == 0))
			out[n++] = said[i];
		else
			n += (size_t)snprintf(out + n, 4, "%%%02X", (unsigned char)said[i]);
	}
	out[n] = '\0';
	put(env, name, "%s", out);
}

static void
put_addr(struct updown_env *env, const char *name, const struct ip_addr *a)
{
	struct addr_buf b;

	if (a->family != IP_NONE)
		put(env, name, "%s", ip_addr_text(a, &b));
}

bool
updown_has_dns(const struct updown_event *e)
{
	return e->dns[0].family != IP_NONE;
}

static void
put_servers(struct updown_env *env, const char *name, const struct ip_addr *a)
{
	struct addr_buf one, two;

	if (a[0].family != IP_NONE)
		put(env, name, "%s%s%s", ip_addr_text(&a[0], &one), a[1].family != IP_NONE ? " " : "",
		    a[1].family != IP_NONE ? ip_addr_text(&a[1], &two) : "");
}

static struct ip_addr
mask_of(const struct ip_prefix *p)
{
	struct ip_addr m = { .family = p->addr.family };

	for (unsigned i = 0; i < p->len; i++)
		m.bytes[i / 8] |= (uint8_t)(0x80u >> i % 8);
	return m;
}

/* WHOSE is "MY" or "PEER". A range that is no prefix is its lowest and highest. */
static void
put_client(struct updown_env *env, const char *whose, const struct traffic_selector *ts)
{
	char name[48];
	struct addr_buf a, b;
	struct ip_addr mask;
	struct ip_prefix p;

	snprintf(name, sizeof(name), "PLUTO_%s_CLIENT", whose);
	if (ts_is_prefix(ts, &p)) {
		put(env, name, "%s", ip_prefix_text(&p, &a));
		mask = mask_of(&p);
		snprintf(name, sizeof(name), "PLUTO_%s_CLIENT_NET", whose);
		put_addr(env, name, &p.addr);
		snprintf(name, sizeof(name), "PLUTO_%s_CLIENT_MASK", whose);
		put_addr(env, name, &mask);
	} else {
		put(env, name, "%s-%s", ip_addr_text(&ts->addr_lo, &a),
		    ip_addr_text(&ts->addr_hi, &b));
	}
	snprintf(name, sizeof(name), "PLUTO_%s_PORT", whose);
	put(env, name, "%u", ts->port_lo == ts->port_hi ? ts->port_lo : 0);
	snprintf(name, sizeof(name), "PLUTO_%s_PROTOCOL", whose);
	put(env, name, "%u", ts->ip_proto);
}

bool
updown_env_write(const struct updown_event *e, struct updown_env *out)
{
	char verb[32];

	*out = (struct updown_env){ .used = 0 };
	put(out, "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	put(out, "PLUTO_VERSION", "2.0");
	put(out, "PLUTO_VERB", "%s", updown_verb_text(e, verb));
	put_said(out, "PLUTO_CONNECTION", e->connection);
	put_addr(out, "PLUTO_NEXT_HOP", &e->nexthop);
	put(out, "PLUTO_INTERFACE", "%s", e->interface);
	if (e->device[0] != '\0')
		put(out, "PLUTO_VIRT_INTERFACE", "%s", e->device);
	put_addr(out, "PLUTO_ME", &e->me);
	put_said(out, "PLUTO_MY_ID", e->my_id);
	put_client(out, "MY", &e->sel.local);
	put_addr(out, "PLUTO_PEER", &e->peer);
	put_said(out, "PLUTO_PEER_ID", e->peer_id);
	put_client(out, "PEER", &e->sel.remote);
	put(out, "PLUTO_PEER_CA", "%s", "");
	put(out, "PLUTO_STACK", "%s", e->stack);
	put(out, "PLUTO_METRIC", "0");
	put(out, "PLUTO_MTU", "0");
	put(out, "PLUTO_CONN_POLICY", "%s", e->policy);
	put(out, "PLUTO_CONN_ADDRFAMILY", "%s", e->me.family == IP_V6 ? "ipv6" : "ipv4");
	put_addr(out, "PLUTO_MY_SOURCEIP", &e->srcip);
	if (e->user[0] != '\0')
		put_said(out, "PLUTO_XAUTH_USERNAME", e->user);
	if (e->assigned)
		put(out, "PLUTO_CFG_CLIENT", "1");
	put_servers(out, "PLUTO_PEER_DNS_INFO", e->dns);
	put_servers(out, "PLUTO_PEER_WINS_INFO", e->wins);
	return out->used < sizeof(out->text);
}

static bool
read_verb(const char *text, enum updown_verb *verb)
{
	for (size_t i = 0; text != NULL && i < sizeof(verb_words) / sizeof(*verb_words); i++) {
		size_t n = strlen(verb_words[i]);

		*verb = (enum updown_verb)i;
		if (strncmp(text, verb_words[i], n) == 0
		    && (strncmp(text + n, "-host", 5) == 0 || strncmp(text + n, "-client", 7) == 0))
			return true;
	}
	return false;
}

static bool
read_addr(const char *text, struct ip_addr *out)
{
	return text == NULL || *text == '\0' || ip_addr_parse(text, out);
}

static bool
read_client(const char *text, struct traffic_selector *out)
{
	struct ip_prefix p;

	if (text == NULL || !ip_prefix_parse(text, &p))
		return false;
	*out = ts_prefix(&p);
	return true;
}

/* One address, or two with a blank between. */
static bool
read_servers(const char *text, struct ip_addr out[UPDOWN_SERVERS])
{
	char copy[100], *save = NULL, *word;
	unsigned n = 0;

	snprintf(copy, sizeof(copy), "%s", text != NULL ? text : "");
	for (word = strtok_r(copy, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save))
		if (n == UPDOWN_SERVERS || !ip_addr_parse(word, &out[n++]))
			return false;
	return true;
}

bool
updown_env_read(updown_get_fn *get, struct updown_event *out, char *err, size_t errlen)
{
	const char *device = get("PLUTO_VIRT_INTERFACE");
	const char *bad = NULL;

	*out = (struct updown_event){ .verb = UPDOWN_PREPARE };
	if (!read_verb(get("PLUTO_VERB"), &out->verb))
		bad = "PLUTO_VERB";
	else if (!read_addr(get("PLUTO_ME"), &out->me))
		bad = "PLUTO_ME";
	else if (!read_addr(get("PLUTO_PEER"), &out->peer) || out->peer.family == IP_NONE)
		bad = "PLUTO_PEER";
	else if (!read_addr(get("PLUTO_NEXT_HOP"), &out->nexthop))
		bad = "PLUTO_NEXT_HOP";
	else if (!read_addr(get("PLUTO_MY_SOURCEIP"), &out->srcip))
		bad = "PLUTO_MY_SOURCEIP";
	else if (!read_client(get("PLUTO_MY_CLIENT"), &out->sel.local))
		bad = "PLUTO_MY_CLIENT";
	else if (!read_client(get("PLUTO_PEER_CLIENT"), &out->sel.remote))
		bad = "PLUTO_PEER_CLIENT";
	else if (!read_servers(get("PLUTO_PEER_DNS_INFO"), out->dns))
		bad = "PLUTO_PEER_DNS_INFO";
	else if (device != NULL && strlen(device) >= sizeof(out->device))
		bad = "PLUTO_VIRT_INTERFACE";
	if (bad != NULL) {
		snprintf(err, errlen, "%s is missing or cannot be understood", bad);
		return false;
	}
	snprintf(out->device, sizeof(out->device), "%s", device != NULL ? device : "");
	snprintf(out->connection, sizeof(out->connection), "%s",
		 get("PLUTO_CONNECTION") != NULL ? get("PLUTO_CONNECTION") : "");
	out->assigned = get("PLUTO_CFG_CLIENT") != NULL && out->srcip.family != IP_NONE;
	return true;
}
