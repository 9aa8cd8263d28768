/* pluto's side of the keeper: the process that holds private keys and shared secrets, so
 * that who reads bytes of the network has none of them in its memory.
 *
 * The functions that ask may run in any thread but the loop's; each waits for its
 * answer, for KEEPER_MS at most. A keeper that is late is killed: keeper_pidfd becomes
 * readable, as when it dies by itself, and whoever runs the loop starts another.
 */
#ifndef PLUTO_KEEPER_KEEPER_H
#define PLUTO_KEEPER_KEEPER_H

#include "lib/secret.h"
#include "lib/starter.h"
#include "pluto/crypto/sign.h"
#include "pluto/keeper/keys.h"

struct keeper;

enum { KEEPER_MS = 10000, KEEPER_LOAD_MS = 60000 };

struct keeper_stats {
	uint64_t asked, refused;	/* no such key or secret, or a wrong password */
	uint64_t unanswered;		/* it was gone, or late */
	uint64_t restarts;
	uint64_t keys, secrets;		/* that it has read */
	pid_t pid;			/* 0: it is not there */
};

/* CHANNELS questions at once, as many as there are workers. Copies; NULL: no memory. */
struct keeper *keeper_new(const char *secretsfile, const char *ipsecdir, unsigned channels);
/* Has it started; LOAD: it reads the files before it answers. 0 or -errno. */
int keeper_start(struct keeper *k, struct starter *st, bool load);
int keeper_pidfd(const struct keeper *k);
/* Takes leave of one that has ended; HOW says how. False: it has not. */
bool keeper_reap(struct keeper *k, char how[120]);
/* Whoever asks, now or later, gets no answer. NULL: fine. */
void keeper_stop(struct keeper *k);
/* Nobody may be asking any more; it ends by itself. NULL: fine. */
void keeper_free(struct keeper *k);
void keeper_get_stats(struct keeper *k, struct keeper_stats *out);

/* Reads the files anew, all or nothing; what it was told of them goes to NOTES, a line
 * each, and the public halves of the keys to KEYS; both are the caller's. False with a
 * sentence in ERR. */
bool keeper_load(struct keeper *k, struct key_list *keys, struct secret *notes, char *err,
		 size_t errlen);

/* As struct ike_secrets has them (ike.h), with a struct keeper for SECRETS. */
struct chunk keeper_sign(void *secrets, const char *fingerprint, uint8_t method,
			 sig_hash_set peer_hashes, struct span octets);
struct chunk keeper_sign_v1(void *secrets, const char *fingerprint, struct span hash);
struct chunk keeper_psk_auth(void *secrets, const struct ident *local, const struct ident *remote,
			     uint16_t prf, struct span octets);
struct secret keeper_skeyid(void *secrets, const struct ident *local, const struct ident *remote,
			    uint16_t prf, struct span ni, struct span nr);

/* XAUTH: is that the user's password? And how do we log in elsewhere, as USER (empty: as
 * the only one there is)? False: nobody knows. */
bool keeper_password(struct keeper *k, struct span user, struct span password);
bool keeper_login(struct keeper *k, struct span user, struct ident *name, struct secret *out);

#endif
