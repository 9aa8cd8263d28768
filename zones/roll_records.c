/* Records of a name while its key is replaced. */
#include "zones/roll_records.h"

#include <stdlib.h>

enum { RDATA_MAX = 4096, STEP = 10 };

static ldns_rr_list *
published(const struct server *s, const struct roll_place *place, char *err, size_t errlen)
{
	ldns_rdf *name = ldns_dname_new_frm_str(place->owner.text);
	ldns_rr_list *list = name != NULL
		? server_ask(s, name, LDNS_RR_TYPE_IPSECKEY, err, errlen) : NULL;

	ldns_rdf_deep_free(name);
	return list;
}

static bool
print_rr(FILE *out, const ldns_rr *rr)
{
	char *text = ldns_rr2str_fmt(ldns_output_format_nocomments, rr);
	bool ok = text != NULL && fputs(text, out) >= 0;

	free(text);
	return ok;
}

static const ldns_rr *
find(const ldns_rr_list *list, const char *fingerprint)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++)
		if (roll_rr_is(ldns_rr_list_rr(list, i), fingerprint))
			return ldns_rr_list_rr(list, i);
	return NULL;
}

static uint8_t
after(uint8_t precedence)
{
	return (uint8_t)(precedence <= UINT8_MAX - STEP ? precedence + STEP : UINT8_MAX);
}

static bool
print_key(FILE *out, const struct dns_name *owner, uint32_t ttl, struct rr_ipseckey rr,
	  const struct pubkey *key)
{
	const struct output o = { .out = out, .format = OUTPUT_ZONE };
	struct record r = { .owner = *owner, .ttl = ttl, .kind = RECORD_IPSECKEY, .rr = rr,
		.key_bytes = pubkey_to_dns(key), .key = key };
	bool ok;

	r.rr.algorithm = key->alg;
	r.rr.key = chunk_span(r.key_bytes);
	ok = r.rr.key.len > 0 && record_print(&o, &r);
	record_clear(&r);
	return ok;
}

/* The new key's record is like the old one's that is published. */
static bool
beside(FILE *out, const struct roll_place *place, const ldns_rr *old, const struct pubkey *fresh)
{
	uint8_t octets[RDATA_MAX];
	struct rr_ipseckey rr;
	const char *err;

	if (!rr_ipseckey_read(server_rdata(old, octets, sizeof(octets)), &rr, &err))
		return false;
	rr.precedence = after(rr.precedence);
	return print_key(out, &place->owner, ldns_rr_ttl(old), rr, fresh);
}

/* Neither is published: both as the options say. */
static bool
as_asked(FILE *out, const struct roll_place *place, const struct record_request *q,
	 const struct pubkey *old, const struct pubkey *fresh, char *err, size_t errlen)
{
	struct record_request mine = *q;
	struct record r;
	struct rr_ipseckey rr;
	bool ok;

	mine.owner = place->asked;
	if (!record_make(&mine, old, &r, err, errlen))
		return false;
	rr = r.rr;
	ok = print_key(out, &place->owner, q->ttl, rr, old);
	rr.precedence = after(rr.precedence);
	ok = ok && print_key(out, &place->owner, q->ttl, rr, fresh);
	record_clear(&r);
	return ok;
}

bool
roll_records_both(FILE *out, const struct server *s, const struct roll_place *place,
		  const struct record_request *q, const struct pubkey *old, const struct pubkey *fresh,
		  char *err, size_t errlen)
{
	ldns_rr_list *list = published(s, place, err, errlen);
	const ldns_rr *ours;
	bool ok = list != NULL;

	if (!ok)
		return false;
	for (size_t i = 0; ok && i < ldns_rr_list_rr_count(list); i++)
		if (!roll_rr_is(ldns_rr_list_rr(list, i), fresh->fingerprint))
			ok = print_rr(out, ldns_rr_list_rr(list, i));
	snprintf(err, errlen, "%.200s: its records cannot be written", place->owner.text);
	ours = find(list, old->fingerprint);
	if (ours != NULL)
		ok = ok && beside(out, place, ours, fresh);
	else
		ok = ok && as_asked(out, place, q, old, fresh, err, errlen);
	ldns_rr_list_deep_free(list);
	return ok;
}

static uint8_t
precedence_of(const ldns_rr *rr)
{
	uint8_t octets[RDATA_MAX];
	struct span data = server_rdata(rr, octets, sizeof(octets));

	return data.len > 0 ? octets[0] : 0;
}

static bool
instead(FILE *out, const struct roll_place *place, const ldns_rr *fresh, uint8_t precedence)
{
	uint8_t octets[RDATA_MAX];
	struct rr_ipseckey rr;
	struct pubkey key;
	const char *err;
	bool ok;

	if (!rr_ipseckey_read(server_rdata(fresh, octets, sizeof(octets)), &rr, &err) ||
	    !pubkey_from_dns(rr.algorithm, rr.key, &key, &err))
		return false;
	rr.precedence = precedence;
	ok = print_key(out, &place->owner, ldns_rr_ttl(fresh), rr, &key);
	pubkey_free(&key);
	return ok;
}

bool
roll_records_new(FILE *out, const struct server *s, const struct roll_place *place,
		 const struct roll *r, char *err, size_t errlen)
{
	ldns_rr_list *list = published(s, place, err, errlen);
	const ldns_rr *old, *fresh;
	bool ok;

	if (list == NULL)
		return false;
	old = find(list, r->old_print);
	fresh = find(list, r->new_print);
	ok = fresh != NULL;
	snprintf(err, errlen, ok ? "%.200s: its records cannot be written"
		 : "%.200s: the new key's record is not there: publish it first", place->owner.text);
	for (size_t i = 0; ok && i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);

		if (rr == fresh)
			ok = instead(out, place, rr, precedence_of(old != NULL ? old : rr));
		else if (rr != old)
			ok = print_rr(out, rr);
	}
	ldns_rr_list_deep_free(list);
	return ok;
}
