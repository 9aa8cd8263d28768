/* An IKE SA's life: made, found by our own SPI, up, down, freed. */
#ifndef PLUTO_IKEV2_IKE_SA_H
#define PLUTO_IKEV2_IKE_SA_H

#include "pluto/crypto/ke.h"
#include "pluto/crypto/prf.h"
#include "pluto/ikev2/child_sa.h"
#include "pluto/ikev2/msgid.h"

enum sa_role { SA_INITIATOR, SA_RESPONDER };

enum ike_sa_state {
	IKE_NEW,		/* its first message is being made */
	IKE_SA_INIT_SENT,
	IKE_SA_INIT_ANSWERED,	/* responder: half-open */
	IKE_AUTH_SENT,
	IKE_AUTH_KEY_WAIT,	/* AUTH is in hand, the key is being looked up */
	IKE_ESTABLISHED,
	IKE_REKEYED,		/* has a successor; waits for its deletion */
	IKE_DELETING,
	IKE_GONE,		/* waits for its memory to be freed */
	IKE_N_STATES
};

/* A message on which work goes on in the pool or in DNS (STEP_WAIT). */
struct held_msg {
	const struct exchange_row *row;	/* NULL: nothing is held */
	struct ike_hdr hdr;
	struct chunk plain;		/* owned: inner payloads, or the clear message */
	uint8_t first;
	unsigned stage;			/* how far the row's function has come */
	struct endpoint local, remote;
	uint64_t hash;
};

/* Something that we want to do when the window is free. */
enum task_kind { TASK_NONE, TASK_SA_INIT, TASK_AUTH, TASK_CHILD_NEW, TASK_CHILD_REKEY,
	TASK_CHILD_DELETE, TASK_IKE_REKEY, TASK_IKE_DELETE, TASK_LIVENESS, TASK_MOBIKE,
	TASK_INVALID_SPI };

struct task {
	struct task *next;
	enum task_kind kind;
	uint64_t child;			/* serial of the Child SA concerned; TASK_INVALID_SPI: the SPI */
	uint64_t owner;
	struct connection *conn;	/* a reference; TASK_CHILD_NEW */
	uint16_t notify;		/* with TASK_IKE_DELETE: say why */
	uint16_t group;			/* of the next KE; 0: the first allowed */
	unsigned tries;
	uint64_t not_before_ms;
};

struct mobike;

/* What one CREATE_CHILD_SA exchange, of either side, is about. */
/* How long an SA that the peer has replaced waits for its Delete: as long as peers ask
 * again, because one that has not read our answer knows no other SA. */
enum { SUPERSEDED_MS = 180000 };

struct negotiation {
	struct task task;
	struct chunk ni, nr;		/* owned */
	struct ke_pair *ke;		/* owned; NULL without PFS or in the pool */
	uint16_t group;
	struct chunk public_ke;		/* owned: our half as sent */
	struct secret shared;
	uint32_t spi_in;		/* allocated, not yet installed; 0: none */
	uint16_t cpi_in;		/* the same, of IPComp */
	struct chosen chosen;
	struct selector sel;
	bool transport;
	bool natted;			/* the peer sees other addresses than SEL's: SAID's */
	struct selector said;
	uint64_t made_before;		/* serials up to this are older than the request */
	bool unread;			/* the peer made what we rekey, and may not know it yet */
	uint64_t peers_rekey;		/* serial that the peer's rekey of the same Child SA
					 * made meanwhile, kept when that one is gone */
	uint8_t low_nonce[256];		/* lowest nonce of that rekey */
	uint16_t low_nonce_len;
};

/* DNS is asked whether it names the peer's key still: verify.h. */
enum verify { VERIFY_NOT, VERIFY_THEN_STAY, VERIFY_THEN_REKEY };

/* Only until the IKE SA is up. */
struct handshake {
	struct chunk init_i, init_r;	/* owned: both final IKE_SA_INIT messages */
	struct chunk ni, nr, peer_ke;	/* owned */
	struct ke_pair *ke;		/* owned; NULL while in the pool */
	uint16_t group;
	unsigned ke_rounds, cookie_rounds;
	uint8_t cookie[COOKIE_MAX];
	uint8_t cookie_len;
	bool keys_asked;		/* SKEYSEED is being computed */
	struct chunk early[SK_MAX_FRAGMENTS];	/* owned: IKE_AUTH before the keys */
	unsigned n_early;
	size_t early_bytes;
	struct endpoint early_local, early_remote;
	uint16_t peer_hashes;		/* SIGNATURE_HASH_ALGORITHMS; 0: not sent */
	struct peer_keys found;		/* what the lookup gave; references */
	bool looked_up, initial_contact;
	struct ip_addr client;		/* for whom the peer speaks beside itself; or IP_NONE */
	struct flow flow;
	uint16_t remembered;		/* an unauthenticated error notify */
	uint64_t owner;
	char why[200];			/* what went wrong, for the failure's text */
	struct negotiation child;	/* the first Child SA */
};

struct ike_sa {
	struct ike_engine *e;
	struct ike_sa *next_dead;
	struct pair_link by_pair;
	uint64_t serial;
	enum sa_role role;
	enum ike_sa_state state;	/* assigned by ike_step.c only */
	uint8_t spi_i[8], spi_r[8];
	struct endpoint local, remote;
	struct connection *conn;	/* a reference; NULL at first */
	struct chosen chosen;
	struct ike_keymat keys;
	struct sealer *seal, *open;	/* owned: ours, the peer's direction */
	struct msgid_ours ours;
	struct msgid_theirs theirs;
	struct sk_reassembly *fragments[2];	/* owned, on demand: of requests, answers */
	struct held_msg held[2];	/* requests, answers */
	struct handshake *hs;		/* owned; NULL once up */
	struct negotiation *mine;	/* owned: our request in flight */
	struct negotiation *yours;	/* owned: the peer's, with work in the pool */
	struct task *tasks;		/* owned: not yet begun */
	unsigned n_tasks;
	struct child_sa *children;	/* owned; newest first */
	bool fragmentation, natt, nat_local, nat_remote, encap;
	struct mobike *mobike;		/* owned; NULL: stays where it is */
	struct ident id_local, id_remote;
	const char *key_source;		/* who vouched for the peer; NULL: PSK */
	struct pubkey peer_key;		/* that proved itself; kind NONE: PSK, or nothing */
	bool anonymous;			/* the peer proved nothing (RFC 7619) */
	uint64_t successor;		/* serial of the IKE SA that the peer's rekey made */
	uint8_t low_nonce[2][256];	/* lowest nonce of our, of the peer's rekey */
	uint16_t low_nonce_len[2];
	bool unwanted;			/* an heir that is to be closed once it has keys */
	bool heir;			/* made by a rekey; its path and peer come with its keys */
	bool undecided;			/* made by the peer's rekey while ours is under way */
	bool announced;			/* IKE_EV_IKE_UP was told */
	bool twin_rule;			/* the peer settles twins as we do */
	unsigned twin_looks;		/* at what came in, while it is open which one stays */
	uint64_t twin_in;		/* packets that had come in at the last look */
	bool suspect;			/* a hint says that the peer has forgotten us */
	enum verify verify;
	bool in_tables, half_open, by_init;
	uint64_t up_order;		/* counts establishments: which is the newest */
	uint64_t created_ms, up_ms, heard_ms, sent_ms, hint_ms;
	struct timer life, rekey, dpd, again, twin, keepalive, idle;
};

/* A new SA with a fresh SPI of our own; NULL at the limit or without memory.
 * SPI_I is the initiator's, for a responder. CONN is referenced. */
struct ike_sa *ike_sa_new(struct ike_engine *e, enum sa_role role, const uint8_t *spi_i,
			  struct connection *conn, const struct endpoint *local,
			  const struct endpoint *remote);
struct ike_sa *ike_sa_find(struct ike_engine *e, uint64_t serial);	/* not when gone */
struct ike_sa *ike_sa_by_spi(struct ike_engine *e, const uint8_t own[8]);
/* The newest established one between two addresses that serves CONN, or NULL. */
struct ike_sa *ike_sa_for(struct ike_engine *e, const struct connection *conn);
bool ike_sa_same_policy(const struct ike_sa *sa, const struct connection *conn);
void ike_sa_set_conn(struct ike_sa *sa, struct connection *conn);	/* takes a reference */
/* Keys are there: both directions' sealers. 0 or -ENOMEM. */
int ike_sa_make_sealers(struct ike_sa *sa);
/* ESP must be in UDP, NAT or not: the data plane or the connection says so. */
bool ike_sa_encap_forced(const struct ike_sa *sa);
/* The handshake is over: its memory goes, timers start. */
void ike_sa_up(struct ike_sa *sa);
/* Takes it out of everything at once, children too; freed later. Events tell.
 * WHY goes to attempts that waited for it. */
void ike_sa_kill(struct ike_sa *sa, enum ike_failure why, uint16_t notify);
/* Says goodbye first: children go at once, a Delete is sent; NOTIFY (0: none)
 * goes with it. */
void ike_sa_close(struct ike_sa *sa, uint16_t notify);
/* All Child SAs now belong to HEIR. */
void ike_sa_inherit(struct ike_sa *from, struct ike_sa *heir);
void ike_sa_free(struct ike_sa *sa);
const uint8_t *ike_sa_own_spi(const struct ike_sa *sa);
const char *ike_sa_state_name(enum ike_sa_state s);
void negotiation_clear(struct ike_engine *e, struct negotiation *n);
void handshake_free(struct ike_engine *e, struct handshake *h);

#endif
