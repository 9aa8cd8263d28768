/* PowerDNS's HTTP API: the records of each name and type are replaced as a whole. Needs
 * libjansson. */
#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "zones/http.h"
#include "zones/push.h"

/* PowerDNS 4.7 has "10 0 2 KEY" for what RFC 4025 3.1 writes as "10 0 2 . KEY". */
static void
without_dot(char *text)
{
	char *dot = strstr(text, " . ");

	if (dot != NULL)
		memmove(dot, dot + 2, strlen(dot + 2) + 1);
}

static json_t *
record(const ldns_rr *rr)
{
	char *line = ldns_rr2str_fmt(ldns_output_format_nocomments, rr), *data = line;
	json_t *out;

	for (int i = 0; data != NULL && i < 4; i++) {
		data = strchr(data, '\t');
		data += data != NULL;
	}
	if (data != NULL) {
		data[strcspn(data, "\n")] = '\0';
		if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_IPSECKEY)
			without_dot(data);
	}
	out = data != NULL ? json_pack("{s:s,s:b}", "content", data, "disabled", 0) : NULL;
	free(line);
	return out;
}

static bool
is_of(const ldns_rr *rr, const ldns_rr *like)
{
	return ldns_rr_get_type(rr) == ldns_rr_get_type(like) &&
		ldns_dname_compare(ldns_rr_owner(rr), ldns_rr_owner(like)) == 0;
}

static bool
has(const ldns_rr_list *list, const ldns_rr *rr)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++)
		if (ldns_rr_compare(ldns_rr_list_rr(list, i), rr) == 0)
			return true;
	return false;
}

/* What the server has of the name and type of LIKE, less what is to go, and what is to
 * come: with it, TXT records that are not ours stay. *TTL is theirs. */
static json_t *
records(const ldns_rr_list *found, const struct zone_diff *d, const ldns_rr *like, uint32_t *ttl)
{
	json_t *out = json_array();

	for (size_t i = 0; i < ldns_rr_list_rr_count(found); i++)
		if (!has(d->extra, ldns_rr_list_rr(found, i)))
			json_array_append_new(out, record(ldns_rr_list_rr(found, i)));
	for (size_t i = 0; i < ldns_rr_list_rr_count(d->missing); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(d->missing, i);

		if (!is_of(rr, like))
			continue;
		*ttl = ldns_rr_ttl(rr);
		json_array_append_new(out, record(rr));
	}
	return out;
}

static bool
add_set(json_t *sets, const struct server *s, const struct zone_diff *d, const ldns_rr *like, char *err,
	size_t errlen)
{
	ldns_rr_list *found = server_ask(s, ldns_rr_owner(like), ldns_rr_get_type(like), err, errlen);
	char *name = ldns_rdf2str(ldns_rr_owner(like)), *type = ldns_rr_type2str(ldns_rr_get_type(like));
	uint32_t ttl = ldns_rr_ttl(like);
	json_t *list = found != NULL ? records(found, d, like, &ttl) : NULL;

	if (list != NULL && name != NULL && type != NULL)
		json_array_append_new(sets, json_pack("{s:s,s:s,s:I,s:s,s:o}", "name", name, "type",
			type, "ttl", (json_int_t)ttl, "changetype", json_array_size(list) > 0
			? "REPLACE" : "DELETE", "records", list));
	ldns_rr_list_deep_free(found);
	free(name);
	free(type);
	return list != NULL;
}

/* Each name and type once. */
static bool
add_sets(json_t *sets, const struct server *s, const struct zone_diff *d, char *err, size_t errlen)
{
	ldns_rr_list *all = ldns_rr_list_cat_clone(d->extra, d->missing);
	bool ok = all != NULL;

	for (size_t i = 0; ok && i < ldns_rr_list_rr_count(all); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(all, i);
		bool seen = false;

		for (size_t j = 0; j < i && !seen; j++)
			seen = is_of(ldns_rr_list_rr(all, j), rr);
		ok = seen || add_set(sets, s, d, rr, err, errlen);
	}
	ldns_rr_list_deep_free(all);
	return ok;
}

/* The zone as PowerDNS has it in addresses: '/' is "=2F". */
static void
zone_url(const struct push *p, char *out, size_t len)
{
	size_t n = (size_t)snprintf(out, len, "%.300s/api/v1/servers/localhost/zones/", p->url);

	for (const char *at = p->zone.text; *at != '\0' && n + 4 < len; at++)
		n += (size_t)snprintf(out + n, len - n, *at == '/' ? "=2F" : "%c", *at);
}

/* What the server says goes to a terminal. */
static void
plain(char *text)
{
	for (; *text != '\0'; text++)
		if (!isprint((unsigned char)*text))
			*text = ' ';
}

static bool
judge(const struct push *p, const struct http_answer *a, char *err, size_t errlen)
{
	json_t *body = json_loads(a->body, 0, NULL);
	const char *why = json_string_value(json_object_get(body, "error"));

	if (a->status == 401)
		snprintf(err, errlen, "PowerDNS does not take the key of %s: is it the api-key of its "
			 "configuration?", p->api_key);
	else if (a->status == 404)
		snprintf(err, errlen, "PowerDNS has no zone %.200s", p->zone.text);
	else if (a->status / 100 != 2)
		snprintf(err, errlen, "PowerDNS did not take the change (status %ld): %.300s", a->status,
			 why != NULL ? why : "it does not say why");
	json_decref(body);
	if (a->status / 100 != 2)
		plain(err);
	return a->status / 100 == 2;
}

static bool
patch(const struct push *p, const char *text, char *err, size_t errlen)
{
	const struct http_request q = { .method = "PATCH", .body = text, .key_header = "X-API-Key",
		.key_file = p->api_key };
	struct http_answer a;
	char url[1000];

	zone_url(p, url, sizeof(url));
	if (!http_ask(url, &q, &a, err, errlen))
		return false;
	return judge(p, &a, err, errlen);
}

bool
push_by_pdns(const struct push *p, const struct server *s, const struct zone_diff *d, char *err,
	     size_t errlen)
{
	json_t *sets = json_array(), *change = json_pack("{s:o}", "rrsets", sets);
	char *text = NULL;
	bool ok = false;

	if (change != NULL && add_sets(sets, s, d, err, errlen))
		text = json_dumps(change, JSON_COMPACT);
	if (text != NULL && p->dry)
		ok = puts(text) >= 0;
	else if (text != NULL)
		ok = patch(p, text, err, errlen);
	free(text);
	json_decref(change);
	return ok;
}
