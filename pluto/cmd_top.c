/* ipsec top: the pairs that matter most, a bounded number of them. */
#include "pluto/daemon_commands.h"
#include "pluto/daemon_ike.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_ROWS = 500, USUAL_ROWS = 40, MOST_LOOKED_AT = 100000, MOST_CHILDREN = 1024 };

/* In the order in which people want to know. */
enum rank { RANK_PENDING, RANK_BLOCKED, RANK_ENCRYPTED, RANK_FAILED, RANK_CLEAR };
static const char *const states[] = { [RANK_PENDING] = "PENDING", [RANK_BLOCKED] = "BLOCKED",
	[RANK_ENCRYPTED] = "ENCRYPTED", [RANK_FAILED] = "CLEAR", [RANK_CLEAR] = "CLEAR" };

struct row {
	enum rank rank;
	struct ip_addr here, there;
	char connection[64];
	const char *group;
	enum evidence evidence;
	enum ike_outcome ike;
	bool authenticated;
	uint64_t age_s, expires_s, bytes_in, bytes_out;
	unsigned held;
};

struct top {
	struct daemon *d;
	struct row *rows;	/* the best so far, best first */
	unsigned n, most, looked_at;
	bool with_children;	/* they say more than their pairs do */
};

static int
compare(const struct row *a, const struct row *b)
{
	uint64_t x = a->bytes_in + a->bytes_out, y = b->bytes_in + b->bytes_out;
	int c = ip_addr_cmp(&a->there, &b->there);

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	if (x != y)
		return x > y ? -1 : 1;
	return c != 0 ? c : ip_addr_cmp(&a->here, &b->here);
}

/* Puts R where it belongs, should it be among the best. */
static void
offer(struct top *t, const struct row *r)
{
	unsigned at = t->n;

	if (at == t->most && compare(r, &t->rows[at - 1]) >= 0)
		return;
	if (at == t->most)
		at--;
	else
		t->n++;
	while (at > 0 && compare(r, &t->rows[at - 1]) < 0) {
		t->rows[at] = t->rows[at - 1];
		at--;
	}
	t->rows[at] = *r;
}

static enum rank
rank_of(const struct oe_shunt_info *i)
{
	switch (i->shunt.kind) {
	case SHUNT_TRAP:
	case SHUNT_HOLD:
		return RANK_PENDING;
	case SHUNT_DROP:
	case SHUNT_REJECT:
		return RANK_BLOCKED;
	case SHUNT_KEYED:
		return RANK_ENCRYPTED;
	case SHUNT_PASS:
		break;
	}
	return i->ike != IKE_OUTCOME_NONE || i->evidence == EVIDENCE_UNKNOWN ? RANK_FAILED : RANK_CLEAR;
}

static bool
take_pair(void *ctx, const struct oe_shunt_info *i)
{
	struct top *t = ctx;
	const struct row r = { .rank = rank_of(i), .here = i->shunt.local, .there = i->shunt.remote,
		.group = policy_group(i->group)->name, .evidence = i->evidence, .ike = i->ike,
		.authenticated = i->shunt.kind == SHUNT_KEYED && !i->anonymous,
		.expires_s = i->expires_s, .held = i->held };

	if (r.rank != RANK_ENCRYPTED || !t->with_children)
		offer(t, &r);
	return ++t->looked_at < MOST_LOOKED_AT;
}

static bool
take_child(void *ctx, const struct child_sa_info *i)
{
	struct top *t = ctx;
	struct row r = { .rank = RANK_ENCRYPTED, .here = i->sel.local.addr_lo,
		.there = i->sel.remote.addr_lo, .group = "", .ike = IKE_OUTCOME_UP,
		.authenticated = !i->anonymous, .age_s = i->age_s, .bytes_in = i->in.bytes,
		.bytes_out = i->out.bytes };
	struct oe_explanation x;
	const struct flow f = { .src = r.here, .dst = r.there };

	if (i->conn != NULL)
		snprintf(r.connection, sizeof(r.connection), "%s", i->conn->name);
	if (i->conn != NULL && i->conn->oe) {
		oe_explain(t->d->oe, &f, &x);
		r.group = x.has_group ? policy_group(x.group)->name : "";
		r.evidence = x.evidence;
	}
	offer(t, &r);
	return true;
}

static void
say_row(struct top *t, ctl_client c, const struct row *r)
{
	struct addr_buf here, there;

	ip_addr_text(&r->here, &here);
	ip_addr_text(&r->there, &there);
	ctl_object(t->d->ctl, c, json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:I,s:I,s:I,s:I,s:i}",
		   "event", "pair", "state", states[r->rank], "here", here.text, "there", there.text,
		   "connection", r->connection, "group", r->group, "dnssec", evidence_name(r->evidence),
		   "ike", ike_outcome_name(r->ike), "authenticated", r->authenticated,
		   "age_s", (json_int_t)r->age_s, "expires_s", (json_int_t)r->expires_s,
		   "bytes_in", (json_int_t)r->bytes_in, "bytes_out", (json_int_t)r->bytes_out,
		   "held", (int)r->held), RC_COMMENT, "%s %s -> %s %s", states[r->rank], here.text,
		   there.text, r->group);
}

static void
say_sum(struct top *t, ctl_client c)
{
	struct oe_stats s;

	oe_get_stats(t->d->oe, &s);
	ctl_result(t->d->ctl, c, json_pack("{s:i,s:i,s:i,s:i,s:i,s:i,s:I}", "pairs", (int)t->n,
		   "child_sas", (int)engines_children(t->d), "encrypted", (int)s.by_kind[SHUNT_KEYED],
		   "clear", (int)s.by_kind[SHUNT_PASS],
		   "blocked", (int)(s.by_kind[SHUNT_DROP] + s.by_kind[SHUNT_REJECT]),
		   "pending", (int)s.pending_now, "attempts", (json_int_t)s.requests), RC_COMMENT,
		   "%u of %u pairs and %u Child SAs", t->n, s.decided_now + s.pending_now,
		   engines_children(t->d));
}

void
cmd_top(struct daemon *d, ctl_client c, const json_t *request)
{
	json_int_t rows = json_integer_value(json_object_get(request, "rows"));
	struct top t = { .d = d, .most = rows > 0 && rows <= MOST_ROWS ? (unsigned)rows : USUAL_ROWS,
		.with_children = engines_children(d) <= MOST_CHILDREN };

	t.rows = calloc(t.most, sizeof(*t.rows));
	if (t.rows == NULL) {
		ctl_result(d->ctl, c, NULL, RC_INTERNALERR, "no memory");
		return;
	}
	if (t.with_children)
		engines_each_child(d, take_child, &t);
	oe_scan(d->oe, take_pair, &t);
	for (unsigned i = 0; i < t.n && ctl_alive(d->ctl, c); i++)
		say_row(&t, c, &t.rows[i]);
	say_sum(&t, c);
	free(t.rows);
}
