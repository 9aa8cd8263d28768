/* A Child SA in the data plane: its halves installed, moved, removed. */
#include "pluto/ikev2/child_sa.h"
#include "pluto/ikev2/rekey.h"

#include <string.h>

/* Our timers end a Child SA; should we be away, the kernel does, this much later. */
enum { SOFT_PACKETS = 0xe0000000, HARD_PACKETS = 0xfffffff0, AWAY_S = 120 };

static enum kernel_rank
rank_of(const struct child_sa *c)
{
	if (!c->conn->oe)
		return KERNEL_RANK_MANUAL;
	return c->ike->anonymous ? KERNEL_RANK_OE_NULL : KERNEL_RANK_OE;
}

static int
install(struct child_sa *c, enum sa_direction dir, const struct secret *encr,
	const struct secret *integ)
{
	const struct kernel_sa k = { .dir = dir, .mode = c->mode,
		.protocol = c->chosen.protocol == PROTO_AH ? SA_AH : SA_ESP,
		.cpi = dir == SA_IN ? c->cpi_in : c->chosen.cpi,
		.spi = dir == SA_IN ? c->spi_in : c->spi_out, .reqid = c->reqid,
		.rank = rank_of(c),
		.local = c->local, .remote = c->remote, .encap_udp = c->encap, .sel = c->sel,
		.encr = c->chosen.encr, .encr_bits = c->chosen.encr_bits,
		.integ = c->chosen.integ, .encr_key = secret_span(encr),
		.integ_key = secret_span(integ), .esn = c->chosen.esn,
		.clear_df = c->conn->clear_df && c->mode == MODE_TUNNEL,
		.soft_packets = c->chosen.esn ? 0 : SOFT_PACKETS,
		.hard_packets = c->chosen.esn ? 0 : HARD_PACKETS,
		.hard_s = (uint64_t)c->conn->child_lifetime_s + AWAY_S };
	const struct kernel *kernel = &c->ike->e->kernel;

	return kernel->ops->add_sa(kernel->k, &k);
}

int
child_sa_open_in(struct child_sa *c, const struct child_keymat *k)
{
	bool i = c->initiator;
	int err = install(c, SA_IN, i ? &k->encr_r : &k->encr_i, i ? &k->integ_r : &k->integ_i);

	c->encr_out = secret_copy(secret_span(i ? &k->encr_i : &k->encr_r));
	c->integ_out = secret_copy(secret_span(i ? &k->integ_i : &k->integ_r));
	c->in_installed = err == 0;
	return err;
}

int
child_sa_open_out(struct child_sa *c)
{
	int err = c->out_installed ? 0 : install(c, SA_OUT, &c->encr_out, &c->integ_out);

	c->out_installed = err == 0;
	secret_free(&c->encr_out);
	secret_free(&c->integ_out);
	return err;
}

void
child_sa_close(struct child_sa *c)
{
	const struct kernel *k = &c->ike->e->kernel;

	if (c->out_installed)
		k->ops->del_sa(k->k, SA_OUT, c->spi_out, &c->remote.addr);
	if (c->in_installed)
		k->ops->del_sa(k->k, SA_IN, c->spi_in, &c->remote.addr);
	c->in_installed = c->out_installed = false;
}

/* Ports are those of the encapsulation; none without. */
static int
move_half(const struct child_sa *c, enum sa_direction dir, struct endpoint local,
	  struct endpoint remote, bool encap)
{
	const struct kernel *k = &c->ike->e->kernel;
	uint32_t spi = dir == SA_IN ? c->spi_in : c->spi_out;

	if (!(dir == SA_IN ? c->in_installed : c->out_installed))
		return 0;
	if (!encap)
		local.port = remote.port = 0;
	return k->ops->move_sa(k->k, dir, spi, &c->remote.addr, &local, &remote);
}

void
child_sa_move(struct child_sa *c, const struct endpoint *local, const struct endpoint *remote,
	      bool encap)
{
	const struct kernel_ops *ops = c->ike->e->kernel.ops;
	bool other = !ip_addr_eq(&c->local.addr, &local->addr)
		|| !ip_addr_eq(&c->remote.addr, &remote->addr);
	bool ports = c->local.port != local->port || c->remote.port != remote->port;
	int err = 0;

	encap = encap && c->chosen.protocol != PROTO_AH;
	if (!other && encap == c->encap && !(encap && ports))
		return;
	if (ops->move_sa != NULL) {
		err = move_half(c, SA_IN, *local, *remote, encap);
		if (err == 0)
			err = move_half(c, SA_OUT, *local, *remote, encap);
	}
	c->local = *local;
	c->remote = *remote;
	c->encap = encap;
	if (err == 0)
		return;
	log_warn(NULL, "child#%llu could not be moved (%s): it is replaced",
		 (unsigned long long)c->serial, strerror(-err));
	rekey_child_now(c);
}
