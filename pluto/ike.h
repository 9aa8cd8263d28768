/* What an IKE engine, of either version, asks of its world and tells it. Neither
 * engine knows the other; the wiring gives both the same ports. */
#ifndef PLUTO_IKE_H
#define PLUTO_IKE_H

#include "pluto/connection.h"
#include "pluto/crypto/sign.h"
#include "pluto/wire/ts.h"

enum ike_event_kind {
	IKE_EV_LINE,		/* progress, for watchers: stage and text */
	IKE_EV_ANSWERS,		/* the peer of an attempt is there; who it is comes next */
	IKE_EV_IKE_UP,		/* the peer is authenticated */
	IKE_EV_CHILD_UP,	/* installed in the kernel, both directions */
	IKE_EV_CHILD_DOWN,	/* gone, without a successor; TEXT says why */
	IKE_EV_CHILD_REKEYED,	/* CHILD has replaced OLD_CHILD */
	IKE_EV_IKE_DOWN,
	IKE_EV_MOVED,		/* an IKE SA is at LOCAL and REMOTE now, its Child SAs soon */
	IKE_EV_FAILED,		/* this attempt is over */
};

enum ike_failure {
	IKE_FAIL_NONE, IKE_FAIL_SILENT, IKE_FAIL_NO_PROPOSAL, IKE_FAIL_AUTH_PEER, /* he did not prove his key */
	IKE_FAIL_AUTH_US,	/* he says AUTHENTICATION_FAILED */
	IKE_FAIL_LATER,		/* he is there, and cannot say yes or no now */
	IKE_FAIL_TS, IKE_FAIL_CHILD, /* IKE SA stands, Child SA refused: notify says why */
	IKE_FAIL_NO_KEY,	/* no PSK, no private key, no key of the peer */
	IKE_FAIL_SYNTAX, IKE_FAIL_KERNEL, IKE_FAIL_INTERNAL, IKE_FAIL_CANCELLED,
	IKE_FAIL_MOVED,		/* our own address is gone */
};

struct ike_event {
	enum ike_event_kind kind;
	uint64_t owner;			/* as given to ike_initiate; 0: the peer began */
	uint64_t ike, child, old_child;	/* serials; 0: none */
	bool initiator;
	const struct connection *conn;	/* NULL before one is chosen */
	struct endpoint local, remote;
	struct selector sel;		/* CHILD_* */
	uint32_t spi_in, spi_out;
	const char *esp;		/* "aes_gcm256" */
	const char *key_source;		/* who vouched for the peer's key; NULL: PSK */
	bool anonymous;			/* the peer proved nothing (RFC 7619) */
	enum ike_failure failure;	/* FAILED; CHILD_DOWN: SILENT, MOVED, when that is why */
	uint16_t notify;		/* what the peer said; 0: nothing */
	const char *stage;		/* LINE: "ike", "auth", "child", "kernel" */
	const char *text;		/* LINE, FAILED: one sentence; CHILD_DOWN: why */
	int code;			/* whack code for LINE and FAILED */
};

/* Keys for a peer, as an answer to lookup_keys. */
struct peer_keys {
	struct pubkey keys[CONN_MAX_KEYS];	/* the engine takes references */
	unsigned n;
	const char *source;		/* static: "reverse map, DNSSEC secure" */
	const char *why_none;		/* a sentence when N is 0 */
	bool unknown;			/* DNS gave no answer: the next time there may be one */
	bool bogus;			/* ... one that nobody may believe */
	bool may_be_anonymous;		/* nobody vouches for a key that it should prove */
};

/* May the peer of an opportunistic SA have this pair of hosts? */
enum ike_client {
	IKE_CLIENT_NO,
	IKE_CLIENT_YES,
	IKE_CLIENT_LATER,	/* it is being asked; the message is to be ignored, and
				 * comes again */
};
struct ike_client_question {
	struct connection *conn;	/* of the IKE SA */
	const struct ident *remote_id;
	const struct endpoint *local, *remote;
	const struct pubkey *peer_key;	/* which it has proved; NULL: none */
	struct selector pair;		/* one host, ours or behind us, and one of theirs */
};

/* Who holds our private keys and shared secrets, which no engine ever sees. All of it runs
 * in workers of the pool, beside one another, with SECRETS for its first argument; what
 * comes back is the caller's, and empty when there is no such key or secret, or nobody
 * answers. */
struct ike_secrets {
	void *secrets;
	/* AUTH data of METHOD (sign.h) by our key with that FINGERPRINT. */
	struct chunk (*sign)(void *secrets, const char *fingerprint, uint8_t method,
			     sig_hash_set peer_hashes, struct span octets);
	/* SIG of IKEv1. */
	struct chunk (*sign_v1)(void *secrets, const char *fingerprint, struct span hash);
	/* AUTH data, and SKEYID of IKEv1, by the secret that LOCAL and REMOTE share (psk.h). */
	struct chunk (*psk_auth)(void *secrets, const struct ident *local,
				 const struct ident *remote, uint16_t prf, struct span octets);
	struct secret (*skeyid)(void *secrets, const struct ident *local,
				const struct ident *remote, uint16_t prf, struct span ni,
				struct span nr);
};

struct ike_ports {
	void *ctx;
	uint64_t (*now_ms)(void *ctx);
	void (*random)(void *ctx, void *buf, size_t len);
	/* DATAGRAM without the non-ESP marker; the port 4500 sender adds it. */
	void (*send)(void *ctx, const struct endpoint *local, const struct endpoint *remote,
		     struct span datagram);
	/* One octet 0xff, without a marker, from port 4500 (RFC 3948 2.3). */
	void (*keepalive)(void *ctx, const struct endpoint *local,
			  const struct endpoint *remote);
	/* Call ike_run no later than WHEN. */
	void (*wake_at)(void *ctx, uint64_t when_ms);
	/* Responder: who may this be? First with ids of type 0 (by addresses, at
	 * IKE_SA_INIT) and METHOD 0, then with the IDs and the AUTH method of
	 * IKE_AUTH: with AUTH_NULL what ID_REMOTE says means nothing (RFC 7619 2.2),
	 * and only a connection whose peer may be anonymous will do. A reference is
	 * returned, or NULL: NO_PROPOSAL_CHOSEN, later AUTHENTICATION_FAILED. */
	struct connection *(*find_connection)(void *ctx, const struct endpoint *local,
					      const struct endpoint *remote,
					      const struct ident *id_local,
					      const struct ident *id_remote, uint8_t method);
	/* Responder: C's peer, who has proved REMOTE_ID, asks for these selectors. A
	 * reference to the connection with the same ends that they fit best, or to C;
	 * NULL: it may have none of them. The port may be NULL: it is C. */
	struct connection *(*connection_for_ts)(void *ctx, struct connection *c,
						const struct ident *remote_id,
						const struct ts_list *local,
						const struct ts_list *remote);
	struct ike_secrets secrets;
	/* The key that we sign with for a connection; borrowed until this returns to the
	 * loop. NULL: we have none. */
	const struct pubkey *(*find_key)(void *ctx, const struct connection *c);
	/* Comes back through ike_keys_found, also before this returns; and not before it
	 * is known, too, who speaks for CLIENT (NULL: that is not asked). */
	void (*lookup_keys)(void *ctx, uint64_t lookup, const struct connection *c,
			    const struct ident *remote_id, const struct endpoint *remote,
			    const struct ip_addr *client);
	/* Responder: with YES, *OUT is a reference to the connection for that pair. NULL:
	 * a peer has its own address alone. */
	enum ike_client (*client)(void *ctx, const struct ike_client_question *q,
				  struct connection **out);
	void (*event)(void *ctx, const struct ike_event *e);
	/* IKEv1's XAUTH; NULL: none. As server: is PASSWORD that of USER? Comes back
	 * through v1_xauth_checked; as client: who are we to C's server, for OWNER who
	 * waits (0: nobody)? Through v1_xauth_answer. Both also before this returns. */
	void (*check_password)(void *ctx, uint64_t lookup, const struct connection *c,
			       struct span user, struct span password);
	void (*ask_password)(void *ctx, uint64_t lookup, const struct connection *c,
			     uint64_t owner);
	/* An address of ours from which a route leads to REMOTE: *LOCAL when it is
	 * one, else another into it. False: none. NULL: SAs never change address. */
	bool (*path)(void *ctx, const struct ip_addr *remote, struct ip_addr *local);
};

struct ike_sa_info {
	uint64_t serial;
	const struct connection *conn;
	struct endpoint local, remote;
	const char *state;		/* "IKE_ESTABLISHED" */
	const char *role;		/* "initiator", "responder" */
	char proposal[96];
	char peer_id[128];
	const char *key_source;
	bool anonymous;
	uint64_t age_s, rekey_in_s;
	bool nat_local, nat_remote;
};
struct child_sa_info {
	uint64_t serial, ike;
	const struct connection *conn;
	const char *state;
	struct selector sel;
	uint32_t spi_in, spi_out;
	bool anonymous;
	char proposal[96];
	struct sa_counters in, out;
	uint64_t age_s, rekey_in_s;
};
/* Something that happens at a time, for whack --listevents. */
struct ike_timer_info {
	const char *what;		/* "rekey", "liveness" */
	uint64_t serial;		/* of the IKE SA or the Child SA */
	const struct connection *conn;	/* may be NULL */
	uint64_t due_in_ms;
};
typedef bool ike_timer_fn(void *ctx, const struct ike_timer_info *i);
typedef bool ike_sa_fn(void *ctx, const struct ike_sa_info *i);
typedef bool child_sa_fn(void *ctx, const struct child_sa_info *i);

#endif
