/* What an IKE engine tells: what a Child SA that comes or goes, and an attempt that
 * failed, mean to the trap, the decision engine and whoever watches. */
#include "pluto/daemon_ike.h"
#include "pluto/daemon_oe.h"
#include "pluto/daemon_routes.h"

#include <stdio.h>

#include "lib/log.h"

static void
child_up(struct daemon *d, const struct ike_event *e)
{
	struct watch *w = watch_find(&d->watches, e->owner);
	struct addr_buf l, r;
	char text[256];

	if (w != NULL) {
		w->ike = e->ike;
		w->child = e->child;
	}
	log_info(NULL, "child#%llu up: %s <-> %s %s, peer %s", (unsigned long long)e->child,
		 ts_text(&e->sel.local, &l), ts_text(&e->sel.remote, &r), e->esp,
		 e->key_source != NULL ? e->key_source : "by shared secret");
	if (e->conn->oe && e->owner != 0 && e->owner < OWNER_CONNECTION) {
		oe_child_up(d->oe, (oppo_id){ e->owner }, e->key_source);
		return;
	}
	if (e->conn->oe) {
		oe_pair_up(d->oe, &e->sel.local.addr_lo, &e->sel.remote.addr_lo, e->anonymous);
		return;
	}
	daemon_child_routed(d, e->conn, &e->sel, true);
	daemon_traffic_up(d, e);
	snprintf(text, sizeof(text), "result: ENCRYPTED and %s (%s)  SA #%llu/#%llu",
		 e->anonymous ? "NOT authenticated" : "authenticated",
		 e->key_source != NULL ? e->key_source : "shared secret",
		 (unsigned long long)e->ike, (unsigned long long)e->child);
	watch_end(&d->watches, e->owner, json_pack("{s:I,s:I}", "ike_sa", (json_int_t)e->ike,
		  "child_sa", (json_int_t)e->child), RC_SUCCESS, text);
}

static void
child_down(struct daemon *d, const struct ike_event *e)
{
	struct addr_buf l, r;

	log_info(NULL, "child#%llu down: %s <-> %s, %s", (unsigned long long)e->child,
		 ts_text(&e->sel.local, &l), ts_text(&e->sel.remote, &r), e->text);
	if (e->conn->oe)
		oe_pair_down(d->oe, &e->sel.local.addr_lo, &e->sel.remote.addr_lo);
	else
		daemon_traffic_down(d, e);
	daemon_child_routed(d, e->conn, &e->sel, false);
	if (e->failure == IKE_FAIL_SILENT)
		daemon_peer_silent(d, e->conn);
	else if (e->failure == IKE_FAIL_MOVED)
		daemon_address_gone(d, e->conn);
}

struct failure_row {
	enum ike_failure failure;
	enum ike_outcome outcome;
	int code;
	uint32_t shunt_s;	/* a connection's failure shunt stays so long */
	const char *oe_words;	/* what it means to opportunism; NULL: the engine's words */
};

/* What an IKE failure means to policy, and its whack code. */
static const struct failure_row failure_rows[] = {
	{ IKE_FAIL_SILENT, IKE_OUTCOME_SILENT, RC_NORETRANSMISSION, 120, NULL },
	{ IKE_FAIL_NO_PROPOSAL, IKE_OUTCOME_REFUSED, RC_NOALGO, 900,
	  "NO_PROPOSAL_CHOSEN: its policy is not to encrypt to us, or no algorithm is common" },
	{ IKE_FAIL_AUTH_PEER, IKE_OUTCOME_KEY_MISMATCH, RC_AUTH_FAILED, 900, NULL },
	{ IKE_FAIL_AUTH_US, IKE_OUTCOME_LATER, RC_AUTH_FAILED, 900,
	  "AUTHENTICATION_FAILED: it does not believe our key" },
	{ IKE_FAIL_LATER, IKE_OUTCOME_LATER, RC_PEER_REFUSED, 10,
	  "it answers, and does not decide: it has no answer from DNS, or is busy" },
	{ IKE_FAIL_TS, IKE_OUTCOME_REFUSED, RC_PEER_REFUSED, 900,
	  "TS_UNACCEPTABLE: not between these two addresses" },
	{ IKE_FAIL_CHILD, IKE_OUTCOME_REFUSED, RC_PEER_REFUSED, 900, NULL },
	{ IKE_FAIL_NO_KEY, IKE_OUTCOME_INTERNAL, RC_NOKEY, 300, NULL },
	{ IKE_FAIL_SYNTAX, IKE_OUTCOME_REFUSED, RC_PEER_REFUSED, 900, NULL },
	{ IKE_FAIL_KERNEL, IKE_OUTCOME_INTERNAL, RC_INTERNALERR, 60, NULL },
	{ IKE_FAIL_INTERNAL, IKE_OUTCOME_INTERNAL, RC_INTERNALERR, 10, NULL },
	{ IKE_FAIL_CANCELLED, IKE_OUTCOME_SILENT, RC_PENDING, 10, NULL },
	{ IKE_FAIL_MOVED, IKE_OUTCOME_SILENT, RC_PENDING, 10, NULL },
};

static const struct failure_row *
failure_row(enum ike_failure f)
{
	for (size_t i = 0; i < sizeof(failure_rows) / sizeof(*failure_rows); i++)
		if (failure_rows[i].failure == f)
			return &failure_rows[i];
	return &failure_rows[0];
}

/* We showed no key that it could not believe. */
static const struct failure_row not_anonymous = { IKE_FAIL_AUTH_US, IKE_OUTCOME_REFUSED,
	RC_PEER_REFUSED, 900, "AUTHENTICATION_FAILED: it takes nobody who is anonymous" };

/* A gateway that has just started serves before it has been told of the hosts behind it. */
static const struct failure_row not_yet = { IKE_FAIL_TS, IKE_OUTCOME_LATER, RC_PEER_REFUSED, 10,
	"TS_UNACCEPTABLE: it has no connection for these two hosts, or not yet" };

static void
oppo_failed(struct daemon *d, const struct ike_event *e, const struct failure_row *row)
{
	struct watch *w = watch_find(&d->watches, e->owner);

	if (w != NULL)
		w->failure = row->code;
	oe_ike_failed(d->oe, (oppo_id){ e->owner }, row->outcome,
		      row->oe_words != NULL ? row->oe_words : e->text);
}

/* Who takes nobody but those who prove nothing (libreswan's authby=null) did not want
 * our key: it is asked once more, as it likes. */
static bool
again_as_nobody(struct daemon *d, const struct ike_event *e)
{
	const struct connection *was = e->conn;
	const struct flow flow = { .src = was->local.ts.addr_lo, .dst = was->remote.ts.addr_lo };
	const struct oe_attempt nobody = { .gateway = was->remote.host.addr };
	struct connection *c;

	if (was->remote.auth != CONN_AUTH_NULL || was->local.auth == CONN_AUTH_NULL)
		return false;
	c = daemon_oe_initiator(d, &flow, &nobody);
	if (c == NULL)
		return false;
	c->local.auth = CONN_AUTH_NULL;
	watch_tell(&d->watches, e->owner, 0, "ike", "the peer does not take our key: once more, without");
	engines_initiate(d, c, &flow, e->owner, d->opt.oe_deadline_ms);
	connection_unref(c);
	return true;
}

static void
failed(struct daemon *d, const struct ike_event *e)
{
	const struct failure_row *row = failure_row(e->failure);
	char text[400];

	if (e->owner != 0 && e->owner < OWNER_CONNECTION) {
		if (e->failure == IKE_FAIL_AUTH_US && e->conn != NULL) {
			if (again_as_nobody(d, e))
				return;
			if (e->conn->local.auth == CONN_AUTH_NULL)
				row = &not_anonymous;
		}
		if (e->failure == IKE_FAIL_TS && e->conn != NULL && e->conn->local.has_client)
			row = &not_yet;
		oppo_failed(d, e, row);
		return;
	}
	if ((e->owner & OWNER_ROUTED) != 0 && e->conn != NULL)
		routed_failed(d->routed, conn_base_serial(e->conn), e->conn->failure, row->shunt_s);
	if (e->failure == IKE_FAIL_MOVED && e->conn != NULL)
		daemon_address_gone(d, e->conn);
	if (e->failure == IKE_FAIL_AUTH_US && e->conn != NULL)
		daemon_xauth_forget(d, e->conn);	/* what was typed was wrong */
	snprintf(text, sizeof(text), "result: ERROR - %s", e->text);
	watch_end(&d->watches, e->owner, json_pack("{s:i}", "notify", (int)e->notify),
		  row->code, text);
}

void
daemon_ike_event(void *ctx, const struct ike_event *e)
{
	struct daemon *d = ctx;

	daemon_log_event(d, e);
	daemon_tally_event(d, e);
	events_ike(&d->events, e);
	switch (e->kind) {
	case IKE_EV_LINE:
		watch_tell(&d->watches, e->owner, e->code, e->stage, e->text);
		break;
	case IKE_EV_CHILD_UP:
		child_up(d, e);
		break;
	case IKE_EV_CHILD_DOWN:
		child_down(d, e);
		break;
	case IKE_EV_FAILED:
		failed(d, e);
		break;
	case IKE_EV_CHILD_REKEYED:
		if (!e->conn->oe)
			daemon_traffic_rekeyed(d, e);
		break;
	case IKE_EV_ANSWERS:
		if (e->owner != 0 && e->owner < OWNER_CONNECTION)
			oe_ike_answers(d->oe, (oppo_id){ e->owner });
		break;
	case IKE_EV_MOVED:
	case IKE_EV_IKE_UP:
	case IKE_EV_IKE_DOWN:
		break;
	}
}
