/* Requests of whack for the tests of connections: three members, and what comes of
 * them. */
#ifndef PLUTO_CONN_REQUEST_TEST_H
#define PLUTO_CONN_REQUEST_TEST_H

#include "lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pluto/conn_table.h"
#include "whack/whack_proto.h"

static struct local_addrs ours;

static inline struct ip_addr
addr(const char *text)
{
	struct ip_addr a;

	assert_true(ip_addr_parse(text, &a));
	return a;
}

static inline int
setup_ours(void **state)
{
	(void)state;
	ours = (struct local_addrs){ .n = 2 };
	ours.a[0].addr = addr("192.0.2.1");
	ours.a[1].addr = addr("2001:db8::1");
	return 0;
}

#define LEFT "\"left\":{\"host\":\"192.0.2.1\"}"
#define RIGHT "\"right\":{\"host\":\"192.0.2.2\"}"
#define OPTIONS "\"options\":{\"auth\":\"psk\"}"

/* The request with these three members. */
static inline int
request(const char *left, const char *right, const char *options, struct connection **out,
	char err[300])
{
	char text[1000];
	json_t *o;
	int rc;

	snprintf(text, sizeof(text), "{\"name\":\"c\",%s,%s,%s}", left, right, options);
	o = json_loads(text, 0, NULL);
	if (o == NULL)
		fail_msg("%s is not JSON", text);
	err[0] = '\0';
	*out = NULL;
	rc = connection_from_request(o, &ours, out, err, 300);
	json_decref(o);
	return rc;
}

static inline void
refuse(int code, const char *left, const char *right, const char *options, const char *why)
{
	struct connection *c;
	char err[300];
	int rc = request(left, right, options, &c, err);

	if (rc != code || strstr(err, why) == NULL)
		fail_msg("%s %s %s: %d \"%s\" is not %d \"%s\"", left, right, options, rc, err,
			 code, why);
	assert_null(c);
}

#endif
