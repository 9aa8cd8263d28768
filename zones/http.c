/* Requests of HTTP with libcurl. */
#include "zones/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/addr.h"
#include "lib/secret.h"

enum { TIMEOUT_S = 10, KEY_MAX = 500 };

static size_t
keep(char *data, size_t size, size_t n, void *arg)
{
	struct http_answer *a = arg;
	size_t len = size * n, room = HTTP_BODY_MAX - 1 - a->len, part = len < room ? len : room;

	memcpy(a->body + a->len, data, part);
	a->len += part;
	a->body[a->len] = '\0';
	return len;
}

static bool
is_loopback(const char *host)
{
	struct ip_addr a;
	struct ip_prefix v4, v6;
	char plain[200];
	size_t n = strlen(host);

	if (strcmp(host, "localhost") == 0)
		return true;
	if (n < 2 || n >= sizeof(plain))
		return false;
	snprintf(plain, sizeof(plain), "%s", host[0] == '[' ? host + 1 : host);
	plain[strcspn(plain, "]")] = '\0';
	return ip_addr_parse(plain, &a) && ip_prefix_parse("127.0.0.0/8", &v4) &&
		ip_prefix_parse("::1/128", &v6) &&
		(ip_prefix_contains(&v4, &a) || ip_prefix_contains(&v6, &a));
}

/* The key would be there for everybody on the way to read. */
static bool
is_private(const char *url)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *host = NULL;
	bool ok = u != NULL && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
		curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
		curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
		(strcmp(scheme, "https") == 0 || (strcmp(scheme, "http") == 0 && is_loopback(host)));

	curl_free(scheme);
	curl_free(host);
	curl_url_cleanup(u);
	return ok;
}

static bool
key_line(const struct http_request *q, char *out, size_t len, char *err, size_t errlen)
{
	FILE *f = fopen(q->key_file, "re");
	char key[KEY_MAX] = "";

	if (f == NULL) {
		snprintf(err, errlen, "%s: %s", q->key_file, strerror(errno));
		return false;
	}
	if (fgets(key, sizeof(key), f) != NULL)
		key[strcspn(key, "\r\n")] = '\0';
	fclose(f);
	snprintf(out, len, "%s: %s", q->key_header, key);
	if (key[0] == '\0')
		snprintf(err, errlen, "%s: expected the key on its first line", q->key_file);
	secret_wipe(key, sizeof(key));
	return out[strlen(q->key_header) + 2] != '\0';
}

static void
set_up(CURL *c, const char *url, const struct http_request *q, struct curl_slist *headers,
       struct http_answer *out)
{
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)TIMEOUT_S);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, q->method);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, q->body);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, keep);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, out);
}

static bool
perform(const char *url, const struct http_request *q, struct curl_slist *headers,
	struct http_answer *out, char *err, size_t errlen)
{
	CURL *c = curl_easy_init();
	CURLcode rc = CURLE_OUT_OF_MEMORY;

	if (c != NULL && headers != NULL) {
		set_up(c, url, q, headers, out);
		rc = curl_easy_perform(c);
		curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &out->status);
	}
	if (rc != CURLE_OK)
		snprintf(err, errlen, "%.200s: %s: does the server listen there (api=yes)?", url,
			 curl_easy_strerror(rc));
	curl_easy_cleanup(c);
	return rc == CURLE_OK;
}

bool
http_ask(const char *url, const struct http_request *q, struct http_answer *out, char *err, size_t errlen)
{
	struct curl_slist *headers = NULL;
	char key[KEY_MAX + 50];
	bool ok;

	*out = (struct http_answer){ .status = 0 };
	if (!is_private(url)) {
		snprintf(err, errlen, "\"%.200s\": expected https://..., or http://... at a loopback "
			 "address: the key must not be read on the way", url);
		return false;
	}
	if (!key_line(q, key, sizeof(key), err, errlen))
		return false;
	headers = curl_slist_append(curl_slist_append(NULL, key), "Content-Type: application/json");
	ok = perform(url, q, headers, out, err, errlen);
	secret_wipe(key, sizeof(key));
	curl_slist_free_all(headers);
	return ok;
}
