/* One request of HTTP, with a key that nobody on the way may read. Needs libcurl. */
#ifndef ZONES_HTTP_H
#define ZONES_HTTP_H

#include <stdbool.h>
#include <stddef.h>

enum { HTTP_BODY_MAX = 16384 };

struct http_request {
	const char *method;
	const char *body;		/* of JSON */
	const char *key_header;		/* "X-API-Key" */
	const char *key_file;		/* whose first line is its value */
};

struct http_answer {
	long status;
	char body[HTTP_BODY_MAX];	/* what is longer is cut */
	size_t len;
};

/* https anywhere, http to loopback alone; no redirection is followed; ten seconds. False with
 * a sentence in ERR when there is no answer; any status is one. */
bool http_ask(const char *url, const struct http_request *q, struct http_answer *out, char *err,
	      size_t errlen);

#endif
