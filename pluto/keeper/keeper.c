/* The keeper's process, as pluto sees it: started, watched, asked through channels. */
#include "pluto/keeper/keeper_int.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/loop.h"

enum { START_MS = 20000 };

struct keeper *
keeper_new(const char *secretsfile, const char *ipsecdir, unsigned channels)
{
	struct keeper *k = calloc(1, sizeof(*k));
	pthread_condattr_t a;

	if (k == NULL)
		return NULL;
	k->pidfd = -1;
	k->n = channels < 1 ? 1 : channels < KEEPER_MAX_CHANNELS ? channels : KEEPER_MAX_CHANNELS;
	pthread_mutex_init(&k->lock, NULL);
	pthread_condattr_init(&a);
	pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
	pthread_cond_init(&k->given_back, &a);
	pthread_condattr_destroy(&a);
	k->secretsfile = strdup(secretsfile);
	k->ipsecdir = strdup(ipsecdir);
	if (k->secretsfile != NULL && k->ipsecdir != NULL)
		return k;
	keeper_free(k);
	return NULL;
}

static void
channel_free(struct channel *c)
{
	close(c->fd);
	free(c);
}

/* Whoever waits for an answer is woken and finds that there is none; it frees its own. */
static void
hang_up(struct keeper *k)
{
	pthread_mutex_lock(&k->lock);
	for (unsigned i = 0; i < k->n; i++) {
		struct channel *c = k->channel[i];

		k->channel[i] = NULL;
		if (c == NULL)
			continue;
		(void)shutdown(c->fd, SHUT_RDWR);
		c->left = true;
		if (!c->busy)
			channel_free(c);
	}
	pthread_mutex_unlock(&k->lock);
}

void
keeper_stop(struct keeper *k)
{
	if (k == NULL)
		return;
	pthread_mutex_lock(&k->lock);
	k->stopped = true;
	pthread_cond_broadcast(&k->given_back);
	pthread_mutex_unlock(&k->lock);
	hang_up(k);
}

void
keeper_free(struct keeper *k)
{
	struct pollfd gone = { .fd = k != NULL ? k->pidfd : -1, .events = POLLIN };

	if (k == NULL)
		return;
	keeper_stop(k);
	if (k->pidfd >= 0) {
		if (poll(&gone, 1, KEEPER_MS) <= 0)
			(void)pidfd_send_signal(k->pidfd, SIGKILL, NULL, 0);
		(void)waitid(P_PIDFD, (id_t)k->pidfd, &(siginfo_t){ 0 }, WEXITED);
		close(k->pidfd);
	}
	pthread_mutex_destroy(&k->lock);
	pthread_cond_destroy(&k->given_back);
	free(k->secretsfile);
	free(k->ipsecdir);
	free(k);
}

/* Our ends into CHANNEL, its ends into FDS from the third on. */
static int
make_channels(struct keeper *k, struct channel *channel[KEEPER_MAX_CHANNELS],
	      int fds[STARTER_MAX_FDS])
{
	for (unsigned i = 0; i < k->n; i++) {
		int pair[2], rc = ipc_pair(pair);

		if (rc != 0)
			return rc;
		fds[KEEPER_FIRST_FD + i] = pair[1];
		channel[i] = calloc(1, sizeof(*channel[i]));
		if (channel[i] == NULL) {
			close(pair[0]);
			return -ENOMEM;
		}
		channel[i]->fd = pair[0];
	}
	return 0;
}

static struct started
ask_starter(struct keeper *k, struct starter *st, const int fds[STARTER_MAX_FDS], bool load)
{
	char n[8];
	char *const argv[] = { "keeper", n, k->secretsfile, k->ipsecdir, load ? "load" : "wait", NULL };
	char *const envp[] = { NULL };
	struct starter_request r = { .what = STARTER_KEEPER, .argv = argv, .envp = envp,
		.n_fds = KEEPER_FIRST_FD + k->n };

	snprintf(n, sizeof(n), "%u", k->n);
	memcpy(r.fds, fds, sizeof(r.fds));
	return starter_start_now(st, &r, START_MS);
}

static void
adopt(struct keeper *k, struct channel *channel[KEEPER_MAX_CHANNELS], pid_t pid, int pidfd)
{
	pthread_mutex_lock(&k->lock);
	memcpy(k->channel, channel, sizeof(k->channel));
	k->stats.restarts += k->started;
	k->started = true;
	k->stats.pid = pid;
	k->pidfd = pidfd;
	k->late = false;
	pthread_cond_broadcast(&k->given_back);
	pthread_mutex_unlock(&k->lock);
}

int
keeper_start(struct keeper *k, struct starter *st, bool load)
{
	struct channel *channel[KEEPER_MAX_CHANNELS] = { NULL };
	int fds[STARTER_MAX_FDS], pidfd = -1, rc;
	struct started s = { 0 };

	for (size_t i = 0; i < STARTER_MAX_FDS; i++)
		fds[i] = -1;
	rc = make_channels(k, channel, fds);
	if (rc == 0) {
		s = ask_starter(k, st, fds, load);
		pidfd = s.error == 0 ? pidfd_open(s.pid, 0) : -1;
		rc = s.error != 0 ? -s.error : pidfd < 0 ? -errno : 0;
	}
	for (size_t i = KEEPER_FIRST_FD; i < STARTER_MAX_FDS; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	if (rc == 0) {
		adopt(k, channel, s.pid, pidfd);
		return 0;
	}
	/* One that comes too late sees its channels closed. */
	for (unsigned i = 0; i < k->n; i++)
		if (channel[i] != NULL)
			channel_free(channel[i]);
	return rc;
}

int
keeper_pidfd(const struct keeper *k)
{
	return k->pidfd;
}

bool
keeper_reap(struct keeper *k, char how[120])
{
	siginfo_t info = { 0 };

	if (k->pidfd < 0 || waitid(P_PIDFD, (id_t)k->pidfd, &info, WEXITED | WNOHANG) != 0
	    || info.si_pid == 0)
		return false;
	hang_up(k);
	pthread_mutex_lock(&k->lock);
	if (k->late)
		snprintf(how, 120, "did not answer within %d s, and was killed", KEEPER_MS / 1000);
	else if (info.si_code == CLD_EXITED)
		snprintf(how, 120, "ended with status %d", info.si_status);
	else
		snprintf(how, 120, "was ended by signal %d", info.si_status);
	close(k->pidfd);
	k->pidfd = -1;
	k->stats.pid = 0;
	pthread_mutex_unlock(&k->lock);
	return true;
}

void
keeper_get_stats(struct keeper *k, struct keeper_stats *out)
{
	pthread_mutex_lock(&k->lock);
	*out = k->stats;
	pthread_mutex_unlock(&k->lock);
}
