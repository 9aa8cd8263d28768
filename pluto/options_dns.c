/* pluto's options about DNS. */
#include "pluto/options_dns.h"

#include <errno.h>
#include <string.h>

#include "lib/negative_anchor.h"

int
options_resolver(struct pluto_options *o, const char *value, const char **err)
{
	if (o->n_resolvers == MAX_RESOLVERS) {
		*err = "is one resolver too many (8 at most)";
		return -E2BIG;
	}
	if (endpoint_parse(value, 53, &o->resolvers[o->n_resolvers])) {
		o->n_resolvers++;
		return 0;
	}
	*err = "is not ADDRESS or ADDRESS@PORT";
	return -EINVAL;
}

int
options_metrics(struct pluto_options *o, const char *value, const char **err)
{
	struct endpoint e;

	o->metrics = value;
	if (value[0] == '/' || endpoint_parse(value, 1, &e))
		return 0;
	*err = "is neither ADDRESS:PORT nor a path, from / on";
	return -EINVAL;
}

int
options_anchor(struct pluto_options *o, const char *value, const char **err)
{
	if (o->n_anchors == MAX_ANCHORS) {
		*err = "is one trust anchor file too many (8 at most)";
		return -E2BIG;
	}
	o->anchors[o->n_anchors++] = value;
	return 0;
}

int
options_state(struct pluto_options *o, const char *value, const char **err)
{
	if (*value == '/' || strcmp(value, "none") == 0) {
		o->rootkey_state = value;
		return 0;
	}
	*err = "is not the path of a file, from / on, or none";
	return -EINVAL;
}

const char *
options_rootkey_state(const struct pluto_options *o)
{
	const char *usual = o->n_anchors == 0 ? "/var/lib/pluto/adns/root.key" : "none";
	const char *state = o->rootkey_state != NULL ? o->rootkey_state : usual;

	return o->dns_stub || strcmp(state, "none") == 0 ? NULL : state;
}

int
options_tap(struct pluto_options *o, const char *value, const char **err)
{
	/* What struct sockaddr_un holds, with the longest suffix. */
	enum { MAX_PATH = 107 - 7 };

	if (*value == '/' && strlen(value) <= MAX_PATH) {
		o->dns_tap = value;
		return 0;
	}
	*err = "is not the path of a socket, from / on, of at most 100 characters";
	return -EINVAL;
}

int
options_tap_user(struct pluto_options *o, const char *value, const char **err)
{
	o->dns_tap_user = value;
	if (*value != '\0')
		return 0;
	*err = "is not the name of a user";
	return -EINVAL;
}

int
options_backend(struct pluto_options *o, const char *value, const char **err)
{
	o->dns_stub = strcmp(value, "stub") == 0;
	if (o->dns_stub || strcmp(value, "validator") == 0)
		return 0;
	*err = "is neither validator nor stub";
	return -EINVAL;
}

int
options_negative(struct pluto_options *o, const char *value, const char **err)
{
	struct negative_anchor n;
	char why[200];

	if (o->n_negative == MAX_NEGATIVE) {
		*err = "is one negative trust anchor too many (8 at most)";
		return -E2BIG;
	}
	if (!negative_anchor_parse(value, &n, why)) {
		*err = "is not ZONE@YYYY-MM-DD, a zone below the root";
		return -EINVAL;
	}
	o->negative[o->n_negative++] = value;
	return 0;
}
