/* Every message that the protocol allows, one row each. */
#include "pluto/ikev2/exchange_table.h"

#define B(type) PAYLOAD_BIT(type)
/* Status notifies and vendors' hints may stand anywhere. */
#define EXTRAS (B(P_N) | B(P_V))
#define CERTS (B(P_CERT) | B(P_CERTREQ))

static const struct exchange_row rows[] = {
	/* RFC 7296 1.2 */
	{ .story = "IKE_SA_INIT request", .exchange = EX_SA_INIT, .roles = ROLE_R,
	  .in = IN(IKE_NEW), .next = IKE_SA_INIT_ANSWERED,
	  .need = B(P_SA) | B(P_KE) | B(P_NONCE), .may = EXTRAS | CERTS | B(P_CP),
	  .run = sa_init_request },
	{ .story = "IKE_SA_INIT response", .exchange = EX_SA_INIT, .response = true,
	  .roles = ROLE_I, .in = IN(IKE_SA_INIT_SENT), .next = NEXT_SAME,
	  .need = B(P_SA) | B(P_KE) | B(P_NONCE), .may = EXTRAS | CERTS | B(P_CP),
	  .run = sa_init_response },
	/* COOKIE, INVALID_KE_PAYLOAD, or an error that nobody vouches for */
	{ .story = "IKE_SA_INIT response without SA", .exchange = EX_SA_INIT, .response = true,
	  .roles = ROLE_I, .in = IN(IKE_SA_INIT_SENT), .next = NEXT_SAME,
	  .need = B(P_N), .may = B(P_V), .run = sa_init_error },
	{ .story = "IKE_AUTH request", .exchange = EX_AUTH, .roles = ROLE_R,
	  .in = IN(IKE_SA_INIT_ANSWERED) | IN(IKE_AUTH_KEY_WAIT), .next = IKE_ESTABLISHED,
	  .need = B(P_IDi) | B(P_AUTH) | B(P_SA) | B(P_TSi) | B(P_TSr),
	  .may = EXTRAS | CERTS | B(P_IDr) | B(P_CP), .run = auth_request },
	/* a refused Child SA leaves SA and TS out (RFC 7296 2.21.2) */
	{ .story = "IKE_AUTH response", .exchange = EX_AUTH, .response = true,
	  .roles = ROLE_I, .in = IN(IKE_AUTH_SENT), .next = IKE_ESTABLISHED,
	  .need = B(P_IDr) | B(P_AUTH),
	  .may = EXTRAS | CERTS | B(P_SA) | B(P_TSi) | B(P_TSr) | B(P_CP),
	  .run = auth_response },
	{ .story = "IKE_AUTH refusal", .exchange = EX_AUTH, .response = true,
	  .roles = ROLE_I, .in = IN(IKE_AUTH_SENT), .next = NEXT_SAME,
	  .need = B(P_N), .may = B(P_V), .run = auth_error },
	/* RFC 7296 1.3.1, 1.3.3 */
	{ .story = "CREATE_CHILD_SA request for a Child SA", .exchange = EX_CREATE_CHILD_SA,
	  .roles = ROLE_ANY, .in = IN_UP, .next = NEXT_SAME,
	  .need = B(P_SA) | B(P_NONCE) | B(P_TSi) | B(P_TSr), .may = EXTRAS | B(P_KE) | B(P_CP),
	  .run = child_request },
	{ .story = "CREATE_CHILD_SA response for a Child SA", .exchange = EX_CREATE_CHILD_SA,
	  .response = true, .roles = ROLE_ANY, .in = IN_UP, .next = NEXT_SAME,
	  .need = B(P_SA) | B(P_NONCE) | B(P_TSi) | B(P_TSr), .may = EXTRAS | B(P_KE) | B(P_CP),
	  .run = child_response },
	/* RFC 7296 1.3.2 */
	{ .story = "CREATE_CHILD_SA request for an IKE SA", .exchange = EX_CREATE_CHILD_SA,
	  .roles = ROLE_ANY, .in = IN_UP, .next = NEXT_SAME,
	  .need = B(P_SA) | B(P_NONCE) | B(P_KE), .may = EXTRAS, .run = ike_rekey_request },
	{ .story = "CREATE_CHILD_SA response for an IKE SA", .exchange = EX_CREATE_CHILD_SA,
	  .response = true, .roles = ROLE_ANY, .in = IN_UP, .next = NEXT_SAME,
	  .need = B(P_SA) | B(P_NONCE) | B(P_KE), .may = EXTRAS, .run = ike_rekey_response },
	{ .story = "CREATE_CHILD_SA refusal", .exchange = EX_CREATE_CHILD_SA,
	  .response = true, .roles = ROLE_ANY, .in = IN_UP, .next = NEXT_SAME,
	  .need = B(P_N), .may = B(P_V), .run = create_refused },
	/* RFC 7296 1.4 */
	{ .story = "INFORMATIONAL request", .exchange = EX_INFORMATIONAL,
	  .roles = ROLE_ANY, .in = IN_UP, .next = NEXT_SAME,
	  .may = EXTRAS | B(P_D) | B(P_CP), .run = informational_request },
	{ .story = "INFORMATIONAL response", .exchange = EX_INFORMATIONAL, .response = true,
	  .roles = ROLE_ANY, .in = IN_UP, .next = NEXT_SAME,
	  .may = EXTRAS | B(P_D) | B(P_CP), .run = informational_response },
};

const struct exchange_row *
exchange_rows(size_t *n)
{
	*n = sizeof(rows) / sizeof(*rows);
	return rows;
}

static bool
applies(const struct exchange_row *r, const struct ike_sa *sa, uint8_t exchange, bool response)
{
	unsigned role = sa->role == SA_INITIATOR ? ROLE_I : ROLE_R;

	return r->exchange == exchange && r->response == response && (r->roles & role) != 0
		&& (r->in & IN(sa->state)) != 0;
}

bool
exchange_expected(const struct ike_sa *sa, uint8_t exchange, bool response)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (applies(&rows[i], sa, exchange, response))
			return true;
	return false;
}

const struct exchange_row *
exchange_find(const struct ike_sa *sa, uint8_t exchange, bool response,
	      const struct payload_list *in, enum row_fit *why)
{
	*why = ROW_NONE;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct exchange_row *r = &rows[i];

		if (!applies(r, sa, exchange, response))
			continue;
		if ((in->seen & r->need) != r->need) {
			if (*why == ROW_NONE)
				*why = ROW_MISSING;
		} else if ((in->seen & ~(r->need | r->may)) != 0) {
			*why = ROW_UNEXPECTED;
		} else {
			*why = ROW_FITS;
			return r;
		}
	}
	return NULL;
}
