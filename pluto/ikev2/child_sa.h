/* A Child SA's life: keys made, installed, replaced, deleted. */
#ifndef PLUTO_IKEV2_CHILD_SA_H
#define PLUTO_IKEV2_CHILD_SA_H

#include "pluto/ikev2/engine.h"

struct child_keymat;
struct negotiation;

enum child_sa_state {
	CHILD_UP,
	CHILD_REKEYING,		/* our rekey of it is in flight */
	CHILD_REKEYED,		/* the peer has replaced it and will delete it */
	CHILD_DELETING,		/* our Delete of it is in flight or waits */
	CHILD_N_STATES
};

struct child_sa {
	struct child_sa *next;		/* of the same IKE SA; or dead */
	struct ike_sa *ike;
	struct pair_link by_pair;
	uint64_t serial;
	enum child_sa_state state;
	struct connection *conn;	/* a reference */
	enum ipsec_mode mode;
	struct selector sel;
	uint32_t spi_in, spi_out, reqid;
	uint16_t cpi_in;		/* 0: no IPComp; the peer's is in chosen */
	struct endpoint local, remote;	/* as installed */
	bool encap, initiator;
	struct chosen chosen;
	uint16_t ke;			/* group of its own key exchange; 0: none */
	struct secret encr_out, integ_out;	/* until that half stands */
	bool in_installed, out_installed;
	enum ike_failure ends;		/* SILENT, MOVED: why it goes */
	bool told_gone;			/* its end, or its successor, was told */
	uint64_t successor;		/* serial that replaced it; 0: none */
	uint64_t peers_rekey;		/* serial that the peer's rekey of it made */
	uint8_t low_nonce[256];		/* lowest nonce of that rekey */
	uint16_t low_nonce_len;
	uint64_t up_ms;
	struct timer rekey, life;
	struct timer open;		/* when the outbound half is installed at last */
};

/* Derives keys from N and installs the inbound half under a fresh serial. N's
 * SPI is used up. NULL when the kernel or memory refuses. */
struct child_sa *child_sa_make(struct ike_sa *sa, struct negotiation *n, bool initiator,
			       struct span ni, struct span nr);
/* The inbound half; what the outbound one needs of K is kept. Keys of the exchange's
 * initiator protect what it sends. 0 or -errno. */
int child_sa_open_in(struct child_sa *c, const struct child_keymat *k);
/* Both halves out of the data plane, at once. */
void child_sa_close(struct child_sa *c);
/* The outbound half, at a responder before it answers: what the peer sends is
 * then never answered in the clear. 0 or -errno. */
int child_sa_open_out(struct child_sa *c);
/* The outbound half, if it is not there yet; then it is up: timers, and it replaces OLD (0: nothing) in
 * the event told to OWNER. 0 or -errno. */
int child_sa_start(struct child_sa *c, uint64_t owner, uint64_t old);
/* As the responder to a rekey of OLD (RFC 7296 2.8): the initiator can be sent
 * nothing by the new SA before it has read our answer. So it is up and told, but
 * OLD carries on until that is deleted, or for a second. 0 or -errno. */
int child_sa_take_over(struct child_sa *c, uint64_t old);
struct child_sa *child_sa_find(struct ike_engine *e, uint64_t serial);
struct child_sa *child_sa_by_out(struct ike_sa *sa, uint32_t spi_out);	/* of this IKE SA */
/* Tells CHILD_DOWN, or CHILD_REKEYED when another one carries on. Once. */
void child_sa_tell_gone(struct child_sa *c, const char *why);
/* Out of the kernel and all tables, told. WHY is static: "the peer deleted it". */
void child_sa_kill(struct child_sa *c, const char *why);
void child_sa_free(struct child_sa *c);
/* Another one that is up for the same selectors, the newest; or NULL. */
struct child_sa *child_sa_twin(const struct child_sa *c);
const char *child_sa_state_name(enum child_sa_state s);
const char *child_sa_proposal(const struct child_sa *c, char out[96]);
/* New outer addresses and encapsulation (RFC 7296 2.23, RFC 4555). One that the
 * kernel cannot move is replaced. C may be gone afterwards. */
void child_sa_move(struct child_sa *c, const struct endpoint *local,
		   const struct endpoint *remote, bool encap);

#endif
