/* Records of a name while its key is replaced. */
#include "zones/roll_records.h"

#include <stdlib.h>

/* What a server has of one name, type by type. */
struct published {
	ldns_rr_list *list[ROLL_TYPES];		/* owned */
};

static void
published_free(struct published *p)
{
	for (unsigned t = 0; t < ROLL_TYPES; t++)
		if (p->list[t] != NULL)
			ldns_rr_list_deep_free(p->list[t]);
}

static bool
published_ask(struct published *p, const struct server *s, const struct roll_place *place, char *err,
	      size_t errlen)
{
	ldns_rdf *name = ldns_dname_new_frm_str(place->owner.text);
	bool ok = name != NULL;

	*p = (struct published){ .list = { NULL } };
	for (unsigned t = 0; ok && t < ROLL_TYPES; t++) {
		p->list[t] = server_ask(s, name, roll_type(t), err, errlen);
		ok = p->list[t] != NULL;
	}
	ldns_rdf_deep_free(name);
	if (!ok)
		published_free(p);
	return ok;
}

static const ldns_rr *
find(const struct published *p, unsigned type, const char *fingerprint)
{
	const ldns_rr_list *list = p->list[type];

	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++)
		if (roll_rr_is(type, ldns_rr_list_rr(list, i), fingerprint))
			return ldns_rr_list_rr(list, i);
	return NULL;
}

/* The records of TYPE but for those with one of the two keys; NULL: but for none. */
static bool
print_others(FILE *out, const struct published *p, unsigned type, const char *one, const char *other)
{
	const ldns_rr_list *list = p->list[type];
	bool ok = true;

	for (size_t i = 0; ok && i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);

		if (roll_rr_counts(type, rr) && !roll_rr_is(type, rr, one) &&
		    (other == NULL || !roll_rr_is(type, rr, other)))
			ok = roll_rr_print(out, rr);
	}
	return ok;
}

static bool
print_asked(FILE *out, const struct record_request *q, const struct dns_name *owner,
	    const struct pubkey *key, char *err, size_t errlen)
{
	const struct output o = { .out = out, .format = OUTPUT_ZONE };
	struct record r;
	bool ok = record_make(q, key, &r, err, errlen);

	r.owner = *owner;
	ok = ok && record_print(&o, &r);
	record_clear(&r);
	return ok;
}

/* No record has the old key: IPSECKEY records of both, as the options say. */
static bool
as_asked(FILE *out, const struct roll_place *place, const struct record_request *q,
	 const struct pubkey *old, const struct pubkey *fresh, char *err, size_t errlen)
{
	struct record_request mine = *q;

	mine.owner = place->asked;
	if (!print_asked(out, &mine, &place->owner, old, err, errlen))
		return false;
	mine.precedence = (uint8_t)(mine.precedence + ROLL_LATER);
	return print_asked(out, &mine, &place->owner, fresh, err, errlen);
}

bool
roll_refuses(const struct roll_place *place, unsigned type, enum pubkey_kind kind, char *err, size_t errlen)
{
	if (roll_type_holds(type, kind))
		return false;
	snprintf(err, errlen, "%.200s has a %s record with the old key, and such records hold RSA keys alone: "
		 "take it away first, or start with --type rsa", place->asked, roll_type_name(type));
	return true;
}

static bool
both_of(FILE *out, const struct roll_place *place, const struct published *p, const ldns_rr *const *ours,
	const struct pubkey *fresh, char *err, size_t errlen)
{
	for (unsigned t = 0; t < ROLL_TYPES; t++) {
		if (ours[t] == NULL)
			continue;
		if (roll_refuses(place, t, fresh->kind, err, errlen) ||
		    !print_others(out, p, t, fresh->fingerprint, NULL) ||
		    !roll_rr_print_like(out, t, ours[t], roll_rr_later(t, ours[t]), fresh))
			return false;
	}
	return true;
}

bool
roll_records_both(FILE *out, const struct server *s, const struct roll_place *place,
		  const struct record_request *q, const struct pubkey *old, const struct pubkey *fresh,
		  char *err, size_t errlen)
{
	const ldns_rr *ours[ROLL_TYPES];
	struct published p;
	bool any = false, ok;

	if (!published_ask(&p, s, place, err, errlen))
		return false;
	for (unsigned t = 0; t < ROLL_TYPES; t++) {
		ours[t] = find(&p, t, old->fingerprint);
		any = any || ours[t] != NULL;
	}
	snprintf(err, errlen, "%.200s: its records cannot be written", place->owner.text);
	if (any)
		ok = both_of(out, place, &p, ours, fresh, err, errlen);
	else
		ok = print_others(out, &p, ROLL_IPSECKEY, fresh->fingerprint, NULL) &&
			as_asked(out, place, q, old, fresh, err, errlen);
	published_free(&p);
	return ok;
}

/* FRESH, with the precedence that OLD had (NULL: its own). */
static bool
instead(FILE *out, unsigned type, const ldns_rr *fresh, const ldns_rr *old)
{
	unsigned precedence = roll_rr_precedence(type, old != NULL ? old : fresh);
	struct pubkey key;
	bool ok = roll_rr_key(type, fresh, &key);

	if (!ok)
		return false;
	ok = roll_rr_print_like(out, type, fresh, precedence, &key);
	pubkey_free(&key);
	return ok;
}

static bool
new_of(FILE *out, const struct published *p, unsigned type, const struct roll *r)
{
	const ldns_rr *old = find(p, type, r->old_print), *fresh = find(p, type, r->new_print);

	if (old == NULL && fresh == NULL)
		return true;
	return print_others(out, p, type, r->old_print, r->new_print) && instead(out, type, fresh, old);
}

/* Of which type the new key's record is missing: where the old one's is, or where none has it. */
static const char *
missing(const struct published *p, const struct roll *r)
{
	bool any = false;

	for (unsigned t = 0; t < ROLL_TYPES; t++) {
		bool fresh = find(p, t, r->new_print) != NULL;

		if (!fresh && find(p, t, r->old_print) != NULL)
			return roll_type_name(t);
		any = any || fresh;
	}
	return any ? NULL : roll_type_name(ROLL_IPSECKEY);
}

bool
roll_records_new(FILE *out, const struct server *s, const struct roll_place *place,
		 const struct roll *r, char *err, size_t errlen)
{
	const char *lacks;
	struct published p;
	bool ok;

	if (!published_ask(&p, s, place, err, errlen))
		return false;
	lacks = missing(&p, r);
	if (lacks != NULL)
		snprintf(err, errlen, "%.200s: the new key's %s record is not there: publish it first",
			 place->owner.text, lacks);
	else
		snprintf(err, errlen, "%.200s: its records cannot be written", place->owner.text);
	ok = lacks == NULL;
	for (unsigned t = 0; ok && t < ROLL_TYPES; t++)
		ok = new_of(out, &p, t, r);
	published_free(&p);
	return ok;
}
