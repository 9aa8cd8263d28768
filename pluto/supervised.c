/* What the service manager hears: that we serve, how it goes, and that the loop
 * still turns. */
#include "pluto/daemon_ike.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"

enum { STATUS_MS = 10000 };

static void
say(struct daemon *d, const char *text)
{
	static struct log_limit limit;
	int rc = notify_say(&d->manager.n, text);

	if (rc != 0)
		log_limited(&limit, LOG_LEVEL_WARN, NULL, "the service manager was not told: %s",
			    strerror(-rc));
}

static void
status_words(struct daemon *d, char *out, size_t len)
{
	struct oe_stats s;

	oe_get_stats(d->oe, &s);
	snprintf(out, len, "STATUS=%s; %u Child SAs, %u pairs remembered, %u pending",
		 d->udp != NULL ? "listening" : "not listening", engines_children(d), s.decided_now,
		 s.pending_now);
}

static void tick(void *ctx);

static void
arm(struct daemon *d)
{
	uint64_t ms = d->manager.n.watchdog_ms;

	d->manager.timer = loop_after(d->loop, ms != 0 && ms < STATUS_MS ? ms : STATUS_MS, tick, d);
}

/* Only a loop that turns comes here: that is what WATCHDOG=1 says. */
static void
tick(void *ctx)
{
	struct daemon *d = ctx;
	char status[160], text[200];

	d->manager.timer.n = 0;
	status_words(d, status, sizeof(status));
	snprintf(text, sizeof(text), "%s%s", d->manager.n.watchdog_ms != 0 ? "WATCHDOG=1\n" : "", status);
	say(d, text);
	arm(d);
}

void
daemon_supervised(struct daemon *d)
{
	if (d->manager.n.fd >= 0)
		tick(d);
	daemon_maybe_ready(d);
}

void
daemon_maybe_ready(struct daemon *d)
{
	struct adns_client_stats dns;
	char status[160], text[240];

	if (d->manager.n.fd < 0 || d->manager.ready || d->udp == NULL || d->adns == NULL)
		return;
	adns_client_get_stats(d->adns, &dns);
	if (!dns.ready)
		return;
	d->manager.ready = true;
	status_words(d, status, sizeof(status));
	snprintf(text, sizeof(text), "READY=1\nMAINPID=%d\n%s", (int)getpid(), status);
	say(d, text);
}

void
daemon_unsupervise(struct daemon *d)
{
	if (d->manager.n.fd >= 0)
		say(d, "STOPPING=1\nSTATUS=ending");
	if (d->loop != NULL)
		loop_cancel(d->loop, &d->manager.timer);
	notify_close(&d->manager.n);
}
