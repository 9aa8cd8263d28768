/* The inside of the XFRM plane, shared by its files: one job each.
 *
 *	xfrm.c		opens, closes, describes
 *	xfrm_sa.c	SAs come and go, counters
 *	xfrm_spi.c	SPIs reserved in the kernel
 *	xfrm_policy.c	policies that point to the newest SA of a flow
 *	xfrm_bypass.c	connections that pass
 *	xfrm_move.c	other outer addresses for a living SA
 *	xfrm_event.c	limits reached, as the kernel tells them
 *	xfrm_sweep.c	what an earlier run left
 *	xfrm_socket.c	IKE passes its own policies
 *	xfrm_offload.c	network devices that do the cryptography
 *	xfrm_if.c	an xfrm interface, for --use-mast
 *
 * Below them: xfrm_nl (the socket), xfrm_msg (what is said), xfrm_flow (what is
 * remembered); beside them spi_gate (ESP that finds no SA). */
#ifndef PLUTO_KERNEL_XFRM_H
#define PLUTO_KERNEL_XFRM_H

#include "pluto/kernel/cpi_pool.h"
#include "pluto/kernel/planes.h"
#include "pluto/kernel/spi_gate.h"
#include "pluto/kernel/spi_pool.h"
#include "pluto/kernel/xfrm_flow.h"
#include "pluto/kernel/xfrm_if.h"
#include "pluto/kernel/xfrm_nl.h"

struct xfrm {
	struct loop *l;
	struct kernel_events ev;
	struct xfrm_config cfg;
	struct xfrm_nl *nl;
	struct spi_pool *spis;
	struct cpi_pool cpis;
	struct spi_gate *gate;		/* NULL: what finds no SA is not seen */
	struct table reserved;		/* SPIs that the kernel holds for us */
	struct xfrm_flows flows;
	struct selector *bypass;	/* owned: what passes within what is encrypted */
	size_t n_bypass;
	struct xfrm_if itf;
	uint32_t if_id;			/* of our xfrm interface; 0: none */
	int events_fd;
	loop_id reading, resync;
	unsigned long events_lost, soft, hard;
	int offload_ifindex;		/* 0: the device of the route */
	bool offload_refused;		/* said once */
	size_t offloaded;		/* SAs that a device has taken */
	char text[360];
};

/* xfrm_sa.c: operations of kernel_ops. */
int xfrm_add_sa(void *k, const struct kernel_sa *sa);
int xfrm_del_sa(void *k, enum sa_direction dir, uint32_t spi, const struct ip_addr *remote);
bool xfrm_counters(void *k, enum sa_direction dir, uint32_t spi, const struct ip_addr *remote,
		   struct sa_counters *out);
/* What the kernel calls SA, and its IPComp SA. */
struct xfrm_sa_name xfrm_name(const struct xfrm_sa *sa);
struct xfrm_sa_name xfrm_comp_name(const struct xfrm_sa *sa);
int xfrm_delete(struct xfrm *x, const struct xfrm_sa_name *n);
/* Asks for that SA; the answer goes to CB. 0 or -errno. */
int xfrm_get(struct xfrm *x, const struct xfrm_sa_name *n, mnl_cb_t cb, void *ctx);
/* The IPComp SA that SA wants; 0 or -errno. */
int xfrm_add_comp(struct xfrm *x, const struct kernel_sa *sa, uint32_t reqid);

/* xfrm_spi.c */
uint32_t xfrm_alloc_spi(void *k, enum sa_protocol protocol, const struct ip_addr *local,
			const struct ip_addr *remote);
void xfrm_free_spi(void *k, uint32_t spi);
bool xfrm_spi_held(const struct xfrm *x, uint32_t spi);
/* An SA stands in its place. */
void xfrm_spi_forget(struct xfrm *x, uint32_t spi);
/* The kernel gave it up, as it does after a time: if it is still wanted, it is
 * asked for again. */
void xfrm_spi_renew(struct xfrm *x, uint32_t spi);
/* Renews each that the kernel gave up without our hearing of it. */
void xfrm_spi_check(struct xfrm *x);
void xfrm_spi_clear(struct xfrm *x);

/* xfrm_policy.c. The policies of a direction follow the newest SA of W; without
 * one they go. 0 or -errno. */
int xfrm_set_policies(struct xfrm *x, const struct xfrm_flow *w, enum sa_direction dir);
/* What a policy of direction DIR (XFRM_POLICY_*) is for SA. */
struct xfrm_rule xfrm_rule_for(const struct xfrm *x, const struct xfrm_flow *w, uint8_t dir,
			       const struct xfrm_sa *sa);
int xfrm_put_exemptions(struct xfrm *x);

/* xfrm_bypass.c */
int xfrm_set_bypass(void *k, const struct selector *sel, size_t n);

/* xfrm_move.c */
int xfrm_move_sa(void *k, enum sa_direction dir, uint32_t spi, const struct ip_addr *old_remote,
		 const struct endpoint *local, const struct endpoint *remote);

/* xfrm_event.c: 0 or -errno. */
int xfrm_events_start(struct xfrm *x);
void xfrm_events_stop(struct xfrm *x);

/* xfrm_sweep.c: removes the SAs and the policies that are ours, whoever of us
 * made them. 0 or -errno. */
int xfrm_sweep(struct xfrm_nl *n);

/* xfrm_offload.c. At start; false with a sentence in ERR. */
bool xfrm_offload_open(struct xfrm *x, char *err, size_t errlen);
/* Says once that a device refused an SA with -RC. */
void xfrm_offload_refused(struct xfrm *x, uint32_t spi, int rc);
/* Has a device taken SA, which was installed just now? */
void xfrm_offload_note(struct xfrm *x, struct xfrm_sa *sa);

/* xfrm_socket.c */
int xfrm_prepare_socket(void *k, int fd, const struct endpoint *local);

#endif
