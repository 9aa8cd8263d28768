/* The engine's inside: its tables, its SAs and their timers; for ikev1/ only. */
#ifndef PLUTO_IKEV1_INSIDE_H
#define PLUTO_IKEV1_INSIDE_H

#include "lib/heap.h"
#include "lib/log.h"
#include "lib/table.h"
#include "pluto/crypto/pool_jobs.h"
#include "pluto/crypto/v1_keymat.h"
#include "pluto/ikev1/ikev1.h"
#include "pluto/wire/v1_msg.h"
#include "pluto/wire/v1_sa.h"

enum { COOKIE_LEN = 8, NONCE_LEN = 32, MESSAGE_ROOM = 8192, HOUR_MS = 3600000 };

struct isakmp;
struct quick;
struct after;
struct leases;
struct fragments;
struct v1_job;

struct timer {
	struct heap_node node;
	void (*fire)(struct v1_engine *e, struct timer *t);
};

struct v1_engine {
	struct ike_ports ports;
	struct v1_config cfg;
	struct kernel kernel;
	bool bust_i, bust_r;		/* v1_bust */
	struct pool *pool;
	struct heap timers;
	struct table by_cookies;	/* ISAKMP SAs by our own cookie */
	struct table by_init;		/* half-open responders by the other's cookie */
	struct table by_serial;
	struct isakmp *all;		/* newest first */
	struct v1_child *children;	/* newest first */
	struct v1_attempt *attempts;
	struct isakmp *dead;		/* freed when the outermost call returns */
	struct v1_child *dead_children;
	struct pool_jobs jobs;
	size_t fragment_bytes;		/* in all SAs' fragments */
	struct leases *leases;		/* addresses given out; NULL: none yet */
	unsigned depth;
	uint64_t last_serial;
	struct v1_stats stats;
	uint64_t refused_ms;		/* when a first message was refused last */
	struct log_limit bad_limit, refuse_limit;
};

/* The last message of an exchange, to be sent again: by our timer when it asks,
 * by the peer's repetition when it answers. */
struct sent {
	struct chunk datagram;		/* owned */
	unsigned tries, repeats;
	uint64_t first_ms;
	struct timer timer;
};

enum sa_role { SA_INITIATOR, SA_RESPONDER };

enum isakmp_state {
	ISAKMP_NEW,	/* a first message has come, and is not answered yet */
	MAIN_I1,	/* MM1 is out */
	MAIN_I2,	/* MM3 */
	MAIN_I3,	/* MM5 */
	MAIN_R1,	/* MM2 */
	MAIN_R2,	/* MM4 */
	AGGR_I1,	/* AM1 is out, or about to be */
	AGGR_R1,	/* AM2 is out */
	ISAKMP_UP,
	ISAKMP_GONE,
	ISAKMP_N_STATES
};

struct phase1_row;

/* What only phase 1 needs. */
struct phase1 {
	struct chunk sai_b, idi_b, idr_b;	/* owned: bodies, as they were sent */
	struct v1_chosen1 chosen;		/* as responder; borrows from sai_b */
	struct ke_pair *ke;
	struct chunk ke_peer, ni, nr;		/* owned */
	const struct phase1_row *row;		/* the message at work; NULL: none */
	uint64_t row_hash;			/* of its datagram */
	uint8_t row_iv[V1_BLOCK_MAX];		/* the chain's next, once it is accepted */
	bool row_has_iv;
	struct endpoint row_local, row_remote;
	struct chunk peer_auth;			/* owned: the peer's HASH or SIG */
	bool looking;
	bool contact;			/* INITIAL-CONTACT stood beside the peer's proof */
	/* What goes out once our own proof is made; NULL: nothing. */
	bool (*sending)(struct isakmp *sa, struct span proof);
	char why[160];
};

struct isakmp {
	struct v1_engine *e;
	struct isakmp *next, *next_dead;
	uint64_t serial;
	enum sa_role role;
	uint8_t exchange;		/* V1_MAIN or V1_AGGRESSIVE */
	enum isakmp_state state;
	uint8_t cky_i[COOKIE_LEN], cky_r[COOKIE_LEN];
	struct endpoint local, remote;
	struct connection *conn;	/* a reference */
	uint64_t owner;			/* who waits; 0: nobody */
	struct phase1 *p1;		/* NULL once it is up */
	uint16_t encr, encr_bits, prf, ke, auth;	/* chosen */
	struct v1_keymat keys;
	uint8_t iv[V1_BLOCK_MAX];	/* of phase 1's chain; its last one stays */
	bool has_keys;
	bool peer_natt, peer_dpd, peer_fragments, peer_xauth, peer_terse, nat_local, nat_remote, encap;
	struct ident id_local, id_remote;
	const char *key_source;		/* NULL: PSK */
	struct pubkey peer_key;		/* that it proved; kind NONE: PSK */
	uint64_t last_in;		/* hash of the message that was accepted last */
	struct sent out;
	struct timer life, rekey, dpd;
	uint64_t begun_ms, up_ms, heard_ms;
	uint64_t replaces;		/* serial of the one that goes once this is up; 0 */
	uint32_t dpd_ours, dpd_theirs;	/* sequence numbers */
	unsigned dpd_asked;
	bool told_up;
	struct fragments *fragments;	/* owned: of a message that is not whole yet */
	uint16_t last_fragments;	/* id of what we have sent in parts */
	struct after *after;		/* owned; NULL: nothing follows phase 1 */
	struct ip_addr leased;		/* what the peer was given; IP_NONE: nothing */
	struct quick *quicks;		/* owned */
	unsigned n_quicks;
};

enum v1_child_state { V1_CHILD_UP, V1_CHILD_REKEYED, V1_CHILD_GONE };

/* A pair of IPsec SAs. */
struct v1_child {
	struct v1_engine *e;
	struct v1_child *next;
	uint64_t serial, isakmp;	/* who made it */
	uint64_t peer;			/* isakmp_peer of that */
	enum v1_child_state state;
	struct connection *conn;	/* a reference */
	struct endpoint local, remote;
	struct selector sel;
	enum ipsec_mode mode;
	struct chosen chosen;
	uint32_t spi_in, spi_out, reqid;
	uint16_t cpi_in;		/* 0: no IPComp; the peer's is in chosen */
	bool encap, initiator, in_installed, out_installed, told;
	enum ike_failure ends;		/* SILENT, MOVED: why it goes */
	bool wants_rekey;		/* as soon as there is an ISAKMP SA again */
	struct secret out_keys;		/* until v1_child_start */
	const char *key_source;
	uint64_t up_ms;
	struct timer rekey, life, idle;
};

/* v1_engine.c */
void v1_enter(struct v1_engine *e);
void v1_leave(struct v1_engine *e);
uint64_t v1_now(const struct v1_engine *e);
uint64_t v1_new_serial(struct v1_engine *e);
void v1_random(struct v1_engine *e, void *buf, size_t len);
uint32_t v1_random_below(struct v1_engine *e, uint32_t n);
void v1_send(struct v1_engine *e, const struct endpoint *local, const struct endpoint *remote,
	     struct span datagram);
void v1_timer_set(struct v1_engine *e, struct timer *t, uint64_t when_ms);
void v1_timer_stop(struct v1_engine *e, struct timer *t);

/* isakmp.c: NULL when there are too many, or memory is out. */
struct isakmp *isakmp_new(struct v1_engine *e, struct connection *c, enum sa_role role,
			  uint8_t exchange, const struct endpoint *local,
			  const struct endpoint *remote);
int isakmp_index(struct isakmp *sa);	/* once its own cookie is set */
void isakmp_become(struct isakmp *sa, enum isakmp_state next);
struct isakmp *isakmp_find(struct v1_engine *e, uint64_t serial);
struct isakmp *isakmp_by_cookies(struct v1_engine *e, const uint8_t cky_i[8],
				 const uint8_t cky_r[8]);
struct isakmp *isakmp_half_open(struct v1_engine *e, const uint8_t cky_i[8],
				const struct endpoint *remote);
/* The newest that is up with that peer under a connection of that name. */
struct isakmp *isakmp_for(struct v1_engine *e, const struct connection *c);
/* The one under which C's peer is spoken to, or one that is about to be. */
struct isakmp *isakmp_of(const struct v1_child *c);
/* Both identities as one number, secret to this process. */
uint64_t isakmp_peer(const struct isakmp *sa);
/* Is there no other with that peer's address? Then it is told so. */
bool isakmp_is_first(const struct isakmp *sa);
/* The peer knows nothing of what there was before SA was begun (RFC 2407 4.6.3.3). */
void isakmp_forget_older(struct isakmp *sa);
/* Those of the same two identities with another address of the peer are deleted. */
void isakmp_end_elsewhere(struct isakmp *sa);
/* It and the pairs of its connection, told to the peer. */
void isakmp_delete(struct isakmp *sa);
/* Tells whoever waits, and goes. What Quick Mode made stays. */
void isakmp_kill(struct isakmp *sa, enum ike_failure why, uint16_t notify);
void isakmp_free(struct isakmp *sa);
const char *isakmp_state_name(enum isakmp_state s);
void isakmp_established(struct isakmp *sa);
/* ESP must be in UDP, NAT or not: the data plane or the connection says so. */
bool isakmp_encap_forced(const struct isakmp *sa);
/* frag.c: to the peer, in parts when it is long and the peer can put them together. */
void isakmp_send(struct isakmp *sa, struct span datagram);
/* The same once more, unless the configuration says that nothing is. */
void isakmp_send_again(struct isakmp *sa, struct span datagram);
/* Quick Mode may begin: what follows phase 1 is done too. */
bool isakmp_ready(const struct isakmp *sa);
void isakmp_become_ready(struct isakmp *sa);
/* The peer has shown that it has our keys: phase 1 is over for it too. */
void isakmp_heard(struct isakmp *sa);
/* Of Aggressive Mode the last message is the initiator's, and nobody answers it:
 * it goes out again while the peer has not been heard since. */
void isakmp_repeat_last(struct isakmp *sa);

/* sent.c */
void sent_request(struct isakmp *sa, struct sent *s, struct chunk datagram,
		  void (*fire)(struct v1_engine *e, struct timer *t));
void sent_answer(struct isakmp *sa, struct sent *s, struct chunk datagram);
/* Again, unless that was often enough already. */
bool sent_repeat(struct isakmp *sa, struct sent *s);
void sent_clear(struct v1_engine *e, struct sent *s);
/* When S is due next; 0: it was tried often enough. */
uint64_t sent_next(struct isakmp *sa, struct sent *s);

/* event.c */
void v1_line(struct isakmp *sa, uint64_t owner, int code, const char *stage, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
void v1_tell_isakmp(struct isakmp *sa, enum ike_event_kind kind);
void v1_tell_child(struct v1_child *c, enum ike_event_kind kind, uint64_t owner, uint64_t old,
		   const char *text);
void v1_tell_failed(struct v1_engine *e, uint64_t owner, uint64_t serial, struct connection *c,
		    enum ike_failure why, uint16_t notify, const char *text);

#endif
