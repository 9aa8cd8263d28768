/* Asks every authoritative server for the records of a roll-over. */
#include "zones/roll_look.h"

#include <stdlib.h>
#include <string.h>

#include "lib/pubkey.h"
#include "lib/rr_ipseckey.h"
#include "zones/output.h"

bool
roll_place_find(struct ub_ctx *ctx, const char *asked, struct roll_place *out, char *err, size_t errlen)
{
	struct ub_result *r;
	struct ip_addr a;

	*out = (struct roll_place){ .asked = asked };
	if (ip_addr_parse(asked, &a)) {
		out->owner = revname_of(&a);
	} else if (!output_zone_parse(asked, &out->owner)) {
		snprintf(err, errlen, "\"%.200s\": expected an address or a host name", asked);
		return false;
	}
	out->verdict = lookup_ask(ctx, out->owner.text, RRTYPE_IPSECKEY, &r);
	if (r != NULL && r->canonname != NULL && strlen(r->canonname) < sizeof(out->owner.text))
		strcpy(out->owner.text, r->canonname);
	ub_resolve_free(r);
	authorities_find(ctx, out->owner.text, &out->servers);
	return true;
}

/* RFC 2308 5: absence is held for the lesser of the SOA record's two times. */
static uint32_t
negative_ttl(const struct server *s, const struct authorities *a)
{
	ldns_rdf *zone = ldns_dname_new_frm_str(a->zone.text);
	char err[400];
	ldns_rr_list *soa = zone != NULL ? server_ask(s, zone, LDNS_RR_TYPE_SOA, err, sizeof(err)) : NULL;
	uint32_t ttl = 0;

	if (soa != NULL && ldns_rr_list_rr_count(soa) > 0) {
		const ldns_rr *rr = ldns_rr_list_rr(soa, 0);
		uint32_t minimum = ldns_rdf2native_int32(ldns_rr_rdf(rr, 6));

		ttl = ldns_rr_ttl(rr) < minimum ? ldns_rr_ttl(rr) : minimum;
	}
	ldns_rr_list_deep_free(soa);
	ldns_rdf_deep_free(zone);
	return ttl;
}

static void
judge(const struct roll *r, const ldns_rr_list *list, struct roll_at *at)
{
	bool old = false, fresh = false;

	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);

		old = old || roll_rr_is(at->type, rr, r->old_print);
		fresh = fresh || roll_rr_is(at->type, rr, r->new_print);
		at->ttl_s = ldns_rr_ttl(rr) > at->ttl_s ? ldns_rr_ttl(rr) : at->ttl_s;
	}
	at->has = old && fresh ? ROLL_HAS_BOTH : fresh ? ROLL_HAS_NEW : old ? ROLL_HAS_OLD : ROLL_HAS_NONE;
}

static bool
open_server(const struct roll_at *at, struct server *s)
{
	struct addr_buf b;
	char text[80];

	*s = (struct server){ .resolver = NULL };
	if (at->server == NULL || at->server->addr.family == IP_NONE)
		return false;
	snprintf(text, sizeof(text), "@%s", ip_addr_text(&at->server->addr, &b));
	return server_open(text, s);
}

/* False: it does not answer. */
static bool
ask_type(const struct roll *r, const struct server *s, const ldns_rdf *name, struct roll_at *at)
{
	ldns_rr_list *list = server_ask(s, name, roll_type(at->type), at->why, sizeof(at->why));

	if (list == NULL)
		return false;
	judge(r, list, at);
	if (ldns_rr_list_rr_count(list) == 0)
		at->ttl_s = negative_ttl(s, &at->place->servers);
	ldns_rr_list_deep_free(list);
	return true;
}

/* It says nothing, whatever is asked: the reason is the same for all types. */
static void
silent(struct roll_at at[ROLL_TYPES], unsigned asked)
{
	for (unsigned t = 0; t < ROLL_TYPES; t++) {
		at[t].has = ROLL_SILENT;
		if (t != asked)
			strcpy(at[t].why, at[asked].why);
	}
}

/* All types of one server: one that is silent is not asked again. */
static void
ask(const struct roll *r, struct roll_at at[ROLL_TYPES])
{
	ldns_rdf *name = ldns_dname_new_frm_str(at->place->owner.text);
	struct server s;
	bool answers = open_server(at, &s) && name != NULL;
	unsigned t = 0;

	while (answers && t < ROLL_TYPES) {
		answers = ask_type(r, &s, name, &at[t]);
		t += answers;
	}
	if (!answers)
		silent(at, t);
	ldns_rdf_deep_free(name);
	server_close(&s);
}

static void
count(const struct roll_at *at, struct roll_seen *seen)
{
	unsigned *const counts[] = { [ROLL_HAS_NONE] = &seen->none, [ROLL_HAS_OLD] = &seen->old,
		[ROLL_HAS_NEW] = &seen->new, [ROLL_HAS_BOTH] = &seen->both, [ROLL_SILENT] = &seen->silent };
	bool lacks = at->has == ROLL_HAS_NONE || at->has == ROLL_HAS_OLD;

	++*counts[at->has];
	if (lacks && at->ttl_s > seen->longest_s)
		seen->longest_s = at->ttl_s;
}

/* Everything that the servers of one name have. */
struct view {
	struct roll_place place;
	struct roll_at at[AUTHORITIES_MAX][ROLL_TYPES];
	unsigned n;
};

static void
look_at(const struct roll *r, struct view *v)
{
	v->n = v->place.servers.n > 0 ? v->place.servers.n : 1;
	for (unsigned i = 0; i < v->n; i++) {
		const struct authority *server = v->place.servers.n > 0 ? &v->place.servers.at[i] : NULL;

		for (unsigned t = 0; t < ROLL_TYPES; t++) {
			struct roll_at *at = &v->at[i][t];

			*at = (struct roll_at){ .place = &v->place, .server = server, .type = t,
				.has = ROLL_SILENT, .why = "no NS record is found" };
			if (server != NULL)
				snprintf(at->why, sizeof(at->why), "%.256s has no address", server->host.text);
		}
		ask(r, v->at[i]);
	}
}

static bool
type_matters(const struct view *v, unsigned type)
{
	for (unsigned i = 0; i < v->n; i++)
		if (v->at[i][type].has != ROLL_HAS_NONE && v->at[i][type].has != ROLL_SILENT)
			return true;
	return false;
}

/* The types in which one of the keys is; a bit each. */
static unsigned
that_matter(const struct view *v)
{
	unsigned types = 0;

	for (unsigned t = 0; t < ROLL_TYPES; t++)
		types |= type_matters(v, t) ? 1U << t : 0;
	return types != 0 ? types : 1U << ROLL_IPSECKEY;
}

static void
tell(const struct view *v, roll_each_fn *each, void *arg, struct roll_seen *seen)
{
	unsigned types = that_matter(v);

	for (unsigned i = 0; i < v->n; i++) {
		bool silent = false;

		for (unsigned t = 0; t < ROLL_TYPES && !silent; t++) {
			if ((types & 1U << t) == 0)
				continue;
			silent = v->at[i][t].has == ROLL_SILENT;
			count(&v->at[i][t], seen);
			if (each != NULL)
				each(arg, &v->at[i][t]);
		}
	}
}

bool
roll_look(struct ub_ctx *ctx, const struct roll *r, roll_each_fn *each, void *arg,
	  struct roll_seen *seen, enum lookup_verdict *worst, char *err, size_t errlen)
{
	static struct view v;

	*seen = (struct roll_seen){ .both = 0 };
	*worst = LOOKUP_SECURE;
	for (unsigned i = 0; i < r->n_names; i++) {
		if (!roll_place_find(ctx, r->name[i], &v.place, err, errlen))
			return false;
		if (v.place.verdict > *worst)
			*worst = v.place.verdict;
		look_at(r, &v);
		tell(&v, each, arg, seen);
	}
	return true;
}
