/* Connections whose host is a name: its address is asked before they are added. What
 * the name's zone says of it need not be signed: who is there must prove itself. */
#include "pluto/daemon_commands.h"

#include <string.h>

#include "lib/rr_ipseckey.h"

enum { NAME_MS = 10000 };

static const char *const sides[] = { "left", "right" };

static const char *
host_of(const json_t *request, const char *side)
{
	return json_string_value(json_object_get(json_object_get(request, side), "host"));
}

/* Neither an address nor a word for somebody who has none. */
static bool
is_name(const char *host)
{
	struct ip_addr a;

	return host != NULL && *host != '%' && !ip_addr_parse(host, &a);
}

static void
done(struct named_host *h)
{
	json_decref(h->request);
	*h = (struct named_host){ .request = NULL };
}

static int
wanted_family(const json_t *request)
{
	return (int)json_integer_value(json_object_get(json_object_get(request, "options"), "family"));
}

/* The family that was said, or else IPv4 first. */
static bool
ask(struct daemon *d, unsigned slot, uint16_t rrtype)
{
	struct named_host *h = &d->named_hosts[slot];
	const char *host = host_of(h->request, h->side);
	struct dns_name name;

	h->rrtype = rrtype;
	return dns_name_from_host(span_str(host), &name)
		&& daemon_ask(d, LOOKUP_HOST_NAME, slot, &name, rrtype, NAME_MS) != NULL;
}

static void
begin(struct daemon *d, ctl_client c, const json_t *request, const char *side)
{
	const char *host = host_of(request, side);
	unsigned slot = 0;

	while (slot < MAX_NAMED_HOSTS && d->named_hosts[slot].request != NULL)
		slot++;
	if (slot == MAX_NAMED_HOSTS) {
		ctl_result(d->ctl, c, NULL, RC_INTERNALERR, "too many connections wait for addresses");
		return;
	}
	d->named_hosts[slot] = (struct named_host){ .c = c, .request = json_deep_copy(request),
		.side = side };
	if (d->named_hosts[slot].request != NULL
	    && ask(d, slot, wanted_family(request) == 6 ? RRTYPE_AAAA : RRTYPE_A))
		return;
	done(&d->named_hosts[slot]);
	ctl_result(d->ctl, c, NULL, RC_NOPEERIP, "host is neither an IP address, %%any and the like, nor "
		   "a name: \"%.80s\"", host);
}

bool
daemon_named_host(struct daemon *d, ctl_client c, const json_t *request)
{
	for (size_t i = 0; i < 2; i++) {
		if (!is_name(host_of(request, sides[i])))
			continue;
		begin(d, c, request, sides[i]);
		return true;
	}
	return false;
}

static void
found(struct daemon *d, struct named_host *h, const struct lookup *l, const struct adns_answer *a)
{
	struct ip_addr addr = ip_addr_from(a->rdata[0]);
	struct named_host here = *h;
	struct addr_buf b;

	*h = (struct named_host){ .request = NULL };
	json_object_set_new(json_object_get(here.request, here.side), "host",
			    json_string(ip_addr_text(&addr, &b)));
	ctl_line(d->ctl, here.c, RC_COMMENT, "%s is %s (%s)", l->name.text, b.text,
		 adns_security_name(a->security));
	cmd_add(d, here.c, here.request);	/* the other host may be a name, too */
	done(&here);
}

void
daemon_host_name_answer(struct daemon *d, struct lookup *l, const struct adns_answer *a)
{
	struct named_host *h = &d->named_hosts[l->about];
	bool answered = a->status == ADNS_ANSWERED && a->security != ADNS_BOGUS;

	if (answered && a->n_rdata > 0 && ip_addr_from(a->rdata[0]).family != IP_NONE) {
		found(d, h, l, a);
		return;
	}
	if (a->status == ADNS_NODATA && h->rrtype == RRTYPE_A && wanted_family(h->request) == 0
	    && ask(d, (unsigned)l->about, RRTYPE_AAAA))
		return;
	ctl_result(d->ctl, h->c, NULL, RC_NOPEERIP, "no address for %s (%s, %s)", l->name.text,
		   adns_status_name(a->status), adns_security_name(a->security));
	done(h);
}

void
daemon_named_hosts_free(struct daemon *d)
{
	for (unsigned i = 0; i < MAX_NAMED_HOSTS; i++)
		done(&d->named_hosts[i]);
}
