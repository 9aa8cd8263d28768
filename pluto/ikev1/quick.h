/* Quick Mode: a pair of IPsec SAs is agreed under an ISAKMP SA (RFC 2409 5.5). */
#ifndef PLUTO_IKEV1_QUICK_H
#define PLUTO_IKEV1_QUICK_H

#include "pluto/ikev1/inside.h"

enum quick_state {
	QUICK_I1,	/* QM1 is out, or about to be */
	QUICK_I2,	/* QM3 is out; kept a while, should the peer repeat QM2 */
	QUICK_R1,	/* QM2 is out, or about to be */
	QUICK_R2,	/* QM3 has come; kept a while, should it come again */
};

enum { QUICKS_MAX = 64, QUICK_LINGER_MS = 30000 };

struct quick {
	struct quick *next;
	struct isakmp *sa;
	uint32_t msgid;
	enum quick_state state;
	bool busy;			/* work is in the pool */
	uint8_t iv[V1_BLOCK_MAX];
	struct connection *conn;	/* a reference */
	uint64_t owner, old;		/* who waits; which pair it replaces; 0: none */
	struct ke_pair *ke;
	struct chunk ni, nr, ke_peer;	/* owned */
	struct secret shared;		/* g(qm)^xy; empty without PFS */
	struct chosen chosen;
	struct chunk answer;		/* owned: the body of our SA payload as responder */
	struct chunk ids;		/* owned: the peer's ID payloads, to be echoed */
	struct selector sel;
	bool transport;
	uint32_t spi_in;		/* ours until a pair has it; 0: none */
	uint16_t cpi_in;		/* the same, of IPComp */
	uint64_t child;			/* serial of what it made */
	uint64_t last_in;
	struct sent out;
	struct timer life;
	struct timer look;		/* as responder: has the peer sent by the new pair? */
};

/* Begins one as initiator: for CONN, for OWNER, instead of the pair OLD. */
bool quick_begin(struct isakmp *sa, struct connection *c, uint64_t owner, uint64_t old);
/* RFC 3715 2.1: a NAT changes what AH protects, and who is behind it knows. */
bool quick_ah_behind_nat(const struct isakmp *sa, const struct connection *c);
void quick_receive(struct isakmp *sa, const struct ike_hdr *h, struct span datagram,
		   const struct endpoint *local, const struct endpoint *remote, uint64_t hash);

/* quick.c, for both sides. */
struct quick *quick_new(struct isakmp *sa, struct connection *c, uint32_t msgid,
			enum quick_state state);
struct quick *quick_find(struct isakmp *sa, uint32_t msgid);
void quick_end(struct quick *q);	/* without a word */
/* The same, and the pair that it has made goes, unless that is up. */
void quick_abandon(struct quick *q);
/* Whoever waits is told, and it ends. */
void quick_fail(struct quick *q, enum ike_failure why, uint16_t notify);
/* The message that was sent last, once more; a timer's function. */
void quick_again(struct v1_engine *e, struct timer *t);
/* It has done its work and answers repetitions for a while. */
void quick_linger(struct quick *q, enum quick_state state);
uint16_t quick_group(const struct quick *q);	/* of PFS; 0: without */
struct v1_phase2 quick_wanted(const struct quick *q);
/* The selectors that CONN stands for between these two. */
struct selector quick_limit(const struct isakmp *sa, const struct connection *c);
/* An SPI for what CONN wants, and a CPI if COMPRESS; false: there is none. */
/* Transport mode where a NAT may be: each end speaks of the addresses that it sees
 * (RFC 3947 5.2). */
bool quick_through_nat(const struct quick *q);
/* The hosts in S, which the peer has sent, by the addresses of the packets then. */
void quick_put_hosts(const struct quick *q, struct selector *s);
/* NAT-OA of both. */
void quick_put_addresses(const struct quick *q, struct ike_build *b, bool initiator);
bool quick_take_numbers(struct quick *q, bool compress);
struct span quick_spi(const struct quick *q, uint8_t out[4]);
/* HASH, then INNER, sealed. */
struct chunk quick_message(struct quick *q, const uint8_t *hash, size_t len, struct ike_build *in);
/* prf(SKEYID_a, 0 | M-ID | Ni | Nr). */
size_t quick_hash3(const struct quick *q, uint8_t out[V1_HASH_MAX]);
/* The payloads behind HASH, once that is right; *PLAIN is owned by the caller. */
bool quick_open(struct quick *q, const struct ike_hdr *h, struct span datagram, struct chunk *plain,
		struct v1_chain *in, uint8_t next_iv[V1_BLOCK_MAX]);
bool quick_hash_is(const struct v1_chain *in, const uint8_t *hash, size_t len);
/* IDci and IDcr as selectors seen from here; without them, the hosts. */
bool quick_read_ids(const struct quick *q, const struct v1_chain *in, bool from_initiator,
		    struct selector *out);
/* The nonce, and with PFS the key exchange value, into Q. */
bool quick_take_ke(struct quick *q, const struct v1_chain *in, struct chunk *nonce);

/* quick_i.c, quick_r.c: what comes to Q. */
void quick_i_receive(struct quick *q, const struct ike_hdr *h, struct span datagram);
void quick_r_receive(struct quick *q, const struct ike_hdr *h, struct span datagram);
/* The peer has deleted OLD: if a Quick Mode under SA was to replace it, the peer has
 * the new pair, whether QM3 has come or not. */
void quick_r_old_deleted(struct isakmp *sa, const struct v1_child *old);

#endif
