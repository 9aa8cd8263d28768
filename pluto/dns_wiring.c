/* The DNS helper, begun: what it believes, what it asks, and whom. */
#include "pluto/daemon.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/anchors.h"
#include "lib/confine.h"
#include "lib/log.h"
#include "lib/resolvconf.h"
#include "lib/state_folder.h"
#include "pluto/options_dns.h"

static int
no_anchor(const char *why)
{
	log_error(NULL, "no DNSSEC trust anchor: %s; install dns-root-data or "
		  "name one with --rootkey-file", why);
	return EXIT_NO_ANCHOR;
}

/* The DNS helper reads the files again; whether it can is known here already. */
int
daemon_check_anchors(const struct daemon *d)
{
	static const char *const usual[] = { "/usr/share/dns/root.key" };
	const char *const *name = d->opt.n_anchors > 0 ? d->opt.anchors : usual;
	unsigned n = d->opt.n_anchors > 0 ? d->opt.n_anchors : 1;
	struct anchors a = { 0 };
	char err[300] = "";
	bool ok;

	for (unsigned i = 0; i < n; i++) {
		FILE *f = fopen(name[i], "re");

		if (f == NULL) {
			snprintf(err, sizeof(err), "%s: %s", name[i], strerror(errno));
			return no_anchor(err);
		}
		ok = anchors_read(f, name[i], &a, err);
		fclose(f);
		if (!ok)
			return no_anchor(err);
	}
	return 0;
}

/* Where our own DNS questions go: these are never trapped. */
static void
collect_resolvers(struct daemon *d)
{
	FILE *f;

	for (unsigned i = 0; i < d->opt.n_resolvers; i++)
		d->resolvers[d->n_resolvers++] = d->opt.resolvers[i];
	if (d->n_resolvers > 0 || (f = fopen("/etc/resolv.conf", "re")) == NULL)
		return;
	d->n_resolvers = (unsigned)resolvconf_read(f, d->resolvers, MAX_RESOLVERS);
	fclose(f);
}

/* A helper begins to ask: those that resolv.conf names, which may be others now. */
static void
on_adns_ready(void *ctx)
{
	struct daemon *d = ctx;
	struct endpoint was[MAX_RESOLVERS];
	unsigned n = d->n_resolvers;

	daemon_maybe_ready(d);
	events_dns_helper(&d->events, "ready");
	memcpy(was, d->resolvers, sizeof(was));
	memset(d->resolvers, 0, sizeof(d->resolvers));
	d->n_resolvers = 0;
	collect_resolvers(d);
	if (n == d->n_resolvers && memcmp(was, d->resolvers, sizeof(was)) == 0)
		return;
	if (d->trap.ops != NULL && d->trap.ops->set_resolvers != NULL)
		(void)d->trap.ops->set_resolvers(d->trap.t, d->resolvers, d->n_resolvers);
}

int
daemon_make_state_folder(struct daemon *d)
{
	const char *file = options_rootkey_state(&d->opt);
	uid_t uid;
	gid_t gid;
	int rc;

	if (file == NULL || !confine_user_ids(ADNS_USER, &uid, &gid))
		return 0;
	rc = state_folder_make(file, uid, gid);
	if (rc != 0)
		log_warn(NULL, "the folder of %s: %s", file, strerror(-rc));
	return 0;
}

int
daemon_start_adns(struct daemon *d)
{
	const struct adns_client_config cfg = {
		.starter = d->starter,
		.resolvers = d->opt.resolvers, .n_resolvers = d->opt.n_resolvers,
		.anchors = d->opt.anchors, .n_anchors = d->opt.n_anchors,
		.anchor_state = options_rootkey_state(&d->opt),
		.negative = d->opt.negative, .n_negative = d->opt.dns_stub ? 0 : d->opt.n_negative,
		.stub = d->opt.dns_stub, .ready = on_adns_ready, .ready_ctx = d,
		.tap_fds = { d->tap.fds[0], d->tap.fds[1] }, .tap_uid = d->tap.uid,
		.notice = d->opt.dns_tap != NULL ? daemon_notice : NULL, .notice_ctx = d,
		.debug = (d->opt.debug & LOG_DNS) != 0, .syslog = !d->opt.stderrlog,
	};

	collect_resolvers(d);
	d->adns = adns_client_new(d->loop, &cfg);
	if (d->adns == NULL)
		log_error(NULL, "no memory");
	return d->adns != NULL ? 0 : EXIT_INTERNAL;
}
