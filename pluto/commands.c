/* whack's requests: the table, and the short ones. */
#include "pluto/daemon_commands.h"
#include "pluto/daemon_oe.h"

#include <stdio.h>
#include <string.h>

#include "lib/log.h"

/* Without the secrets that it should have, a host can still do a lot. */
static void
listen_with(struct daemon *d, ctl_client c, const char *wrong)
{
	char err[400] = "";
	int rc;

	if (*wrong != '\0')
		ctl_line(d->ctl, c, RC_LOG_SERIOUS, "%s", wrong);
	rc = daemon_listen(d, c, err, sizeof(err));
	if (rc != 0) {
		log_error(NULL, "listen: %s", err);
		ctl_result(d->ctl, c, NULL, rc, "%s", err);
		return;
	}
	ctl_result(d->ctl, c, NULL, RC_COMMENT, "listening on %u addresses; first packets: %s",
		   udp_count(d->udp), d->trap.ops != NULL ? d->trap.ops->how(d->trap.t) : "not caught");
}

static void
cmd_listen(struct daemon *d, ctl_client c, const json_t *request)
{
	(void)request;
	daemon_load_secrets(d, c, listen_with);
}

static void
cmd_unlisten(struct daemon *d, ctl_client c, const json_t *request)
{
	(void)request;
	daemon_unlisten(d);
	ctl_result(d->ctl, c, NULL, RC_COMMENT, "no longer listening");
}

static void
secrets_reread(struct daemon *d, ctl_client c, const char *wrong)
{
	if (*wrong != '\0') {
		ctl_result(d->ctl, c, NULL, RC_LOG_SERIOUS, "%s", wrong);
		return;
	}
	if (d->udp != NULL)
		daemon_check_own_keys(d);
	ctl_result(d->ctl, c, NULL, RC_COMMENT, "secrets loaded from %s", d->opt.secretsfile);
}

static void
cmd_rereadsecrets(struct daemon *d, ctl_client c, const json_t *request)
{
	(void)request;
	daemon_load_secrets(d, c, secrets_reread);
}

static void
cmd_shutdown(struct daemon *d, ctl_client c, const json_t *request)
{
	(void)request;
	log_info(NULL, "shutting down, asked by whack");
	ctl_result(d->ctl, c, NULL, RC_COMMENT, "shutting down");
	loop_stop(d->loop);
}

struct command_row { const char *name; command_fn *run; bool needs_listen; };

static const struct command_row rows[] = {
	{ "myid", cmd_myid, false },
	{ "add", cmd_add, false },
	{ "delete", cmd_delete, false },
	{ "deletestate", cmd_deletestate, false },
	{ "rekeystate", cmd_rekeystate, false },
	{ "debug", cmd_debug, false },
	{ "crash", cmd_crash, false },
	{ "whackrecord", cmd_whackrecord, false },
	{ "whackstoprecord", cmd_whackstoprecord, false },
	{ "listpubkeys", cmd_listpubkeys, false },
	{ "listevents", cmd_listevents, false },
	{ "listdns", cmd_listdns, false },
	{ "listen", cmd_listen, false },
	{ "unlisten", cmd_unlisten, false },
	{ "rereadsecrets", cmd_rereadsecrets, false },
	{ "key", cmd_key, false },
	{ "route", cmd_route, true },
	{ "unroute", cmd_unroute, false },
	{ "initiate", cmd_initiate, true },
	{ "answer", cmd_answer, false },
	{ "oppo", cmd_oppo, true },
	{ "terminate", cmd_terminate, false },
	{ "status", cmd_status, false },
	{ "watch", cmd_watch, false },
	{ "top", cmd_top, false },
	{ "oestatus", cmd_oestatus, false },
	{ "trafficstatus", cmd_trafficstatus, false },
	{ "listshunts", cmd_listshunts, false },
	{ "explain", cmd_explain, false },
	{ "shutdown", cmd_shutdown, false },
};

void
daemon_request(void *ctx, ctl_client c, const json_t *request)
{
	const char *name = json_string_value(json_object_get(request, "command"));
	struct daemon *d = ctx;

	daemon_record(d, request);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (strcmp(rows[i].name, name) != 0)
			continue;
		log_debug_of(LOG_CONTROLMORE, NULL, "whack: %s", name);
		if (rows[i].needs_listen && d->udp == NULL)
			ctl_result(d->ctl, c, NULL, RC_DEAF, "need --listen before --%s", name);
		else
			rows[i].run(d, c, request);
		return;
	}
	ctl_result(d->ctl, c, NULL, RC_BADWHACKMESSAGE, "command \"%s\" is not served", name);
}

const char *
conn_label(const struct connection *c, char out[96])
{
	if (c->instance != 0)
		snprintf(out, 96, "%s[%u]", c->name, c->instance);
	else
		snprintf(out, 96, "%s", c->name);
	return out;
}
