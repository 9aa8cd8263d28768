/* The SAs for whack --status and --trafficstatus: many thousands, so a part at a time
 * (ctl_parts), each going on after the serial that the last one ended with. */
#include "pluto/daemon_commands.h"
#include "pluto/daemon_ike.h"

#include <stdio.h>
#include <stdlib.h>

#include "pluto/ikev1/ikev1.h"

#define J(n) ((json_int_t)(n))

enum { PART = 500 };

struct listing {
	struct daemon *d;
	ctl_client c;
	unsigned step;		/* of steps[] */
	unsigned n;		/* said in this part */
	uint64_t after;		/* the last serial that was said in this step */
	bool status;		/* the IKE SAs too */
};

static bool
goes_on(struct listing *x, uint64_t serial)
{
	x->after = serial;
	return ++x->n < PART && ctl_alive(x->d->ctl, x->c);
}

static bool
list_ike(void *ctx, const struct ike_sa_info *i)
{
	struct listing *x = ctx;
	struct addr_buf b, l;
	char label[96], rekey[40] = "no rekey";
	const char *name = i->conn != NULL ? conn_label(i->conn, label) : "";
	const char *user = i->conn != NULL ? i->conn->xauth_user : "";
	json_t *o = json_pack("{s:s,s:I,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:b}", "event", "ike_sa",
			      "serial", J(i->serial), "connection", name,
			      "local", endpoint_text(&i->local, &l),
			      "peer", endpoint_text(&i->remote, &b), "state", i->state,
			      "role", i->role, "proposal", i->proposal, "peer_id", i->peer_id,
			      "key_source", i->key_source != NULL ? i->key_source : "",
			      "user", user, "age_s", J(i->age_s), "rekey_in_s", J(i->rekey_in_s),
			      "authenticated", !i->anonymous);

	if (i->rekey_in_s > 0)
		snprintf(rekey, sizeof(rekey), "rekey in %llu s", (unsigned long long)i->rekey_in_s);
	ctl_object(x->d->ctl, x->c, o, RC_COMMENT, "#%llu: \"%s\" %s %s; %s; %s; peer %s%s%s; %s; %s",
		   (unsigned long long)i->serial, name, endpoint_text(&i->remote, &b), i->state,
		   i->role, i->proposal, i->peer_id, *user != '\0' ? ", user " : "", user,
		   i->key_source != NULL ? i->key_source : "-", rekey);
	return goes_on(x, i->serial);
}

static bool
list_child(void *ctx, const struct child_sa_info *i)
{
	struct listing *x = ctx;
	struct addr_buf l, r;
	char label[96];
	const char *name = i->conn != NULL ? conn_label(i->conn, label) : "";
	json_t *o = json_pack("{s:s,s:I,s:I,s:s,s:s,s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:b}",
			      "event", "child_sa",
			      "serial", J(i->serial), "ike_sa", J(i->ike),
			      "connection", name, "local", ts_text(&i->sel.local, &l),
			      "remote", ts_text(&i->sel.remote, &r), "proposal", i->proposal,
			      "spi_in", J(i->spi_in), "spi_out", J(i->spi_out),
			      "bytes_in", J(i->in.bytes), "bytes_out", J(i->out.bytes),
			      "packets_in", J(i->in.packets), "packets_out", J(i->out.packets),
			      "age_s", J(i->age_s), "rekey_in_s", J(i->rekey_in_s),
			      "authenticated", !i->anonymous);

	ctl_object(x->d->ctl, x->c, o, RC_COMMENT,
		   "#%llu: \"%s\" %s <-> %s %s in %08x out %08x; in %llu bytes %llu packets, "
		   "out %llu bytes %llu packets; up %llu s%s",
		   (unsigned long long)i->serial, name, ts_text(&i->sel.local, &l),
		   ts_text(&i->sel.remote, &r), i->proposal, i->spi_in, i->spi_out,
		   (unsigned long long)i->in.bytes, (unsigned long long)i->in.packets,
		   (unsigned long long)i->out.bytes, (unsigned long long)i->out.packets,
		   (unsigned long long)i->age_s,
		   i->anonymous ? "; unauthenticated (NULL)" : "");
	return goes_on(x, i->serial);
}

static void
ike_sas(struct listing *x)
{
	ike_each_sa(x->d->ike, x->after, list_ike, x);
}

static void
isakmp_sas(struct listing *x)
{
	v1_each_sa(x->d->v1, x->after, list_ike, x);
}

static void
ike_children(struct listing *x)
{
	ike_each_child(x->d->ike, x->after, list_child, x);
}

static void
isakmp_children(struct listing *x)
{
	v1_each_child(x->d->v1, x->after, list_child, x);
}

static void (*const steps[])(struct listing *x) = {
	ike_sas, isakmp_sas, ike_children, isakmp_children,
};
enum { STEPS = sizeof(steps) / sizeof(*steps), FIRST_OF_CHILDREN = 2 };

static bool
part(void *ctx, ctl_client c)
{
	struct listing *x = ctx;

	for (x->n = 0; x->step < STEPS; x->step++, x->after = 0) {
		steps[x->step](x);
		if (!ctl_alive(x->d->ctl, c))
			return false;
		if (x->n >= PART)
			return true;
	}
	if (x->status)
		ctl_result(x->d->ctl, c, NULL, RC_COMMENT, "end of status");
	else
		ctl_result(x->d->ctl, c, NULL, RC_COMMENT, "%u Child SAs", engines_children(x->d));
	return false;
}

void
daemon_list_sas(struct daemon *d, ctl_client c, bool status)
{
	struct listing *x = calloc(1, sizeof(*x));

	if (x == NULL) {
		ctl_result(d->ctl, c, NULL, RC_INTERNALERR, "no memory to list the SAs");
		return;
	}
	*x = (struct listing){ .d = d, .c = c, .status = status,
		.step = status ? 0 : FIRST_OF_CHILDREN };
	ctl_parts(d->ctl, c, part, free, x);
}
