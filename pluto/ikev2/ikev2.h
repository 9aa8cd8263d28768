/* The door of ikev2/: IKE SAs and Child SAs as an engine without I/O.
 *
 * Datagrams, time, finished crypto and looked-up keys go in; datagrams, kernel
 * operations, questions and events come out through struct ike_ports. Two
 * engines in one process, with a fake clock and kernel, are a whole network
 * (tests/exchange). Ids (serials, #1, #2 ... one counter for IKE and Child SAs)
 * are what others keep; an id that is gone is answered with false.
 *
 * Worked example, initiator:
 *
 *	ike_initiate(conn, owner 17)	IKE SA #1 is made, KE in the pool
 *	  send IKE_SA_INIT ... ike_receive(answer), shared secret in the pool
 *	  send IKE_AUTH    ... ike_receive(answer), signature verified in the pool
 *	  kernel->add_sa(in), add_sa(out); event IKE_EV_CHILD_UP(owner 17, #2)
 *
 * Responder: nothing is remembered before a cookie when it is busy; the shared
 * secret is computed only when IKE_AUTH arrives; the initiator's key is asked
 * through lookup_keys and the SA waits in IKE_AUTH_KEY_WAIT with a deadline.
 */
#ifndef PLUTO_IKEV2_IKEV2_H
#define PLUTO_IKEV2_IKEV2_H

#include "pluto/crypto/pool.h"
#include "pluto/ike.h"

struct ike_engine;

struct ike_config {
	unsigned cookie_threshold;	/* half-open SAs above which cookies are asked; 0: always (--force_busy) */
	unsigned max_half_open, max_sas;
	uint32_t retransmit_ms;		/* first; doubles; 500 */
	bool no_retransmits;		/* for tests: nothing is sent again */
	uint32_t retransmit_tries;	/* 12; of a handshake 7 at most */
	uint32_t half_open_ms;		/* a responder's SA without IKE_AUTH dies after; 10000 */
	uint32_t fragment_v4, fragment_v6;	/* IP datagram limits: 576 -> see RFC 7383; 1280 */
	uint32_t keepalive_ms;		/* of silence behind a NAT; 0: no keepalives */
	bool keepalive_always;		/* where no NAT was seen, too */
	bool encap_always;	/* the data plane needs UDP: claim a NAT, move to 4500 */
	/* The next serial; NULL: the engine counts itself. */
	uint64_t (*new_serial)(void *ctx);
};
struct ike_config ike_config_default(void);

struct ike_engine *ike_engine_new(const struct ike_ports *ports, const struct ike_config *cfg,
				  const struct kernel *kernel, struct pool *pool);
/* Without a word to peers; ike_shutdown first for deletes. */
void ike_engine_free(struct ike_engine *e);

/* Brings a Child SA up for CONN (both host addresses known); FLOW (may be NULL)
 * is the first packet. Joins an IKE SA with that peer that is up. Everything
 * ends, up or failed, within TIMEOUT_MS (0: by retransmission alone). Returns
 * the IKE SA's serial, 0 with a FAILED event when it cannot start. */
uint64_t ike_initiate(struct ike_engine *e, struct connection *c, const struct flow *flow,
		      uint64_t owner, uint32_t timeout_ms);
/* Forgets what OWNER started; a Child SA that is up stays. */
void ike_give_up(struct ike_engine *e, uint64_t owner);
void ike_receive(struct ike_engine *e, const struct endpoint *local,
		 const struct endpoint *remote, struct span datagram);
/* ESP with this SPI came from REMOTE and is nobody's: told inside the IKE SA that
 * is up with it (RFC 7296 1.5). False: there is none. */
bool ike_tell_inside(struct ike_engine *e, const struct ip_addr *local,
		     const struct ip_addr *remote, uint32_t spi);
/* Tells REMOTE that we have no SA for the ESP that it sends by SPI, as after a
 * restart. It need not believe it. Ten a second at most. */
void ike_tell_invalid_spi(struct ike_engine *e, const struct endpoint *local,
			  const struct endpoint *remote, uint32_t spi);
void ike_keys_found(struct ike_engine *e, uint64_t lookup, const struct peer_keys *keys);
void ike_run(struct ike_engine *e);	/* timers that are due */
/* The addresses at which we can be reached now, and after any change of them or
 * of routes. SAs move (RFC 4555) or, where the traffic inside hangs on an address
 * that is gone, end. */
void ike_addresses_changed(struct ike_engine *e, const struct ip_addr *ours, unsigned n_ours);

/* Deletes with the proper exchange. False: no such thing. */
bool ike_delete_serial(struct ike_engine *e, uint64_t serial);
unsigned ike_delete_conn(struct ike_engine *e, uint64_t conn_serial);	/* how many IKE SAs */
/* Deletes the opportunistic IKE SAs of anonymous peers that KEEP does not want
 * kept for one of their Child SAs. How many. */
typedef bool ike_keep_fn(void *ctx, const struct selector *sel);
unsigned ike_close_anonymous(struct ike_engine *e, ike_keep_fn *keep, void *ctx);
bool ike_rekey(struct ike_engine *e, uint64_t serial);	/* an IKE SA or a Child SA, now */
bool ike_liveness(struct ike_engine *e, uint64_t ike_serial);
/* That peer may be gone, somebody found: it is asked, in quick succession but not
 * often, and forgotten when it does not answer. */
void ike_doubt(struct ike_engine *e, const struct ip_addr *local, const struct ip_addr *remote);
void ike_soft_expired(struct ike_engine *e, uint32_t spi);	/* from the kernel */
/* The peer's ESP comes, authenticated, from a new address or port: when it is
 * behind a NAT, what we send goes there from now on (RFC 7296 2.23). */
void ike_peer_moved(struct ike_engine *e, uint32_t spi_in, const struct endpoint *remote);
/* The kernel has ended it: a Child SA is replaced, or goes down when it cannot. */
void ike_hard_expired(struct ike_engine *e, enum sa_direction dir, uint32_t spi,
		      const struct ip_addr *remote);
/* Sends deletes for all and forgets them. */
void ike_shutdown(struct ike_engine *e);

/* By serial, those above AFTER; FN returns false to stop. */
void ike_each_sa(struct ike_engine *e, uint64_t after, ike_sa_fn *fn, void *ctx);
void ike_each_child(struct ike_engine *e, uint64_t after, child_sa_fn *fn, void *ctx);
void ike_each_timer(struct ike_engine *e, ike_timer_fn *fn, void *ctx);	/* of SAs */
/* Is there a Child SA up for this pair? Its serial, or 0. */
uint64_t ike_child_for(struct ike_engine *e, const struct ip_addr *local, const struct ip_addr *remote);

struct ike_stats {
	uint64_t datagrams_in, datagrams_out, dropped_malformed, dropped_unknown_spi, cookies_sent,
		cookies_bad, retransmits, refused_half_open, ike_up, child_up, auth_failed,
		fragments_in, keepalives, ke_jobs, sign_jobs, verify_jobs;
	unsigned half_open_now, ike_now, child_now;
};
void ike_get_stats(const struct ike_engine *e, struct ike_stats *out);

#endif
