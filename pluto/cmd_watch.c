/* whack --watch: from now on what happens is told, until the client goes. */
#include "pluto/daemon_commands.h"

void
cmd_watch(struct daemon *d, ctl_client c, const json_t *request)
{
	(void)request;
	if (events_join(&d->events, c))
		ctl_object(d->ctl, c, json_pack("{s:s,s:I}", "event", "watching", "events",
			   (json_int_t)d->events.told), RC_COMMENT, "watching what happens");
	else
		ctl_result(d->ctl, c, NULL, RC_INTERNALERR, "%d clients watch already", MAX_WATCHERS);
}
