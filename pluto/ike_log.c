/* What is logged of the IKE engines' events: for all, of one connection, for one
 * peer. */
#include "pluto/daemon_ike.h"

#include <string.h>

#include "lib/log.h"
#include "pluto/peer_log.h"

static void
moved(const struct ike_event *e)
{
	struct addr_buf l, r;

	log_info(NULL, "ike#%llu moved: %s to %s", (unsigned long long)e->ike,
		 endpoint_text(&e->local, &l), endpoint_text(&e->remote, &r));
}

static enum log_class
class_of(const char *stage)
{
	return strcmp(stage, "auth") == 0 ? LOG_CRYPT
		: strcmp(stage, "kernel") == 0 ? LOG_KLIPS : LOG_CONTROL;
}

static const char *const event_names[] = {
	[IKE_EV_LINE] = "says", [IKE_EV_ANSWERS] = "answers",
	[IKE_EV_IKE_UP] = "up", [IKE_EV_CHILD_UP] = "child up",
	[IKE_EV_CHILD_DOWN] = "child down", [IKE_EV_CHILD_REKEYED] = "child rekeyed",
	[IKE_EV_IKE_DOWN] = "down", [IKE_EV_MOVED] = "moved", [IKE_EV_FAILED] = "failed",
};

/* Of those who are somebody to us: strangers fill no disk. */
static void
log_for_peer(struct daemon *d, const struct ike_event *e)
{
	static struct log_limit limit;
	bool line = e->kind == IKE_EV_LINE;
	int rc = 0;

	if (!d->opt.perpeerlog || e->conn == NULL || e->remote.addr.family == IP_NONE
	    || ((line || e->kind == IKE_EV_FAILED) && !e->initiator))
		return;
	rc = peer_log(d->opt.perpeerlogbase, &e->remote.addr, "\"%s\" #%llu%s%llu %s%s%s", e->conn->name,
		      (unsigned long long)e->ike, e->child != 0 ? "/#" : " ", (unsigned long long)e->child,
		      line ? e->stage : event_names[e->kind], e->text != NULL ? ": " : "",
		      e->text != NULL ? e->text : "");
	if (rc != 0)
		log_limited(&limit, LOG_LEVEL_WARN, NULL, "--perpeerlogbase %s: %s", d->opt.perpeerlogbase,
			    strerror(-rc));
}

void
daemon_log_event(struct daemon *d, const struct ike_event *e)
{
	uint32_t also = e->conn != NULL ? e->conn->debug : 0;

	log_for_peer(d, e);
	if (e->kind == IKE_EV_MOVED)
		moved(e);
	if (e->kind == IKE_EV_LINE)
		log_debug_also(also, class_of(e->stage), NULL, "ike#%llu %s: %s",
			       (unsigned long long)e->ike, e->stage, e->text);
	else
		log_debug_also(also, LOG_LIFECYCLE, NULL, "ike#%llu child#%llu: %s",
			       (unsigned long long)e->ike, (unsigned long long)e->child,
			       event_names[e->kind]);
}
