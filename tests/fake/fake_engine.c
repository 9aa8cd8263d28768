/* What both tests of two IKE engines in one process need. */
#include "tests/fake/fake_engine.h"

#include <stdlib.h>
#include <string.h>

#include "pluto/crypto/psk.h"
#include "pluto/crypto/v1_sign.h"

void
fake_random(uint64_t *state, void *buf, size_t len)
{
	uint8_t *out = buf;

	for (size_t i = 0; i < len; i++) {
		*state = *state * 6364136223846793005ull + 1442695040888963407ull;
		out[i] = (uint8_t)(*state >> 33);
	}
}

const struct private_key *
fake_key(enum pubkey_kind kind, int which)
{
	static struct private_key keys[5][3];
	struct private_key *k = &keys[kind][which];

	if (k->evp == NULL)
		assert_true(private_key_generate(kind, 2048, k));
	return k;
}

/* The functions are those of the last who asked: each test has its own kind of side. */
static fake_psk_fn *psk_of;
static fake_key_fn *key_of;

static struct chunk
fake_sign(void *who, const char *fingerprint, uint8_t method, sig_hash_set peer_hashes,
	  struct span octets)
{
	const struct private_key *k = key_of(who);

	assert_string_equal(fingerprint, k->pub.fingerprint);
	return sign_auth(k, method, peer_hashes, octets);
}

static struct chunk
fake_sign_v1(void *who, const char *fingerprint, struct span hash)
{
	const struct private_key *k = key_of(who);

	assert_string_equal(fingerprint, k->pub.fingerprint);
	return v1_sign(k, hash);
}

static struct chunk
fake_psk_auth(void *who, const struct ident *local, const struct ident *remote, uint16_t prf,
	      struct span octets)
{
	struct span psk = psk_of(who);

	(void)local, (void)remote;
	return psk.len > 0 ? psk_auth(prf, psk, octets) : (struct chunk){ NULL, 0 };
}

static struct secret
fake_skeyid(void *who, const struct ident *local, const struct ident *remote, uint16_t prf,
	    struct span ni, struct span nr)
{
	(void)local, (void)remote;
	return psk_skeyid(prf, psk_of(who), ni, nr);
}

struct ike_secrets
fake_secrets(void *who, fake_psk_fn *psk, fake_key_fn *key)
{
	psk_of = psk;
	key_of = key;
	return (struct ike_secrets){ .secrets = who, .sign = fake_sign, .sign_v1 = fake_sign_v1,
		.psk_auth = fake_psk_auth, .skeyid = fake_skeyid };
}

void
fake_event_note(struct seen_event seen[EVENTS_MAX], unsigned *n, const struct ike_event *e,
		uint64_t now_ms, char who)
{
	if (getenv("PAIR_TRACE") != NULL)
		print_message("%6llu %c #%llu/#%llu kind %d %s\n", (unsigned long long)now_ms, who,
			      (unsigned long long)e->ike, (unsigned long long)e->child,
			      (int)e->kind, e->text != NULL ? e->text : "");
	if (*n == EVENTS_MAX)
		return;
	seen[*n] = (struct seen_event){ .kind = e->kind, .owner = e->owner, .ike = e->ike,
		.child = e->child, .old_child = e->old_child, .failure = e->failure,
		.notify = e->notify, .key_source = e->key_source,
		.anonymous = e->anonymous, .local = e->local, .remote = e->remote };
	if (e->text != NULL)
		strncpy(seen[*n].text, e->text, sizeof(seen[*n].text) - 1);
	(*n)++;
}

unsigned
fake_event_count(const struct seen_event *seen, unsigned n, enum ike_event_kind kind)
{
	unsigned count = 0;

	for (unsigned i = 0; i < n; i++)
		count += seen[i].kind == kind;
	return count;
}

const struct seen_event *
fake_event_last(const struct seen_event *seen, unsigned n, enum ike_event_kind kind)
{
	while (n-- > 0)
		if (seen[n].kind == kind)
			return &seen[n];
	fail_msg("no event of kind %d was seen", (int)kind);
	return NULL;
}
