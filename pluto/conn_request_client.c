/* What an end stands for, from whack's description of it: a subnet, protocol and
 * port, or inner addresses that the peer chooses. */
#include <stdio.h>
#include <string.h>

#include "pluto/conn_table.h"
#include "whack/whack_proto.h"

static int
bad(char *err, size_t errlen, const char *what, const char *value)
{
	snprintf(err, errlen, "%s \"%.80s\"", what, value);
	return RC_BADWHACKMESSAGE;
}

static const char *
text_of(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

/* All of a short decimal number up to END, or false. */
static bool
small_number(const char *text, const char *end, unsigned max, unsigned *out)
{
	unsigned v = 0;

	if (text == end || end - text > 5)
		return false;
	for (; text < end; text++) {
		if (*text < '0' || *text > '9')
			return false;
		v = v * 10 + (unsigned)(*text - '0');
	}
	*out = v;
	return v <= max;
}

/* "17/1701", "17/0" and "17/%any"; "tcp" is not a number and refused. */
static int
read_protoport(const json_t *o, struct traffic_selector *ts, char *err, size_t errlen)
{
	const char *text = text_of(o, "protoport"), *slash;
	unsigned proto, port = 0;

	if (text == NULL)
		return 0;
	slash = strchr(text, '/');
	if (slash == NULL || !small_number(text, slash, 255, &proto)
	    || (strcmp(slash + 1, "%any") != 0
		&& !small_number(slash + 1, slash + strlen(slash), 65535, &port)))
		return bad(err, errlen, "clientprotoport is not PROTO/PORT:", text);
	if (port != 0)
		ts->port_lo = ts->port_hi = (uint16_t)port;
	ts->ip_proto = (uint8_t)proto;
	return 0;
}

/* The peer's choice; it has to come to us, from wherever it is. */
static int
read_virtual(const char *client, struct conn_end *e, char *err, size_t errlen)
{
	char what[160];
	const char *why;

	if (!virtual_client_parse(client, &e->virtual_, &why)) {
		snprintf(what, sizeof(what), "client %s:", why);
		return bad(err, errlen, what, client);
	}
	if (e->virtual_.kind != VIRTUAL_NONE
	    && (e->host.addr.family != IP_NONE || e->group != CONN_GROUP_NONE))
		return bad(err, errlen, "such a client is for --host %any alone:", client);
	return 0;
}

int
conn_client_from_request(const json_t *end, struct conn_end *e, char *err, size_t errlen)
{
	const char *client = text_of(end, "client");
	struct ip_prefix p;

	e->ts = ts_host(&e->host.addr);
	if (client != NULL) {
		int rc = read_virtual(client, e, err, errlen);

		if (rc != 0)
			return rc;
		e->has_client = true;
		if (e->virtual_.kind == VIRTUAL_NONE) {
			if (!ip_prefix_parse(client, &p))
				return bad(err, errlen, "client is not ADDRESS/LENGTH, vhost:... or "
					   "vnet:...:", client);
			e->ts = ts_prefix(&p);
		}
	}
	return read_protoport(end, &e->ts, err, errlen);
}
