/* Every message of phase 1 that is allowed, one row each. */
#include "pluto/ikev1/phase1.h"

#define NEED(a) V1_BIT(a)
#define ALWAYS (V1_BIT(V1_VID) | V1_BIT(V1_N))
#define CERTS (V1_BIT(V1_CERT) | V1_BIT(V1_CR))
#define PROOF (V1_BIT(V1_HASH) | V1_BIT(V1_SIG))

static const struct phase1_row rows[] = {
	{ "MM1: the initiator's offer", V1_MAIN, SA_RESPONDER, ISAKMP_NEW, MAIN_R1, false,
	  NEED(V1_SA), ALWAYS, main_r_sa },
	{ "MM2: the responder chose a transform", V1_MAIN, SA_INITIATOR, MAIN_I1, MAIN_I2, false,
	  NEED(V1_SA), ALWAYS, main_i_sa },
	{ "MM3: the initiator's key exchange", V1_MAIN, SA_RESPONDER, MAIN_R1, MAIN_R2, false,
	  NEED(V1_KE) | NEED(V1_NONCE), ALWAYS | CERTS | V1_BIT(V1_NAT_D), main_r_ke },
	{ "MM4: the responder's key exchange", V1_MAIN, SA_INITIATOR, MAIN_I2, MAIN_I3, false,
	  NEED(V1_KE) | NEED(V1_NONCE), ALWAYS | CERTS | V1_BIT(V1_NAT_D), main_i_ke },
	{ "MM5: the initiator proves itself", V1_MAIN, SA_RESPONDER, MAIN_R2, ISAKMP_UP, true,
	  NEED(V1_ID), ALWAYS | CERTS | PROOF, main_r_auth },
	{ "MM6: the responder proves itself", V1_MAIN, SA_INITIATOR, MAIN_I3, ISAKMP_UP, true,
	  NEED(V1_ID), ALWAYS | CERTS | PROOF, main_i_auth },
	{ "AM1: all of the initiator but its proof", V1_AGGRESSIVE, SA_RESPONDER, ISAKMP_NEW,
	  AGGR_R1, false, NEED(V1_SA) | NEED(V1_KE) | NEED(V1_NONCE) | NEED(V1_ID),
	  ALWAYS | CERTS, aggr_r_all },
	{ "AM2: all of the responder", V1_AGGRESSIVE, SA_INITIATOR, AGGR_I1, ISAKMP_UP, false,
	  NEED(V1_SA) | NEED(V1_KE) | NEED(V1_NONCE) | NEED(V1_ID),
	  ALWAYS | CERTS | PROOF | V1_BIT(V1_NAT_D), aggr_i_all },
	{ "AM3: the initiator proves itself", V1_AGGRESSIVE, SA_RESPONDER, AGGR_R1, ISAKMP_UP, true,
	  0, ALWAYS | CERTS | PROOF | V1_BIT(V1_NAT_D), aggr_r_auth },
	/* RFC 2409 5: it need not be encrypted. */
	{ "AM3, in the clear", V1_AGGRESSIVE, SA_RESPONDER, AGGR_R1, ISAKMP_UP, false,
	  0, ALWAYS | CERTS | PROOF | V1_BIT(V1_NAT_D), aggr_r_auth },
};

const struct phase1_row *
phase1_row(const struct isakmp *sa, uint8_t exchange, bool encrypted)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].exchange == exchange && rows[i].role == sa->role
		    && rows[i].in == sa->state && rows[i].encrypted == encrypted)
			return &rows[i];
	return NULL;
}

const struct phase1_row *
phase1_first_row(uint8_t exchange)
{
	const struct isakmp nobody = { .role = SA_RESPONDER, .state = ISAKMP_NEW };

	return phase1_row(&nobody, exchange, false);
}

const struct phase1_row *
phase1_rows(size_t *n)
{
	*n = sizeof(rows) / sizeof(*rows);
	return rows;
}
