/* What both tests of two IKE engines in one process need: repeatable noise, keys,
 * and the events that an engine has told. */
#ifndef TESTS_FAKE_ENGINE_H
#define TESTS_FAKE_ENGINE_H

#include "lib/test.h"
#include "pluto/ike.h"

enum { EVENTS_MAX = 512 };

struct seen_event {
	enum ike_event_kind kind;
	uint64_t owner, ike, child, old_child;
	enum ike_failure failure;
	uint16_t notify;
	const char *key_source;
	bool anonymous;
	char text[300];
	struct endpoint local, remote;
};

/* Different for every call, the same in every run. */
void fake_random(uint64_t *state, void *buf, size_t len);
/* Made once: RSA takes its time. */
const struct private_key *fake_key(enum pubkey_kind kind, int which);
/* Who holds the secret and the key that these two say of WHO; it may have none. */
typedef struct span fake_psk_fn(void *who);
typedef const struct private_key *fake_key_fn(void *who);
struct ike_secrets fake_secrets(void *who, fake_psk_fn *psk, fake_key_fn *key);
/* Of SEEN, N are there; with PAIR_TRACE in the environment it is printed, as WHO's. */
void fake_event_note(struct seen_event seen[EVENTS_MAX], unsigned *n, const struct ike_event *e,
		     uint64_t now_ms, char who);
unsigned fake_event_count(const struct seen_event *seen, unsigned n, enum ike_event_kind kind);
/* Fails the test when there is none. */
const struct seen_event *fake_event_last(const struct seen_event *seen, unsigned n,
					 enum ike_event_kind kind);

#endif
