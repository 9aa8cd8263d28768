/* The door of ikev1/: ISAKMP SAs and the IPsec SAs that Quick Mode makes, as an
 * engine without I/O (RFC 2407, 2408, 2409), beside that of IKEv2 and with the
 * same ports.
 *
 * Worked example, initiator of Main Mode:
 *
 *	v1_initiate(conn, owner 17)	ISAKMP SA #1, cookies, MM1 goes out
 *	  MM2: a transform is chosen; a key pair in the pool, then MM3
 *	  MM4: the shared secret in the pool; SKEYID and what follows; MM5
 *	  MM6: the peer has proved itself: IKE_EV_IKE_UP
 *	  QM1, QM2, QM3: kernel->add_sa(in), add_sa(out); IKE_EV_CHILD_UP(owner 17, #2)
 *
 * Aggressive Mode, where a connection asks for it, is AM1 to AM3 in place of that; XAUTH
 * and Mode Config stand between the last of them and QM1 (after.h). Every message of
 * phase 1 that may come is a row of phase1_table.c.
 *
 * A responder remembers an SA from MM1 on, in bounded number and time, and never
 * sends on a timer: it repeats its answer when the request is repeated. QM3, which
 * nobody acknowledges, the initiator repeats a few times, until something comes by the
 * new pair; where it is lost the first packet that opens stands for it. IPsec SAs
 * outlive the ISAKMP SA that made them, as IKEv1 has it.
 */
#ifndef PLUTO_IKEV1_IKEV1_H
#define PLUTO_IKEV1_IKEV1_H

#include "pluto/crypto/pool.h"
#include "pluto/ike.h"

struct v1_engine;

struct v1_config {
	unsigned max_half_open, max_sas;
	uint32_t retransmit_ms;		/* first; doubles */
	uint32_t retransmit_tries;
	bool no_retransmits;		/* for tests: nothing is sent again */
	uint32_t half_open_ms;		/* an SA that is not established by then dies */
	uint32_t after_ms;		/* the same of XAUTH and Mode Config: somebody types */
	/* Octets of an IP packet; what is longer goes in parts, if the peer can. */
	uint32_t fragment_v4, fragment_v6;
	bool unique_ids;		/* an identity is at one address alone */
	bool encap_always;		/* the data plane needs UDP: claim a NAT */
	/* The next serial; NULL: the engine counts itself. */
	uint64_t (*new_serial)(void *ctx);
};
struct v1_config v1_config_default(void);

struct v1_engine *v1_engine_new(const struct ike_ports *ports, const struct v1_config *cfg,
				const struct kernel *kernel, struct pool *pool);
/* Without a word to peers; v1_shutdown first for deletes. */
void v1_engine_free(struct v1_engine *e);

/* As ike_initiate: brings a pair of SAs up for CONN, on an ISAKMP SA with that
 * peer that is there, or on a new one. Ends, up or failed, within TIMEOUT_MS (0:
 * by retransmission alone). The ISAKMP SA's serial, or 0 with a FAILED event. */
uint64_t v1_initiate(struct v1_engine *e, struct connection *c, uint64_t owner,
		     uint32_t timeout_ms);
void v1_give_up(struct v1_engine *e, uint64_t owner);
/* A datagram whose version is 1. */
void v1_receive(struct v1_engine *e, const struct endpoint *local,
		const struct endpoint *remote, struct span datagram);
void v1_keys_found(struct v1_engine *e, uint64_t lookup, const struct peer_keys *keys);
void v1_run(struct v1_engine *e);	/* timers that are due */
/* Answers of check_password and ask_password; a USER of no length: there is none,
 * and WHY says why. */
void v1_xauth_checked(struct v1_engine *e, uint64_t lookup, bool good);
void v1_xauth_answer(struct v1_engine *e, uint64_t lookup, struct span user,
		     struct span password, const char *why);

/* An ISAKMP SA with what it made, or one pair of SAs; told to the peer. */
bool v1_delete_serial(struct v1_engine *e, uint64_t serial);
unsigned v1_delete_conn(struct v1_engine *e, uint64_t conn_serial);
bool v1_rekey(struct v1_engine *e, uint64_t serial);
/* From the kernel: a limit of the SA with that SPI is near, or it is gone. */
void v1_soft_expired(struct v1_engine *e, uint32_t spi);
void v1_hard_expired(struct v1_engine *e, enum sa_direction dir, uint32_t spi,
		     const struct ip_addr *remote);
/* The addresses at which we can be reached now: SAs from others end. */
void v1_addresses_changed(struct v1_engine *e, const struct ip_addr *ours, unsigned n_ours);
/* A fault for tests: our second message of Main Mode is larger than any path. */
void v1_bust(struct v1_engine *e, bool initiator, bool responder);
void v1_shutdown(struct v1_engine *e);

/* By serial, those above AFTER; FN returns false to stop. */
void v1_each_sa(struct v1_engine *e, uint64_t after, ike_sa_fn *fn, void *ctx);
void v1_each_child(struct v1_engine *e, uint64_t after, child_sa_fn *fn, void *ctx);
void v1_each_timer(struct v1_engine *e, ike_timer_fn *fn, void *ctx);	/* of SAs */
/* Is a pair of SAs up between these two? Its serial, or 0. */
uint64_t v1_child_for(struct v1_engine *e, const struct ip_addr *local,
		      const struct ip_addr *remote);

struct v1_stats {
	uint64_t datagrams_in, datagrams_out, dropped_malformed, dropped_unknown, refused_half_open,
		repeated, retransmits, isakmp_up, child_up, auth_failed;
	unsigned half_open_now, isakmp_now, child_now;
};
void v1_get_stats(const struct v1_engine *e, struct v1_stats *out);

#endif
