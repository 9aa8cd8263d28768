/* XAUTH: the client's user proves himself by a password, under the ISAKMP SA
 * (draft-beaulieu-ike-xauth-02). Passwords are never logged. */
#include <stdio.h>
#include <string.h>

#include "pluto/ikev1/after.h"

enum { CFG_ROOM = 2048, ASCII_FIRST = ' ', ASCII_LAST = '~' };

void
xauth_begin(struct isakmp *sa)
{
	uint8_t buf[CFG_ROOM];
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	size_t mark;

	if (sa->conn->xauth != CONN_PART_SERVER)
		return;		/* the server begins */
	v1_random(sa->e, &sa->after->ours.id, sizeof(sa->after->ours.id));
	mark = v1_cfg_open(&b, V1_CFG_REQUEST, sa->after->ours.id);
	v1_cfg_put(&b, V1_X_USER, (struct span){ 0 });
	v1_cfg_put(&b, V1_X_PASSWORD, (struct span){ 0 });
	ike_build_close(&b, mark);
	trans_ask(sa, &b);
}

/* Names go into logs, and both to programs line by line. */
static bool
is_within(struct span s, uint8_t last)
{
	struct wire_reader r = wire_reader(s);

	while (wire_left(&r) > 0) {
		uint8_t c = wire_u8(&r, "text");

		if (c < ASCII_FIRST || c > last || c == ASCII_LAST + 1)
			return false;
	}
	return true;
}

/* Server: who it is, and what he says; the check comes back later. */
static void
check_reply(struct isakmp *sa, const struct v1_cfg *c)
{
	struct v1_engine *e = sa->e;
	struct after *a = sa->after;
	struct v1_cfg_value user, password;

	if (!v1_cfg_find(c, V1_X_USER, &user) || !v1_cfg_find(c, V1_X_PASSWORD, &password)
	    || user.data.len == 0 || user.data.len > CONN_USER_MAX || !is_within(user.data, ASCII_LAST)
	    || password.data.len > XAUTH_PASSWORD_MAX || !is_within(password.data, UINT8_MAX)
	    || e->ports.check_password == NULL) {
		a->working = true;
		v1_xauth_checked(e, sa->serial, false);
		return;
	}
	memcpy(a->user, user.data.ptr, user.data.len);
	a->user[user.data.len] = '\0';
	a->working = true;
	e->ports.check_password(e->ports.ctx, sa->serial, sa->conn, user.data, password.data);
}

static struct isakmp *
waiting(struct v1_engine *e, uint64_t lookup)
{
	struct isakmp *sa = isakmp_find(e, lookup);

	if (sa == NULL || sa->state != ISAKMP_UP || sa->after == NULL || !sa->after->working)
		return NULL;
	sa->after->working = false;
	return sa;
}

/* What Quick Mode makes is this user's. */
static bool
keep_user(struct isakmp *sa)
{
	struct connection *c = after_own_conn(sa);

	if (c == NULL)
		return false;
	memcpy(c->xauth_user, sa->after->user, sizeof(c->xauth_user));
	return true;
}

void
v1_xauth_checked(struct v1_engine *e, uint64_t lookup, bool good)
{
	struct isakmp *sa = waiting(e, lookup);
	uint8_t buf[CFG_ROOM];
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	size_t mark;

	if (sa == NULL)
		return;
	v1_enter(e);
	log_limited(&e->refuse_limit, LOG_LEVEL_INFO, NULL, "isakmp#%llu, \"%s\": XAUTH user \"%s\" %s",
		    (unsigned long long)sa->serial, sa->conn->name, sa->after->user,
		    good ? "has proved himself" : "is refused");
	e->stats.auth_failed += !good;
	good = good && keep_user(sa);
	sa->after->passed = good;
	sa->after->refused = !good;
	mark = v1_cfg_open(&b, V1_CFG_SET, sa->after->ours.id);
	v1_cfg_put_number(&b, V1_X_STATUS, good ? V1_X_OK : V1_X_FAIL);
	ike_build_close(&b, mark);
	trans_ask(sa, &b);
	v1_leave(e);
}

static void
server_takes(struct isakmp *sa, const struct v1_cfg *c)
{
	if (c->type == V1_CFG_REPLY)
		check_reply(sa, c);
	else if (c->type == V1_CFG_ACK && sa->after->refused)
		after_fail(sa, IKE_FAIL_AUTH_PEER, "wrong user or password (XAUTH)");
	else if (c->type == V1_CFG_ACK && sa->after->passed)
		after_next(sa);
}

/* A client that goes on has heard that it may: its ACK was lost. */
static void
client_goes_on(struct isakmp *sa, const struct v1_cfg *c)
{
	if (!sa->after->passed || c->type != V1_CFG_REQUEST)
		return;
	sa->after->asking = false;
	sent_clear(sa->e, &sa->after->ours.out);
	after_next(sa);
	if (sa->state == ISAKMP_UP)
		modecfg_take(sa, c, false);
}

/* Client: something that we cannot do is said, and ends it. */
static void
decline(struct isakmp *sa, const char *why)
{
	uint8_t buf[CFG_ROOM];
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	size_t mark = v1_cfg_open(&b, V1_CFG_REPLY, sa->after->theirs.id);

	v1_cfg_put_number(&b, V1_X_STATUS, V1_X_FAIL);
	ike_build_close(&b, mark);
	if (trans_answer(sa, &b))
		after_fail(sa, IKE_FAIL_NO_KEY, why);
}

static void
asked_for_password(struct isakmp *sa, const struct v1_cfg *c)
{
	struct v1_engine *e = sa->e;
	struct v1_cfg_value v;

	sa->after->says_type = v1_cfg_find(c, V1_X_TYPE, &v);
	if (v1_cfg_number(c, V1_X_TYPE, V1_X_GENERIC) != V1_X_GENERIC
	    || !v1_cfg_find(c, V1_X_PASSWORD, &v) || e->ports.ask_password == NULL) {
		decline(sa, "the server asks for more than user and password (XAUTH)");
		return;
	}
	sa->after->working = true;
	e->ports.ask_password(e->ports.ctx, sa->serial, sa->conn, sa->owner);
}

void
v1_xauth_answer(struct v1_engine *e, uint64_t lookup, struct span user, struct span password,
		const char *why)
{
	struct isakmp *sa = waiting(e, lookup);
	uint8_t buf[CFG_ROOM];
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	size_t mark;

	if (sa == NULL)
		return;
	v1_enter(e);
	if (user.len == 0) {
		decline(sa, why);
	} else {
		mark = v1_cfg_open(&b, V1_CFG_REPLY, sa->after->theirs.id);
		if (sa->after->says_type)
			v1_cfg_put_number(&b, V1_X_TYPE, V1_X_GENERIC);
		v1_cfg_put(&b, V1_X_USER, user);
		v1_cfg_put(&b, V1_X_PASSWORD, password);
		ike_build_close(&b, mark);
		trans_answer(sa, &b);
	}
	secret_wipe(buf, sizeof(buf));
	v1_leave(e);
}

static void
told_status(struct isakmp *sa, const struct v1_cfg *c)
{
	bool good = v1_cfg_number(c, V1_X_STATUS, V1_X_FAIL) == V1_X_OK;
	uint8_t buf[CFG_ROOM];
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	size_t mark = v1_cfg_open(&b, V1_CFG_ACK, sa->after->theirs.id);

	v1_cfg_put(&b, V1_X_STATUS, (struct span){ 0 });
	ike_build_close(&b, mark);
	if (!trans_answer(sa, &b))
		return;
	if (good)
		after_next(sa);
	else
		after_fail(sa, IKE_FAIL_AUTH_US, "the server refuses user and password (XAUTH)");
}

void
xauth_take(struct isakmp *sa, const struct v1_cfg *c, bool is_answer)
{
	if (sa->conn->xauth == CONN_PART_SERVER) {
		if (is_answer)
			server_takes(sa, c);
		else
			client_goes_on(sa, c);
	} else if (!is_answer && c->type == V1_CFG_REQUEST) {
		asked_for_password(sa, c);
	} else if (!is_answer && c->type == V1_CFG_SET) {
		told_status(sa, c);
	}
}
