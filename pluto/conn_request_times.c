/* Of whack's description of a connection: how long, how often, and what a silent
 * peer leads to. */
#include <stdio.h>
#include <string.h>

#include "pluto/conn_table.h"
#include "whack/whack_proto.h"

enum { MAX_LIFETIME_S = 86400 };

struct reading {
	char *err;
	size_t errlen;
};

static int
bad(const struct reading *r, const char *what, const char *value)
{
	snprintf(r->err, r->errlen, "%s \"%.80s\"", what, value);
	return RC_BADWHACKMESSAGE;
}

struct number_row { const char *key; uint32_t lo, hi; size_t offset; };

static const struct number_row number_rows[] = {
	{ "ikelifetime", 60, MAX_LIFETIME_S, offsetof(struct connection, ike_lifetime_s) },
	{ "ipseclifetime", 60, MAX_LIFETIME_S, offsetof(struct connection, child_lifetime_s) },
	{ "rekeymargin", 1, MAX_LIFETIME_S, offsetof(struct connection, rekey_margin_s) },
	{ "rekeyfuzz", 0, 10000, offsetof(struct connection, rekey_fuzz_pct) },
	{ "keyingtries", 0, 1000000, offsetof(struct connection, keying_tries) },
	{ "dpddelay", 1, MAX_LIFETIME_S, offsetof(struct connection, dpd_delay_s) },
	{ "dpdtimeout", 1, MAX_LIFETIME_S, offsetof(struct connection, dpd_timeout_s) },
};

static int
read_numbers(const struct reading *r, const json_t *o, struct connection *c)
{
	for (size_t i = 0; i < sizeof(number_rows) / sizeof(*number_rows); i++) {
		const struct number_row *row = &number_rows[i];
		const json_t *v = json_object_get(o, row->key);
		json_int_t n = json_integer_value(v);
		uint32_t value;

		if (v == NULL)
			continue;
		if (!json_is_integer(v) || n < row->lo || n > row->hi) {
			snprintf(r->err, r->errlen, "%s must be %u to %u", row->key, row->lo, row->hi);
			return RC_BADWHACKMESSAGE;
		}
		value = (uint32_t)n;
		memcpy((char *)c + row->offset, &value, sizeof(value));
	}
	return 0;
}

static bool
lifetimes_fit(const struct connection *c)
{
	uint64_t margin = (uint64_t)c->rekey_margin_s * (100 + c->rekey_fuzz_pct) / 100;

	return !c->rekey || (margin < c->ike_lifetime_s && margin < c->child_lifetime_s);
}

/* The classic words; the peer's own initiative changes nothing here. */
static const struct { const char *word; enum dpd_action action; } dpd_rows[] = {
	{ "hold", DPD_HOLD }, { "clear", DPD_CLEAR }, { "restart", DPD_RESTART },
	{ "restart_by_peer", DPD_RESTART },
};

static int
read_dpd(const struct reading *r, const json_t *o, struct connection *c)
{
	const char *word = json_string_value(json_object_get(o, "dpdaction"));

	if (word == NULL)
		return 0;
	for (size_t i = 0; i < sizeof(dpd_rows) / sizeof(*dpd_rows); i++)
		if (strcmp(dpd_rows[i].word, word) == 0) {
			c->dpd_action = dpd_rows[i].action;
			return c->dpd_delay_s > 0 ? 0
				: bad(r, "dpdaction needs dpddelay:", c->name);
		}
	return bad(r, "dpdaction is not hold, clear or restart:", word);
}

int
conn_times_from_request(const json_t *options, struct connection *c, char *err, size_t errlen)
{
	const struct reading r = { .err = err, .errlen = errlen };
	int rc = read_numbers(&r, options, c);

	if (rc == 0)
		rc = read_dpd(&r, options, c);
	if (rc != 0 || lifetimes_fit(c))
		return rc;
	snprintf(err, errlen, "rekeymargin %u s with rekeyfuzz %u %% does not fit into ikelifetime %u s and "
		 "ipseclifetime %u s", c->rekey_margin_s, c->rekey_fuzz_pct, c->ike_lifetime_s,
		 c->child_lifetime_s);
	return RC_BADWHACKMESSAGE;
}
