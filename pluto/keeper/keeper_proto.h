/* What pluto asks the keeper of the keys, and what it answers: one record each way over a
 * channel, which has one question at a time. Neither believes what the other says: each
 * field has a bound, and is there only where its kind has it. */
#ifndef PLUTO_KEEPER_PROTO_H
#define PLUTO_KEEPER_PROTO_H

#include "lib/ipc.h"
#include "lib/secret.h"
#include "pluto/crypto/sign.h"
#include "pluto/wire/ident.h"

enum keeper_kind {
	KEEPER_LOAD = 1,	/* read the files again: all or nothing */
	KEEPER_KEY,		/* the public half of the key INDEX, and whose it is */
	KEEPER_SIGN,		/* AUTH data of METHOD over A by the key FINGERPRINT */
	KEEPER_SIGN_V1,		/* SIG of IKEv1 over the hash A */
	KEEPER_PSK_AUTH,	/* AUTH data over A by the secret of LOCAL and REMOTE */
	KEEPER_SKEYID,		/* SKEYID by that secret; A and B are the nonces */
	KEEPER_PASSWORD,	/* is B the password of the user A? */
	KEEPER_LOGIN,		/* user and password, by which we log in elsewhere */
	KEEPER_KINDS
};

enum { KEEPER_MAX_IDS = 32, KEEPER_MAX_TEXT = 600 };

struct keeper_request {
	enum keeper_kind kind;
	uint64_t id;			/* said again in the answer */
	uint64_t generation, index;	/* as LOAD has told; from 0 */
	char fingerprint[sizeof(((struct pubkey *)0)->fingerprint)];
	uint8_t method;
	sig_hash_set hashes;
	uint16_t prf;
	struct ident local, remote;	/* type 0: not known */
	struct span a, b;		/* borrowed */
};

struct keeper_answer {
	enum keeper_kind kind;
	uint64_t id;
	bool ok;
	uint64_t generation, keys, secrets;	/* LOAD: how many there are */
	char text[KEEPER_MAX_TEXT];	/* LOAD: what is wrong; KEY: where it is written */
	uint8_t alg;			/* KEY: of IPSECKEY */
	struct ident ids[KEEPER_MAX_IDS];	/* KEY: whose; LOGIN: the user */
	unsigned n_ids;
	struct secret bytes;		/* owned. LOAD: lines for the log; KEY: as in DNS */
};

/* Into BUF; empty when it does not fit. */
struct span keeper_request_write(const struct keeper_request *r, void *buf, size_t max);
struct span keeper_answer_write(const struct keeper_answer *a, void *buf, size_t max);
/* False: it is not one. R borrows from RECORD; A is the caller's, to be freed in any case. */
bool keeper_request_read(struct span record, struct keeper_request *r);
bool keeper_answer_read(struct span record, struct keeper_answer *a);
void keeper_answer_free(struct keeper_answer *a);

#endif
