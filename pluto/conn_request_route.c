/* How an end is routed, from whack's description of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pluto/conn_table.h"
#include "whack/whack_proto.h"

enum { MOST_COMMAND = 255, MOST_WORDS = 16 };

static int __attribute__((format(printf, 4, 5)))
bad(int code, char *err, size_t errlen, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err, errlen, fmt, ap);
	va_end(ap);
	return code;
}

static const char *
text_of(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

/* %direct is the classic word for the default. */
static int
read_nexthop(const char *text, const struct conn_end *e, struct ip_addr *out,
	     char *err, size_t errlen)
{
	if (text == NULL || strcmp(text, "%direct") == 0)
		return 0;
	if (!ip_addr_parse(text, out) || ip_addr_is_any(out))
		return bad(RC_BADWHACKMESSAGE, err, errlen,
			   "nexthop is not an IP address or %%direct: \"%.80s\"", text);
	if (e->host.addr.family != IP_NONE && out->family != e->host.addr.family)
		return bad(RC_BADWHACKMESSAGE, err, errlen, "nexthop %.80s is not of the host's "
			   "family", text);
	return 0;
}

/* From another address the traffic would not be the connection's. */
static int
read_srcip(const char *text, const struct conn_end *e, const struct local_addrs *ours,
	   struct ip_addr *out, char *err, size_t errlen)
{
	struct addr_buf b;

	if (text == NULL)
		return 0;
	if (!ip_addr_parse(text, out) || ip_addr_is_any(out))
		return bad(RC_BADWHACKMESSAGE, err, errlen, "srcip is not an IP address: \"%.80s\"",
			   text);
	if (e->ts.addr_lo.family != IP_NONE && !ts_has_addr(&e->ts, out))
		return bad(RC_BADWHACKMESSAGE, err, errlen, "srcip %.80s is not within %s, and its "
			   "traffic not the connection's", text, ts_text(&e->ts, &b));
	if (ours != NULL && !local_addrs_has(ours, out))
		return bad(RC_ROUTE, err, errlen, "srcip %.80s is not an address of this machine: "
			   "add it to a device, then listen", text);
	return 0;
}

static bool
is_for_a_shell(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789 ._/:=,@+-%";

	return text[strspn(text, plain)] != '\0';
}

static unsigned
words(const char *text)
{
	unsigned n = 0;

	for (; *text != '\0'; n++) {
		text += strspn(text, " ");
		if (*text == '\0')
			break;
		text += strcspn(text, " ");
	}
	return n;
}

static int
can_run(const char *command, char *err, size_t errlen)
{
	char path[MOST_COMMAND + 1];

	snprintf(path, sizeof(path), "%.*s", (int)strcspn(command, " "), command);
	if (access(path, X_OK) == 0)
		return 0;
	return bad(RC_ROUTE, err, errlen, "updown %s cannot be run: %s", path, strerror(errno));
}

/* No shell will see it: what only a shell understands is refused, not passed. */
static int
read_updown(const char *text, bool is_ours, struct conn_route *out, char *err, size_t errlen)
{
	int rc;

	if (text == NULL || strcmp(text, "ipsec _updown") == 0)
		return 0;
	out->disabled = strcmp(text, "%disabled") == 0;
	if (out->disabled)
		return 0;
	if (strlen(text) > MOST_COMMAND || words(text) > MOST_WORDS)
		return bad(RC_BADWHACKMESSAGE, err, errlen, "updown has at most %d characters and "
			   "%d words", MOST_COMMAND, MOST_WORDS);
	if (is_for_a_shell(text))
		return bad(RC_BADWHACKMESSAGE, err, errlen, "updown runs without a shell: write a "
			   "script, and give its path instead of \"%.80s\"", text);
	if (*text != '/')
		return bad(RC_BADWHACKMESSAGE, err, errlen, "updown is neither \"ipsec _updown\" nor "
			   "%%disabled nor a path that begins with /: \"%.80s\"", text);
	rc = is_ours ? can_run(text, err, errlen) : 0;
	if (rc == 0 && (out->updown = strdup(text)) == NULL)
		rc = bad(RC_INTERNALERR, err, errlen, "no memory for updown");
	return rc;
}

int
conn_route_from_request(const json_t *end, const struct conn_end *e,
			const struct local_addrs *ours, struct conn_route *out,
			char *err, size_t errlen)
{
	int rc;

	*out = (struct conn_route){ .updown = NULL };
	rc = read_nexthop(text_of(end, "nexthop"), e, &out->nexthop, err, errlen);
	if (rc == 0)
		rc = read_srcip(text_of(end, "srcip"), e, ours, &out->srcip, err, errlen);
	if (rc == 0)
		rc = read_updown(text_of(end, "updown"), ours != NULL, out, err, errlen);
	return rc;
}
