/* Asks every authoritative server for the records of a roll-over. */
#include "zones/roll_look.h"

#include <stdlib.h>
#include <string.h>

#include "lib/pubkey.h"
#include "lib/rr_ipseckey.h"
#include "zones/output.h"

enum { RDATA_MAX = 4096 };

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

bool
roll_rr_is(const ldns_rr *rr, const char *fingerprint)
{
	uint8_t octets[RDATA_MAX];
	struct rr_ipseckey k;
	struct pubkey key;
	const char *err;
	bool same;

	if (!rr_ipseckey_read(server_rdata(rr, octets, sizeof(octets)), &k, &err) ||
	    !pubkey_from_dns(k.algorithm, k.key, &key, &err))
		return false;
	same = strcmp(key.fingerprint, fingerprint) == 0;
	pubkey_free(&key);
	return same;
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

		old = old || roll_rr_is(rr, r->old_print);
		fresh = fresh || roll_rr_is(rr, r->new_print);
		at->ttl_s = ldns_rr_ttl(rr) > at->ttl_s ? ldns_rr_ttl(rr) : at->ttl_s;
	}
	at->has = old && fresh ? ROLL_HAS_BOTH : fresh ? ROLL_HAS_NEW : old ? ROLL_HAS_OLD : ROLL_HAS_NONE;
}

static void
ask(const struct roll *r, struct roll_at *at)
{
	ldns_rdf *name = ldns_dname_new_frm_str(at->place->owner.text);
	struct server s = { .resolver = NULL };
	ldns_rr_list *list = NULL;
	struct addr_buf b;
	char text[80];

	snprintf(at->why, sizeof(at->why), "%s has no address", at->server->host.text);
	snprintf(text, sizeof(text), "@%s", ip_addr_text(&at->server->addr, &b));
	if (name != NULL && at->server->addr.family != IP_NONE && server_open(text, &s))
		list = server_ask(&s, name, LDNS_RR_TYPE_IPSECKEY, at->why, sizeof(at->why));
	if (list != NULL) {
		judge(r, list, at);
		if (ldns_rr_list_rr_count(list) == 0)
			at->ttl_s = negative_ttl(&s, &at->place->servers);
	}
	ldns_rr_list_deep_free(list);
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

bool
roll_look(struct ub_ctx *ctx, const struct roll *r, void (*each)(void *arg, const struct roll_at *at),
	  void *arg, struct roll_seen *seen, enum lookup_verdict *worst, char *err, size_t errlen)
{
	*seen = (struct roll_seen){ .both = 0 };
	*worst = LOOKUP_SECURE;
	for (unsigned i = 0; i < r->n_names; i++) {
		struct roll_place place;

		if (!roll_place_find(ctx, r->name[i], &place, err, errlen))
			return false;
		if (place.verdict > *worst)
			*worst = place.verdict;
		for (unsigned j = 0; j < place.servers.n || j == 0; j++) {
			struct roll_at at = { .place = &place, .has = ROLL_SILENT,
				.why = "no NS record is found" };

			if (j < place.servers.n) {
				at.server = &place.servers.at[j];
				ask(r, &at);
			}
			count(&at, seen);
			if (each != NULL)
				each(arg, &at);
		}
	}
	return true;
}
