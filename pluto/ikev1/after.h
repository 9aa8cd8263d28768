/* What follows phase 1 before Quick Mode, where a connection has it: XAUTH, then
 * Mode Config, each in Transaction exchanges under the ISAKMP SA.
 *
 *	server  REQUEST user, password	client  REPLY
 *	server  SET status		client  ACK
 *	pushed:	server  SET address	client  ACK
 *	pulled:	client  REQUEST address	server  REPLY
 */
#ifndef PLUTO_IKEV1_AFTER_H
#define PLUTO_IKEV1_AFTER_H

#include "pluto/ikev1/inside.h"
#include "pluto/wire/v1_cfg.h"

enum after_stage { AFTER_XAUTH, AFTER_MODECFG, AFTER_DONE };
enum { XAUTH_PASSWORD_MAX = 1024 };

/* One side's exchange: its number and its chain of IVs. */
struct trans {
	uint32_t msgid;			/* 0: none yet */
	uint8_t iv[V1_BLOCK_MAX];
	uint16_t id;			/* of the attributes payload */
	struct sent out;		/* our message in it */
};

struct after {
	enum after_stage stage;
	struct trans ours, theirs;	/* who asked */
	bool asking;			/* ours waits for its answer */
	uint64_t last_in;		/* hash of their last request */
	bool working;			/* a password is checked, or asked for */
	bool says_type;			/* the server's request had XAUTH-TYPE */
	bool passed, refused;		/* what the server's SET says; then it waits for ACK */
	struct timer deadline;
	bool owns_conn;			/* SA's connection is its alone */
	char user[CONN_USER_MAX + 1];	/* the server's: who that says he is */
	char why[120];
};

/* after.c: SA is established. */
void after_begin(struct isakmp *sa);
void after_next(struct isakmp *sa);	/* the stage is over */
bool after_done(const struct isakmp *sa);
/* WHY is told to whoever waits; the peer is told too. */
void after_fail(struct isakmp *sa, enum ike_failure f, const char *why);
const char *after_why(const struct isakmp *sa);
void after_end(struct isakmp *sa);	/* its timers; after_free the rest */
void after_free(struct isakmp *sa);
/* SA's connection, now one of its own that may be changed; NULL: no memory. */
struct connection *after_own_conn(struct isakmp *sa);
/* The connection of Quick Modes for C: SA's own, if it has one. */
struct connection *isakmp_conn(struct isakmp *sa, struct connection *c);

/* trans.c */
void trans_receive(struct isakmp *sa, const struct ike_hdr *h, struct span datagram);
/* Asks with the attributes in B, again and again, until the answer comes. False: no
 * memory, and the SA goes. */
bool trans_ask(struct isakmp *sa, struct ike_build *b);
/* Answers what they asked last, and repeats that when asked again. */
bool trans_answer(struct isakmp *sa, struct ike_build *b);

/* xauth.c, modecfg.c: the stage begins; C has come, as the answer to ours or as a
 * request of theirs. */
void xauth_begin(struct isakmp *sa);
void xauth_take(struct isakmp *sa, const struct v1_cfg *c, bool is_answer);
void modecfg_begin(struct isakmp *sa);
void modecfg_release(struct isakmp *sa);	/* SA needs its address no more */
void modecfg_take(struct isakmp *sa, const struct v1_cfg *c, bool is_answer);

#endif
