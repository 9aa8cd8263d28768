/* What pluto asks of a data plane: operations on values. Three planes provide
 * it: xfrm.c (the kernel's ESP), tun.c (user-space ESP over a TUN device), and
 * nostack.c (records only). None of them sees an IKE SA. */
#ifndef PLUTO_KERNEL_KERNEL_H
#define PLUTO_KERNEL_KERNEL_H

#include "lib/loop.h"
#include "lib/secret.h"
#include "lib/shunt.h"

enum sa_direction { SA_IN, SA_OUT };
enum ipsec_mode { MODE_TUNNEL, MODE_TRANSPORT };
enum sa_protocol { SA_ESP, SA_AH };

/* Whose policy counts where two cover one packet: the first of these. */
enum kernel_rank {
	KERNEL_RANK_EXEMPT,	/* never encrypted */
	KERNEL_RANK_MANUAL,	/* a connection that somebody configured */
	KERNEL_RANK_OE,		/* opportunistic, the peer's key proven by DNS */
	KERNEL_RANK_OE_NULL,	/* opportunistic, the peer anonymous */
	KERNEL_RANK_TRAP,	/* the kernel asks for an SA */
	KERNEL_RANK_DEFAULT,
};

struct kernel_sa {
	enum sa_direction dir;
	enum sa_protocol protocol;	/* AH: integrity alone, no encapsulation in UDP */
	enum ipsec_mode mode;
	enum kernel_rank rank;
	uint32_t spi;			/* host order */
	/* Beside it an IPComp SA (RFC 3173), deflate, with this CPI, for what is
	 * inside; 0: none. */
	uint16_t cpi;
	uint32_t reqid;
	struct endpoint local, remote;	/* outer addresses; ports of the encapsulation */
	bool encap_udp;
	bool clear_df;			/* tunnel mode: the outer header never has DF (RFC 4301
					 * 8.1), instead of what is inside; XFRM alone */
	struct selector sel;		/* local and remote as seen from here, both directions */
	uint16_t encr, encr_bits, integ;	/* IKEv2 transform numbers */
	struct span encr_key, integ_key;	/* borrowed; key with salt behind it */
	bool esn;
	uint32_t replay_window;		/* packets; 0 takes the plane's default (>= 1024) */
	/* 0: no limit. At a soft one sa_soft_limit tells; at a hard one the plane
	 * stops using the SA. The TUN plane has packets alone. */
	uint64_t soft_packets, hard_packets, soft_bytes, hard_bytes;
	uint64_t soft_s, hard_s;	/* seconds since the SA was added */
};

struct sa_counters {
	uint64_t packets, bytes, replayed, bad_icv, bad_inner;
	uint64_t last_used_ms;		/* monotonic; 0: never. Some kernels do not say:
					 * then when a look first found more packets */
};

/* Comes back on the loop's thread. */
struct kernel_events {
	void *ctx;
	/* IKE that arrived at a UDP 4500 socket the plane reads (marker removed). */
	void (*ike_datagram)(void *ctx, const struct endpoint *local,
			     const struct endpoint *remote, struct span datagram);
	void (*sa_soft_limit)(void *ctx, uint32_t spi_in_or_out);
	/* ESP with an SPI that nobody knows: a hint, rate-limited. */
	void (*unknown_spi)(void *ctx, uint32_t spi, const struct endpoint *remote);
	/* The peer's ESP comes, authenticated, from a new address or port. */
	void (*peer_moved)(void *ctx, uint32_t spi_in, const struct endpoint *remote);
	/* The SA is gone at its hard limit. Its policies stay, so that nothing leaves
	 * in the clear, until del_sa, which is still owed. May be NULL. */
	void (*sa_hard_limit)(void *ctx, enum sa_direction dir, uint32_t spi,
			      const struct ip_addr *remote);
	/* The number of the kernel's own request (XFRM_MSG_ACQUIRE) that an outbound
	 * SA between these outer addresses answers; 0: none. May be NULL. */
	uint32_t (*acquire_seq)(void *ctx, const struct ip_addr *local,
				const struct ip_addr *remote);
};

struct kernel_ops {
	const char *name;		/* "tun", "nostack", "xfrm" */
	/* An inbound SPI of our own range (spi_pool.h) for an SA between the two
	 * outer addresses; 0 when there is none. It is ours until add_sa and del_sa,
	 * or free_spi. */
	uint32_t (*alloc_spi)(void *k, enum sa_protocol protocol, const struct ip_addr *local,
			      const struct ip_addr *remote);
	void (*free_spi)(void *k, uint32_t spi);
	/* An inbound SA starts to decrypt, first of all what came for it since its SPI
	 * was given out: peers may be quicker than we (RFC 7296 2.8), and what they
	 * send is kept for a moment. An outbound one becomes current for its selector (an older one of that selector stays until deleted). 0 or -errno. */
	int (*add_sa)(void *k, const struct kernel_sa *sa);
	int (*del_sa)(void *k, enum sa_direction dir, uint32_t spi, const struct ip_addr *remote);
	bool (*counters)(void *k, enum sa_direction dir, uint32_t spi,
			 const struct ip_addr *remote, struct sa_counters *out);
	/* Takes over reading of a bound UDP 4500 socket (the caller still sends on
	 * it and still owns it). May be NULL: the caller reads. */
	int (*take_natt_socket)(void *k, int fd, const struct endpoint *local);
	void (*drop_natt_sockets)(void *k);	/* before they are closed */
	void (*drop_natt_socket)(void *k, const struct endpoint *local);	/* one of them */
	/* Prepares a bound IKE socket that the caller reads: it must pass the
	 * plane's own policies. 0 or -errno. May be NULL. */
	int (*prepare_socket)(void *k, int fd, const struct endpoint *local);
	const char *(*describe)(void *k);	/* "tun: ipsec0, 2 queues, mtu 1438" */
	void (*close)(void *k);
	/* New outer addresses for an SA (the peer's NAT moved it, MOBIKE); keys,
	 * numbers and window stay. Ports are those of the encapsulation in UDP; 0 in
	 * both: none from now on, which the TUN plane cannot. 0 or -errno; then the
	 * SA is where it was, or gone: replace it. In transport mode the XFRM plane
	 * changes ports alone. May be NULL: cannot. */
	int (*move_sa)(void *k, enum sa_direction dir, uint32_t spi,
		       const struct ip_addr *old_remote,
		       const struct endpoint *local,
		       const struct endpoint *remote);
	/* The device through which traffic of keyed pairs goes (MARK_TUN), which are
	 * pairs of hosts then; NULL: none. May be NULL: none. */
	const char *(*device)(void *k);
	/* A CPI for an inbound IPComp SA; 0 when there is none. It is ours until
	 * add_sa and del_sa, or free_cpi. Both NULL: nothing is compressed. */
	uint16_t (*alloc_cpi)(void *k);
	void (*free_cpi)(void *k, uint16_t cpi);
	/* These N selectors are left alone where they lie within what is encrypted:
	 * the narrower of two configured connections counts. Replaces the list before.
	 * 0, or -errno of the first that was refused. NULL: the trap alone decides what
	 * comes to the plane. */
	int (*set_bypass)(void *k, const struct selector *sel, size_t n);
};

struct kernel {			/* a plane in use */
	const struct kernel_ops *ops;
	void *k;
};

/* When that SA was last used, monotonic; 0: never, or it is not there. */
static inline uint64_t
kernel_last_used_ms(const struct kernel *k, enum sa_direction dir, uint32_t spi,
		    const struct ip_addr *remote)
{
	struct sa_counters n = { 0 };

	return k->ops->counters(k->k, dir, spi, remote, &n) ? n.last_used_ms : 0;
}

#endif
