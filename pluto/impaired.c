/* Faults that a test asks for, and what is logged of datagrams. */
#include "pluto/daemon_ike.h"

#include <errno.h>

#include "lib/fault.h"
#include "lib/log.h"
#include "pluto/ikev1/ikev1.h"
#include "pluto/impair.h"
#include "pluto/wire/describe.h"

/* Not more than a line holds. */
enum { RAW_MAX = 440, DIE_MAX = 64, EXCHANGE_AT = 18, V1_INFORMATIONAL = 5 };

/* The plane as the engines see it, and whose it is. */
static struct kernel_ops seen;
static struct daemon *owner;

static int
counted_del_sa(void *k, enum sa_direction dir, uint32_t spi, const struct ip_addr *remote)
{
	(void)k;
	return daemon_tally_del_sa(owner, dir, spi, remote);
}

static int
refuse_sa(void *k, const struct kernel_sa *sa)
{
	(void)k;
	(void)sa;
	return -EPERM;
}

struct kernel
daemon_impairable_kernel(struct daemon *d)
{
	seen = *d->kernel.ops;
	seen.del_sa = counted_del_sa;
	owner = d;
	return (struct kernel){ .ops = &seen, .k = d->kernel.k };
}

void
daemon_impair(struct daemon *d, uint32_t impair)
{
	d->opt.impair = impair;
	fault_set(impair_faults(impair));
	seen.add_sa = (impair & IMPAIR_SA_FAIL) != 0 ? refuse_sa : d->kernel.ops->add_sa;
	v1_bust(d->v1, (impair & IMPAIR_BUST_MI2) != 0, (impair & IMPAIR_BUST_MR2) != 0);
	adns_client_stall(d->adns, (impair & IMPAIR_ADNS_STALLS) != 0);
	adns_client_delay(d->adns, (impair & IMPAIR_DELAY_KEY) != 0 ? IMPAIR_DELAY_MS : 0,
			  (impair & IMPAIR_DELAY_TXT) != 0 ? IMPAIR_DELAY_MS : 0);
}

static void
log_datagram(const char *what, enum log_class class, const struct endpoint *local,
	     const struct endpoint *remote, struct span datagram)
{
	char hex[2 * RAW_MAX + 1], text[400];
	struct addr_buf l, r;
	size_t len = datagram.len < RAW_MAX ? datagram.len : RAW_MAX;

	if ((log_debug_classes() & (LOG_RAW | (uint32_t)class)) == 0)
		return;
	endpoint_text(local, &l);
	endpoint_text(remote, &r);
	log_debug_of(class, NULL, "%s %s, %s: %s", what, r.text, l.text,
		     ike_describe(datagram, text, sizeof(text)));
	log_debug_of(LOG_RAW, NULL, "%s %s: %zu bytes %s", what, r.text, datagram.len,
		     span_hex(span_of(datagram.ptr, len), hex, sizeof(hex)));
}

unsigned
daemon_sending(struct daemon *d, const struct endpoint *local, const struct endpoint *remote,
	       struct span datagram)
{
	log_datagram("to", LOG_EMITTING, local, remote, datagram);
	return (d->opt.impair & IMPAIR_TWICE) != 0 ? 2 : 1;
}

void
daemon_received(struct daemon *d, const struct endpoint *local, const struct endpoint *remote,
		struct span datagram)
{
	(void)d;
	log_datagram("from", LOG_PARSING, local, remote, datagram);
}

struct dying {
	const struct endpoint *remote;
	uint64_t serial[DIE_MAX];
	unsigned n;
};

static bool
collect(void *ctx, const struct ike_sa_info *i)
{
	struct dying *x = ctx;

	if (endpoint_eq(&i->remote, x->remote))
		x->serial[x->n++] = i->serial;
	return x->n < DIE_MAX;
}

/* Whoever sent it, and whatever it says: it is a fault. */
void
daemon_die_oninfo(struct daemon *d, const struct endpoint *remote, struct span datagram)
{
	struct wire_reader r = wire_reader(datagram);
	struct dying x = { .remote = remote };
	uint8_t exchange;

	if ((d->opt.impair & IMPAIR_DIE_ONINFO) == 0)
		return;
	wire_skip(&r, EXCHANGE_AT, "to the exchange");
	exchange = wire_u8(&r, "exchange");
	if (exchange != EX_INFORMATIONAL && exchange != V1_INFORMATIONAL)
		return;
	engines_each_sa(d, collect, &x);
	while (x.n > 0)
		engines_delete_serial(d, x.serial[--x.n]);
}
