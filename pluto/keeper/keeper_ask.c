/* Questions to the keeper: from any thread, each on a channel of its own. */
#include "pluto/keeper/keeper_int.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <time.h>
#include <unistd.h>

#include "lib/loop.h"

enum { NEXT_KEEPER_MS = 3000 };

static struct timespec
time_of(uint64_t ms)
{
	return (struct timespec){ .tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000 };
}

static struct channel *
idle_channel(struct keeper *k)
{
	for (unsigned i = 0; i < k->n; i++)
		if (k->channel[i] != NULL && !k->channel[i]->busy)
			return k->channel[i];
	return NULL;
}

/* While there is no keeper we wait for the next, but not long: others wait for us.
 * NULL: none until then, or until UNTIL_MS. */
static struct channel *
take_channel(struct keeper *k, struct keeper_request *r, uint64_t until_ms)
{
	uint64_t soon = monotonic_ms() + NEXT_KEEPER_MS;
	struct timespec until;
	struct channel *c;
	int rc = 0;

	pthread_mutex_lock(&k->lock);
	until = time_of(k->pidfd < 0 && soon < until_ms ? soon : until_ms);
	k->stats.asked++;
	while ((c = idle_channel(k)) == NULL && !k->stopped && rc == 0)
		rc = pthread_cond_timedwait(&k->given_back, &k->lock, &until);
	if (c != NULL) {
		c->busy = true;
		r->id = ++k->last_id;
	}
	pthread_mutex_unlock(&k->lock);
	return c;
}

/* A keeper that is late, or talks nonsense, is of no use to anybody. */
static void
give_back(struct keeper *k, struct channel *c, bool late, bool answered, bool ok)
{
	pthread_mutex_lock(&k->lock);
	k->stats.unanswered += !answered;
	k->stats.refused += answered && !ok;
	if (c != NULL) {
		c->busy = false;
		if (late && !c->left && k->pidfd >= 0) {
			k->late = true;
			(void)pidfd_send_signal(k->pidfd, SIGKILL, NULL, 0);
		}
		if (c->left) {
			close(c->fd);
			free(c);
		}
	}
	pthread_cond_signal(&k->given_back);
	pthread_mutex_unlock(&k->lock);
}

/* The record's length; 0: none came until UNTIL_MS, or none will. */
static size_t
receive(int fd, uint8_t *buf, size_t max, uint64_t until_ms, bool *late)
{
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		uint64_t now = monotonic_ms();
		int n;

		*late = now >= until_ms;
		if (*late)
			return 0;
		(void)poll(&p, 1, (int)(until_ms - now));
		n = ipc_recv(fd, buf, max);
		if (n != -EAGAIN && n != -EINTR)
			return n > 0 ? (size_t)n : 0;
	}
}

static bool
exchange(struct channel *c, struct keeper_request *r, struct keeper_answer *a, uint64_t until_ms,
	 bool *late)
{
	uint8_t *buf = c->record;
	struct ipc_writer m = { .w = wire_writer(buf, IPC_MAX) };
	size_t n;
	bool ok;

	m.w.len = keeper_request_write(r, buf, IPC_MAX).len;
	if (m.w.len == 0 || ipc_send(c->fd, &m) != 0) {
		secret_wipe(buf, IPC_MAX);
		return false;
	}
	secret_wipe(buf, m.w.len);
	n = receive(c->fd, buf, IPC_MAX, until_ms, late);
	ok = n > 0 && keeper_answer_read(span_of(buf, n), a) && a->kind == r->kind && a->id == r->id;
	*late = *late || (n > 0 && !ok);
	secret_wipe(buf, n);
	return ok;
}

bool
keeper_ask(struct keeper *k, struct keeper_request *r, struct keeper_answer *a, uint64_t within_ms)
{
	uint64_t until_ms = monotonic_ms() + within_ms;
	struct channel *c = take_channel(k, r, until_ms);
	bool late = false, answered;

	*a = (struct keeper_answer){ .ok = false };
	answered = c != NULL && exchange(c, r, a, until_ms, &late);
	give_back(k, c, late, answered, a->ok);
	return answered;
}

/* What it says, if that is yes; empty otherwise. */
static struct secret
bytes_of(struct keeper *k, struct keeper_request *r)
{
	struct keeper_answer a;
	struct secret out = { { NULL, 0 } };

	if (keeper_ask(k, r, &a, KEEPER_MS) && a.ok) {
		out = a.bytes;
		a.bytes = (struct secret){ { NULL, 0 } };
	}
	keeper_answer_free(&a);
	return out;
}

struct chunk
keeper_sign(void *secrets, const char *fingerprint, uint8_t method, sig_hash_set peer_hashes,
	    struct span octets)
{
	struct keeper_request r = { .kind = KEEPER_SIGN, .method = method, .hashes = peer_hashes,
		.a = octets };

	snprintf(r.fingerprint, sizeof(r.fingerprint), "%s", fingerprint);
	return bytes_of(secrets, &r).bytes;
}

struct chunk
keeper_sign_v1(void *secrets, const char *fingerprint, struct span hash)
{
	struct keeper_request r = { .kind = KEEPER_SIGN_V1, .a = hash };

	snprintf(r.fingerprint, sizeof(r.fingerprint), "%s", fingerprint);
	return bytes_of(secrets, &r).bytes;
}

struct chunk
keeper_psk_auth(void *secrets, const struct ident *local, const struct ident *remote, uint16_t prf,
		struct span octets)
{
	struct keeper_request r = { .kind = KEEPER_PSK_AUTH, .local = *local, .remote = *remote,
		.prf = prf, .a = octets };

	return bytes_of(secrets, &r).bytes;
}

struct secret
keeper_skeyid(void *secrets, const struct ident *local, const struct ident *remote, uint16_t prf,
	      struct span ni, struct span nr)
{
	struct keeper_request r = { .kind = KEEPER_SKEYID, .local = *local, .remote = *remote,
		.prf = prf, .a = ni, .b = nr };

	return bytes_of(secrets, &r);
}

bool
keeper_password(struct keeper *k, struct span user, struct span password)
{
	struct keeper_request r = { .kind = KEEPER_PASSWORD, .a = user, .b = password };
	struct keeper_answer a;
	bool good = keeper_ask(k, &r, &a, KEEPER_MS) && a.ok;

	keeper_answer_free(&a);
	return good;
}

bool
keeper_login(struct keeper *k, struct span user, struct ident *name, struct secret *out)
{
	struct keeper_request r = { .kind = KEEPER_LOGIN, .a = user };
	struct keeper_answer a;
	bool good = keeper_ask(k, &r, &a, KEEPER_MS) && a.ok && a.n_ids == 1;

	*out = (struct secret){ { NULL, 0 } };
	if (good) {
		*name = a.ids[0];
		*out = a.bytes;
		a.bytes = (struct secret){ { NULL, 0 } };
	}
	keeper_answer_free(&a);
	return good;
}
