/* A fake world for the decision engine: a clock that a test sets, and a list of
 * what the engine did, one line each.
 *
 *	lookup oe#1 peer 192.1.2.23 3000
 *	negotiate oe#1 192.1.2.45 -> 192.1.2.23 gateway 192.1.2.23 keys 1 prec 10 2990
 *	give-up oe#1
 *	shunt 192.1.2.45 192.1.2.23 pass 900
 *	verdict 1 tunnel
 *	tell oe#1 dns > 23.2.1.192.in-addr.arpa IPSECKEY	(when .tells)
 *	ended oe#1 CLEAR 28 900 Can not opportunistically ...
 */
#ifndef TESTS_FAKE_OE_RECORDER_H
#define TESTS_FAKE_OE_RECORDER_H

#include "oe/oe.h"

enum { RECORDER_MAX_USED = 16 };

struct oe_recorder {
	uint64_t now_ms;		/* set by the test */
	bool wake;			/* oe_run is wanted, */
	uint64_t wake_ms;		/* no later than this */
	bool tells;			/* also record tell lines */
	bool quiet;			/* record nothing: for load */
	char **lines;			/* owned */
	size_t n, room, taken;
	struct {
		struct ip_addr local, remote;
		int64_t bytes;
	} used[RECORDER_MAX_USED];
	unsigned n_used;
	/* Called inside the port, as ports that answer at once do; may be NULL. */
	void (*on_lookup)(void *arg, oppo_id id);
	void (*on_negotiate)(void *arg, oppo_id id);
	void *arg;
};

/* Ports that write to R, which must outlive the engine. */
struct oe_ports oe_recorder_ports(struct oe_recorder *r);
/* Sets the clock to the wanted time and takes the wish back, so that the caller
 * shall call oe_run; false when none is wanted until UNTIL_MS. */
bool oe_recorder_wake(struct oe_recorder *r, uint64_t until_ms);
/* The next line not taken yet, or NULL. */
const char *oe_recorder_next(struct oe_recorder *r);
/* What shunt_used says for this pair from now on; -1 for pairs never set. */
void oe_recorder_used(struct oe_recorder *r, const struct ip_addr *local,
		      const struct ip_addr *remote, int64_t bytes);
void oe_recorder_add(struct oe_recorder *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void oe_recorder_clear(struct oe_recorder *r);

#endif
