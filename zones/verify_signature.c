/* Steps of oe-zone verify about the answer that carries the keys: its size, its signature. */
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/wire.h"
#include "zones/authority.h"
#include "zones/server.h"
#include "zones/verify.h"

enum { UDP_MAX = 1232, RRTYPE_SOA = 6, A_DAY = 86400 };

void
verify_size(struct verify *v)
{
	int octets = v->keys->answer_len;

	if (octets > UDP_MAX)
		verify_find(v, "size", FIND_SIZE, "%d octets: more than %d are asked again by TCP", octets,
			    UDP_MAX);
	else
		verify_ok(v, "size", "%d octets", octets);
}

/* RFC 1035 3.3.13: the SOA record ends with five numbers, of which refresh is the second. */
static uint32_t
refresh_of(struct verify *v, const char *owner)
{
	struct authorities a;
	struct ub_result *r = NULL;
	uint32_t refresh = 0;

	if (authorities_find(v->ctx, owner, &a))
		lookup_ask(v->ctx, a.zone.text, RRTYPE_SOA, &r);
	if (r != NULL && r->havedata && r->len[0] > 20) {
		struct wire_reader w = wire_reader(span_of(r->data[0] + r->len[0] - 16, 4));

		refresh = wire_u32(&w, "refresh");
	}
	ub_resolve_free(r);
	return refresh;
}

static void
judge(struct verify *v, const ldns_rr *rrsig)
{
	uint32_t until = ldns_rdf2native_int32(ldns_rr_rrsig_expiration(rrsig));
	/* RFC 4034 3.1.5: serial number arithmetic. */
	int32_t left = (int32_t)(until - (uint32_t)time(NULL));
	uint32_t kept = (uint32_t)v->keys->ttl + refresh_of(v, verify_owner(v));
	unsigned tag = ldns_rdf2native_int16(ldns_rr_rrsig_keytag(rrsig));
	char *signer = ldns_rdf2str(ldns_rr_rrsig_signame(rrsig)), date[32] = "?";
	time_t at = time(NULL) + left;
	struct tm tm;

	if (gmtime_r(&at, &tm) != NULL)
		strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (left < 0 || (uint32_t)left < kept)
		verify_find(v, "signature", FIND_EXPIRES, "of %.250s %u ends at %s, and caches and other "
			    "servers keep it %u seconds", signer != NULL ? signer : "?", tag, date, kept);
	else
		verify_ok(v, "signature", "of %.250s %u until %s (%d days)", signer != NULL ? signer : "?",
			  tag, date, left / A_DAY);
	free(signer);
}

void
verify_signature(struct verify *v)
{
	ldns_pkt *answer = NULL;
	ldns_rr_list *list;

	if (v->verdict != LOOKUP_SECURE || v->keys->answer_len <= 0 ||
	    ldns_wire2pkt(&answer, v->keys->answer_packet, (size_t)v->keys->answer_len) != LDNS_STATUS_OK)
		return;
	list = ldns_pkt_rr_list_by_type(answer, LDNS_RR_TYPE_RRSIG, LDNS_SECTION_ANSWER);
	for (size_t i = 0; list != NULL && i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);

		if (ldns_rdf2rr_type(ldns_rr_rrsig_typecovered(rr)) == LDNS_RR_TYPE_IPSECKEY)
			judge(v, rr);
	}
	ldns_rr_list_deep_free(list);
	ldns_pkt_free(answer);
}
